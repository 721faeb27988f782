"""A lead's history: one item per transition and per score, written in the transaction of the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, partition
from eal.core.table.page import Page, Partition
from eal.domain.leads.model import HistoryEntry

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.tenancy import Tenant
    from eal.domain.leads.model import Score
    from eal.domain.leads.vocabulary import Status

ID_PREFIX = "hist"


def entry_partition(tenant: Tenant, lead_id: str) -> str:
    """`org_…#live#LEAD_HISTORY#lead_…`: a partition per lead, because a history has no limit."""
    return partition(tenant, "LEAD_HISTORY", lead_id)


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
    """The entries, newest first. The caller must have checked that the lead exists."""
    entries = Partition(base=entry_partition(by.tenant, lead_id), id_prefix=ID_PREFIX)
    return page.read(by.tenant, query, entries, lambda item: load(HistoryEntry, item))


def _add(entry: HistoryEntry, by: Caller) -> None:
    entry_key = Key(entry_partition(by.tenant, entry.lead_id), entry.id)
    by.transaction.create({**entry_key._asdict(), "kind": "LEAD_HISTORY", **dump(entry)})
