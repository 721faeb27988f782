"""A lead's history: one item for each transition and each score, written in the transaction of what it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.domain.leads.model import HistoryEntry

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.domain.leads.model import Score, Status

ID_PREFIX = "hist"


def at(by: Caller, lead_id: str, entry_id: str) -> Key:
    """`org_…#live#LEAD_HISTORY#lead_…`, `hist_…`: a partition for each lead, however long its history."""
    return key(by.tenant, f"LEAD_HISTORY#{lead_id}", entry_id)


def add_transition(lead_id: str, before: Status, after: Status, reason: str | None, by: Caller) -> None:
    _add(
        HistoryEntry(
            id=ids.new(ID_PREFIX, by.at),
            lead_id=lead_id,
            type="transition",
            at=by.at,
            by=by.actor,
            before=before,
            after=after,
            reason=reason,
        ),
        by,
    )


def add_score(lead_id: str, before: Score | None, after: Score, by: Caller) -> None:
    _add(
        HistoryEntry(
            id=ids.new(ID_PREFIX, by.at),
            lead_id=lead_id,
            type="score",
            at=by.at,
            by=by.actor,
            before=before.value if before else None,
            after=after.value,
            scorer=after.scorer,
        ),
        by,
    )


def search(lead_id: str, query: ListQuery, by: Caller) -> Page[HistoryEntry]:
    """The entries, newest first. The caller has made sure that the lead is there."""
    where = Partition(base=partition(by.tenant, f"LEAD_HISTORY#{lead_id}"), id_prefix=ID_PREFIX)
    return page.read(by.tenant, query, where, lambda item: load(HistoryEntry, item))


def _add(entry: HistoryEntry, by: Caller) -> None:
    by.transaction.create(
        {**at(by, entry.lead_id, entry.id)._asdict(), "kind": "LEAD_HISTORY", **dump(entry)}
    )
