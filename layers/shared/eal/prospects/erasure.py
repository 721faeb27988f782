"""Erasing a prospect: what is personal goes, at once from the prospect, soon from kept answers; a tombstone stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.leads import store as leads
from eal.prospects import store
from eal.table import scrub, tombstone

if TYPE_CHECKING:
    from eal.caller import Caller
    from eal.prospects.model import Prospect
    from eal.table.keys import Mode
    from eal.table.scrub import Erased


def erase(prospect_id: str, by: Caller) -> None:
    """Put a tombstone in the prospect's place, free its e-mail, and ask for the rest.

    The lead that it became keeps its own data.
    Raises: NotFound, PreconditionFailed.
    """
    before = store.find(prospect_id, by)
    by.write.delete(store.at(by, before.id), was=before.version)
    if before.email:
        by.write.delete(store.claim_at(by, before.email))
    tombstone.put("PROSPECT", before.id, _contacts(before), by.write)
    store.audit_change("prospect.erased", before, store.audited(before), {}, by)
    by.write.ask("erase_prospect", {"prospect_id": before.id})


def scrub_traces(organization_id: str, mode: Mode, prospect_id: str) -> None:
    """Take the prospect out of kept answers. Safe to repeat."""
    scrub.answers(organization_id, mode, prospect_id)


def traced(organization_id: str, mode: Mode, prospect_id: str) -> Erased | None:
    """Whose messages are left. What somebody wrote who is a lead too is that lead's, and goes with it."""
    found = scrub.erased(tombstone.at(organization_id, mode, "PROSPECT", prospect_id))
    if found is None:
        return None
    held = leads.held(organization_id, mode, found.contacts)
    return replace(found, contacts=tuple(one for one in found.contacts if one not in held))


def _contacts(prospect: Prospect) -> list[str]:
    emails = [f"email#{prospect.email}"] if prospect.email else []
    return [*emails, *(f"phone#{phone}" for phone in prospect.phones)]
