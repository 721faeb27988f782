"""Erasing a lead: its personal data goes at once; that in events, stored responses and history soon after.

A tombstone remains. The audit records keep their commitments, but the salt goes with the lead: the hash chain still
proves what happened, and nobody can find out which values it happened to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub, tombstone
from eal.domain.leads.collection import LEAD_CONTACTS, LEADS
from eal.domain.leads.history import entry_partition
from eal.domain.leads.model import PERSONAL
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


_EMPTY: dict[str, Json] = {"additional_emails": [], "phones": [], "metadata": {}, "attribution": {}}


def erase(lead_id: str, by: Caller) -> None:
    """Replace the lead by a tombstone, release its contacts, and enqueue the rest of the erasure.

    Raises: NotFound, PreconditionFailed.
    """
    lead = LEADS.get(by.tenant, lead_id)
    by.transaction.delete(LEADS.key(by.tenant, lead.id), was=lead.version)
    LEAD_CONTACTS.change(lead.id, lead.contacts, frozenset(), by.transaction)
    tombstone.put("LEAD", lead.id, sorted(lead.contacts), lead.former_contacts, by.transaction)
    LEADS.audit(by.transaction, "lead.erased", lead, None)
    by.transaction.emit("lead.erased", without_personal_values(LeadView.of(lead).model_dump(mode="json")))
    by.transaction.enqueue_task("erase_lead", {"lead_id": lead.id})


def scrub_traces(tenant: Tenant, lead_id: str) -> None:
    """Remove the lead's personal values from stored events and responses, and delete its history. Idempotent."""
    scrub.events(tenant, lead_id, without_personal_values)
    scrub.responses(tenant, lead_id)
    scrub.remove_all(entry_partition(tenant, lead_id))


def find_erased(tenant: Tenant, lead_id: str) -> Erased | None:
    """The erased lead with the contacts to search messages by. Former contacts that another lead has are left out."""
    erased = scrub.find_erased(tombstone.tombstone_key(tenant, "LEAD", lead_id))
    return erased and erased.without(LEAD_CONTACTS.holder_ids(tenant, erased.former_contacts).keys())


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A lead's view with empty personal fields, still in its shape."""
    return {name: _EMPTY.get(name) if name in PERSONAL else value for name, value in data.items()}
