"""The sweep: every minute, it publishes outbox items that the relay left for more than a minute.

So a relay that fails for longer than the stream's retention of 24 hours loses nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import ids, observe
from eal.core.scheduled_run import ScheduledRun
from eal.core.table.keys import PENDING_SHARDS, Key
from eal.core.table.read import get_all, walk
from eal.domain.outbox.numbering import key_of
from eal.domain.outbox.publish import MAX_ITEMS_PER_TRANSACTION, group_of, publish

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.domain.outbox.numbering import Group

MIN_AGE = timedelta(minutes=1)
"""Younger items are left to the relay."""
_MAX_ITEMS_PER_READ = 10
"""An item has up to 400 KB, a TransactGetItems up to 4 MB."""


def sweep(now: datetime) -> None:
    """Publish all pending items that are older than a minute.

    Raises: PartsFailed. Items that fail stay pending and do not prevent others from being published.
    """
    created_until = now - MIN_AGE
    # The first shard changes every minute, so that a timeout does not always starve the same shards.
    first = int(created_until.timestamp()) // 60
    with ScheduledRun("sweep") as run:
        for shard in range(first, first + PENDING_SHARDS):
            with run.part(shard=shard % PENDING_SHARDS):
                _sweep_shard(shard % PENDING_SHARDS, created_until, run)


def _sweep_shard(shard: int, created_until: datetime, run: ScheduledRun) -> None:
    """Publish the pending items of a shard, one group at a time."""
    old = [key for key in _pending_keys(shard) if ids.created_at(key.sk) <= created_until]
    for keys in batched(old, MAX_ITEMS_PER_TRANSACTION, strict=False):
        with run.part(shard=shard):
            found = [
                item for batch in batched(keys, _MAX_ITEMS_PER_READ, strict=False) for item in get_all(batch)
            ]
            for group, items in _grouped(item for item in found if item and item.get("pending")).items():
                with run.part(**group.tenant._asdict(), kind=group.kind):
                    publish(group, items)
                    observe.count("outbox_swept", len(items))


def _pending_keys(shard: int) -> list[Key]:
    return [
        key_of(item) for item in walk("pending = :shard", {":shard": f"PENDING#{shard}"}, index="pending")
    ]


def _grouped(items: Iterable[Item]) -> dict[Group, list[Item]]:
    groups: dict[Group, list[Item]] = defaultdict(list)
    for item in items:
        groups[group_of(item)].append(item)
    return groups
