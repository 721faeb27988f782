"""Erasing a prospect: what is personal goes, at once from the prospect, soon from kept answers; a tombstone stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub, tombstone
from eal.domain.leads import store as leads
from eal.domain.prospects import store

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def erase(prospect_id: str, by: Caller) -> None:
    """Put a tombstone in the prospect's place, free its e-mail, and ask for the rest.

    The lead that it became keeps its own data.
    Raises: NotFound, PreconditionFailed.
    """
    before = store.find(prospect_id, by)
    by.transaction.delete(store.at(by, before.id), was=before.version)
    if before.email:
        by.transaction.delete(store.claim_at(by, before.email))
    tombstone.put("PROSPECT", before.id, sorted(before.contacts), before.former_contacts, by.transaction)
    store.audit_change("prospect.erased", before, store.audited(before), {}, by)
    by.transaction.enqueue_task("erase_prospect", {"prospect_id": before.id})


def scrub_traces(tenant: Tenant, prospect_id: str) -> None:
    """Take the prospect out of kept answers. Safe to repeat."""
    scrub.answers(tenant, prospect_id)


def traced(tenant: Tenant, prospect_id: str) -> Erased | None:
    """Contacts to search messages by. A former contact that somebody else has now is left out.

    So is a present one that a lead has too: its messages go with that lead.
    """
    found = scrub.erased(tombstone.at(tenant, "PROSPECT", prospect_id))
    if found is None:
        return None
    held = leads.held(tenant, [*found.contacts, *found.former_contacts])
    return found.without(held | store.held(tenant, found.former_contacts))


def without_prospects_own(tenant: Tenant, lead: Erased) -> Erased:
    """The erased lead without the e-mails that a prospect has: what came by them goes with the prospect.

    Texts go with the lead: who else has a phone, only leads' claims tell.
    """
    return lead.without(store.held(tenant, [*lead.contacts, *lead.former_contacts]))
