"""Erasing a prospect: what is personal goes, at once from the prospect, soon from kept answers; a tombstone stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.prospects import store
from eal.table import scrub, tombstone

if TYPE_CHECKING:
    from eal.caller import Caller
    from eal.table.keys import Mode


def erase(prospect_id: str, by: Caller) -> None:
    """Put a tombstone in the prospect's place, free its e-mail, and ask for the rest.

    The lead that it became keeps its own data.
    Raises: NotFound, PreconditionFailed.
    """
    before = store.find(prospect_id, by)
    by.write.delete(store.at(by, before.id), was=before.version)
    if before.email:
        by.write.delete(store.claim_at(by, before.email))
    tombstone.put("PROSPECT", before.id, by.write)
    store.audit_change("prospect.erased", before, store.audited(before), {}, by)
    by.write.ask("erase_prospect", {"prospect_id": before.id})


def scrub_traces(organization_id: str, mode: Mode, prospect_id: str) -> None:
    """Take the prospect out of kept answers. Safe to repeat."""
    scrub.answers(organization_id, mode, prospect_id)
