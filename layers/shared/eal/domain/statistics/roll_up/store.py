"""The roll-up of a parent's children: their counters, never their data."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from eal.core.cursor import Position, seal
from eal.core.table.item import load
from eal.core.table.page import MAX_ITEMS_READ, MAX_READ_SECONDS, Page
from eal.core.table.read import get_all
from eal.core.tenancy import Tenant
from eal.domain.organization_settings.table_keys import grant_key, organization_key
from eal.domain.organizations.children import MAX_CHILDREN_PER_READ, child_ids
from eal.domain.organizations.grants.model import Grant
from eal.domain.organizations.model import Organization
from eal.domain.statistics.model import tally_of
from eal.domain.statistics.store import tally_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.domain.statistics.model import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUpRow:
    """One child: its counters, and whether it granted its leads and its calls."""

    organization_id: str
    name: str
    tally: Tally
    leads: bool
    calls: bool


def search(query: ListQuery, by: Caller) -> Page[RollUpRow]:
    """The children that granted leads or calls, in the caller's mode, newest first."""
    scope = query.cursor_scope(by.tenant)
    found: list[RollUpRow] = []
    # Read more than a short page needs, because children without a grant are left out.
    reading = query.model_copy(update={"limit": max(query.limit, MAX_CHILDREN_PER_READ)})
    looked_at = 0
    ends_at = time.monotonic() + MAX_READ_SECONDS
    while True:
        ids = child_ids(reading, by)
        looked_at += len(ids.items)
        found += _rows(ids.items, by)
        if len(found) > query.limit:
            kept = found[: query.limit]
            return Page(kept, seal(scope, Position(kept[-1].organization_id)))
        has_read_enough = looked_at >= MAX_ITEMS_READ or time.monotonic() >= ends_at
        if ids.next_cursor is None or len(found) == query.limit or has_read_enough:
            return Page(found, ids.next_cursor)
        reading = reading.model_copy(update={"cursor": ids.next_cursor})


def _rows(child_ids: Sequence[str], by: Caller) -> Iterator[RollUpRow]:
    """Child, grant and tally are read in one transaction, so a revoked grant hides the counters at once."""
    for batch in batched(child_ids, MAX_CHILDREN_PER_READ, strict=False):
        items = get_all(
            [
                key
                for child_id in batch
                for key in (
                    organization_key(child_id),
                    grant_key(child_id, by.organization_id),
                    tally_key(Tenant(child_id, by.mode)),
                )
            ]
        )
        for child, granted, tally in batched(items, 3, strict=True):
            grant = load(Grant, granted) if granted else Grant()
            leads, calls = (grant.covers(resource, by.at) for resource in ("leads", "calls"))
            if child and (leads or calls):
                organization = load(Organization, child)
                yield RollUpRow(
                    organization_id=organization.id,
                    name=organization.name,
                    tally=tally_of(tally),
                    leads=leads,
                    calls=calls,
                )
