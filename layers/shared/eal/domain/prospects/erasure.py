"""Erasing a prospect: its personal data goes at once; that in stored responses soon after. A tombstone remains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub, tombstone
from eal.domain.leads.collection import LEAD_CONTACTS
from eal.domain.prospects import store
from eal.domain.prospects.collection import PROSPECT_CONTACTS, PROSPECTS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def erase(prospect_id: str, by: Caller) -> None:
    """Replace the prospect by a tombstone, release its e-mail address, and enqueue the rest of the erasure.

    The lead that it became keeps its own data.
    Raises: NotFound, PreconditionFailed.
    """
    before = store.get(prospect_id, by)
    by.transaction.delete(PROSPECTS.key(by.tenant, before.id), was=before.version)
    PROSPECT_CONTACTS.change(before.id, before.claimed_contacts, frozenset(), by.transaction)
    tombstone.put("PROSPECT", before.id, sorted(before.contacts), before.former_contacts, by.transaction)
    PROSPECTS.audit(by.transaction, "prospect.erased", before, None)
    by.transaction.enqueue_task("erase_prospect", {"prospect_id": before.id})


def scrub_traces(tenant: Tenant, prospect_id: str) -> None:
    """Remove the prospect from stored responses. Idempotent."""
    scrub.responses(tenant, prospect_id)


def find_erased(tenant: Tenant, prospect_id: str) -> Erased | None:
    """The erased prospect with the contacts to search messages by.

    Left out are former contacts that another prospect has, and all contacts that a lead has: their messages are erased
    with that lead.
    """
    erased = scrub.find_erased(tombstone.tombstone_key(tenant, "PROSPECT", prospect_id))
    if erased is None:
        return None
    of_leads = LEAD_CONTACTS.holder_ids(tenant, [*erased.contacts, *erased.former_contacts])
    of_prospects = PROSPECT_CONTACTS.holder_ids(tenant, erased.former_contacts)
    return erased.without(of_leads.keys() | of_prospects.keys())


def without_contacts_of_prospects(tenant: Tenant, lead: Erased) -> Erased:
    """The erased lead without the e-mail addresses that a prospect has: their e-mails are erased with the prospect.

    Text messages are erased with the lead, because phone numbers of prospects have no claims.
    """
    contacts = [*lead.contacts, *lead.former_contacts]
    return lead.without(PROSPECT_CONTACTS.holder_ids(tenant, contacts).keys())
