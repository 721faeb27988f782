"""The sweep: every minute, it publishes outbox items that the relay left for more than a minute.

So a relay that fails for longer than the stream's retention of 24 hours loses nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table.read import get_all, walk
from eal.domain.outbox.numbering import key_of
from eal.domain.outbox.publish import MAX_ITEMS_PER_TRANSACTION, group_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.domain.outbox.numbering import Group

MIN_AGE = timedelta(minutes=1)
"""Younger items are left to the relay."""
_MAX_ITEMS_PER_READ = 10
"""An item has up to 400 KB, a TransactGetItems up to 4 MB."""


def pending_batches(shard: int, now: datetime) -> Iterator[tuple[Key, ...]]:
    """The keys of a shard's pending items that are older than a minute, as many at a time as a transaction takes."""
    created_until = now - MIN_AGE
    old = [key for key in _pending_keys(shard) if ids.created_at(key.sk) <= created_until]
    return batched(old, MAX_ITEMS_PER_TRANSACTION, strict=False)


def read_groups(keys: tuple[Key, ...]) -> dict[Group, list[Item]]:
    """The items that are still pending, by group."""
    groups: dict[Group, list[Item]] = defaultdict(list)
    for batch in batched(keys, _MAX_ITEMS_PER_READ, strict=False):
        for item in get_all(batch):
            if item and item.get("pending"):
                groups[group_of(item)].append(item)
    return groups


def _pending_keys(shard: int) -> list[Key]:
    return [
        key_of(item) for item in walk("pending = :shard", {":shard": f"PENDING#{shard}"}, index="pending")
    ]
