"""The relay's net: each minute, what a relay left in the outbox for more than a minute is published.

So that even a relay that fails for longer than the stream's 24 hours loses nothing.
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
from eal.domain.outbox.publish import MOST_AT_ONCE, group_of, relay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.domain.outbox.numbering import Group

SWEPT_AFTER = timedelta(minutes=1)
_READ_AT_ONCE = 10
"""Items of up to 400 KB, in a read of up to 4 MB."""


def sweep(now: datetime) -> None:
    """Publish everything in `pending` that is older than a minute.

    Raises: PartsFailed. What fails stays pending, and keeps nobody else's from being published.
    """
    border = now - SWEPT_AFTER
    # Another one each minute: a time-out does not starve the same ones.
    first = int(border.timestamp()) // 60
    with ScheduledRun("sweep") as run:
        for shard in range(first, first + PENDING_SHARDS):
            with run.part(shard=shard % PENDING_SHARDS):
                _sweep(shard % PENDING_SHARDS, border, run)


def _sweep(shard: int, border: datetime, run: ScheduledRun) -> None:
    """Publish a shard's leftovers, each tenant's by themselves."""
    old = [at for at in _pending(shard) if ids.created_at(at.sk) <= border]
    for some in batched(old, MOST_AT_ONCE, strict=False):
        with run.part(shard=shard):
            left = [item for few in batched(some, _READ_AT_ONCE, strict=False) for item in get_all(few)]
            for group, items in _grouped(item for item in left if item and item.get("pending")).items():
                with run.part(**group.tenant._asdict(), kind=group.kind):
                    relay(group, items)
                    observe.count("outbox_swept", len(items))


def _pending(shard: int) -> list[Key]:
    return [
        key_of(item) for item in walk("pending = :shard", {":shard": f"PENDING#{shard}"}, index="pending")
    ]


def _grouped(items: Iterable[Item]) -> dict[Group, list[Item]]:
    groups: dict[Group, list[Item]] = defaultdict(list)
    for item in items:
        groups[group_of(item)].append(item)
    return groups
