"""Erasing a lead: what is personal goes, at once from the lead, soon from events, kept answers and history.

A tombstone stays.

The audit records keep their commitments, whose salt goes with the lead: so the chain still proves what happened, and
nobody can tell any more which values it happened to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub, tombstone
from eal.core.table.item import dump
from eal.domain.leads import store
from eal.domain.leads.model import PERSONAL
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


_EMPTY: dict[str, Json] = {"additional_emails": [], "phones": [], "metadata": {}, "attribution": {}}


def erase(lead_id: str, by: Caller) -> None:
    """Put a tombstone in the lead's place, free its contacts, and ask for the rest.

    Raises: NotFound, PreconditionFailed.
    """
    lead = store.find(lead_id, by)
    by.transaction.delete(store.at(by, lead.id), was=lead.version)
    for contact in sorted(lead.contacts):
        by.transaction.delete(store.claim_at(by, contact))
    tombstone.put("LEAD", lead.id, sorted(lead.contacts), lead.former_contacts, by.transaction)
    store.audit_change("lead.erased", lead, dump(lead), {}, by)
    by.transaction.emit("lead.erased", without_personal_values(LeadView.of(lead).model_dump(mode="json")))
    by.transaction.enqueue_task("erase_lead", {"lead_id": lead.id})


def scrub_traces(tenant: Tenant, lead_id: str) -> None:
    """Take the lead's personal values out of stored events and kept answers, and delete its history. Safe to repeat."""
    scrub.events(tenant, lead_id, without_personal_values)
    scrub.answers(tenant, lead_id)
    scrub.remove_all(tenant, f"LEAD_HISTORY#{lead_id}")


def traced(tenant: Tenant, lead_id: str) -> Erased | None:
    """Contacts to search messages by. A former contact that somebody else has now is left out."""
    found = scrub.erased(tombstone.at(tenant, "LEAD", lead_id))
    return found and found.without(store.held(tenant, found.former_contacts))


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A lead's view with its personal members empty, and still in its shape."""
    return {name: _EMPTY.get(name) if name in PERSONAL else value for name, value in data.items()}
