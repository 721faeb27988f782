"""The relay's net: each minute, what a relay left in the outbox for more than a minute is published.

So that even a relay that fails for longer than the stream's 24 hours loses nothing.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

from eal import clock, ids, observe
from eal.entry.outbox_numbers import Group, key_of
from eal.entry.relay import MOST_AT_ONCE, grouped, relay
from eal.table.keys import PENDING_SHARDS, Key
from eal.table.read import get_all, walk

if TYPE_CHECKING:
    from datetime import datetime

    from eal.table.item import Item

SWEPT_AFTER = timedelta(minutes=1)
_READ_AT_ONCE = 10
"""Items of up to 400 KB, in a read of up to 4 MB."""


class SweepFailed(Exception):
    """Some items are still unpublished after a sweep: the next one tries them again."""


def handler(event: object, context: object) -> None:
    """The Lambda handler of the schedule: everything in `pending` that is older than a minute.

    Raises: SweepFailed, after all that can be published was, so that an alarm tells of the rest.
    """
    observe.begin("", worker="sweep")
    border = clock.now() - SWEPT_AFTER
    # Another one each minute: a time-out does not starve the same ones.
    first = int(border.timestamp()) // 60
    failed = sum(_shard_swept((first + shard) % PENDING_SHARDS, border) for shard in range(PENDING_SHARDS))
    observe.flush()
    if failed:
        raise SweepFailed(f"{failed} groups of items could not be published; the log says why")


def _shard_swept(shard: int, border: datetime) -> int:
    """Publish a shard's leftovers. Returns how many groups failed; they keep no others from being published."""
    failed = 0
    try:
        old = [at for at in _pending(shard) if ids.created_at(at.sk) <= border]
    except Exception:  # the edge of a consumer: told by SweepFailed once the others are done
        observe.logger.exception("sweep_failed", shard=shard)
        return 1
    for some in batched(old, MOST_AT_ONCE, strict=False):
        try:
            left = [item for few in batched(some, _READ_AT_ONCE, strict=False) for item in get_all(few)]
        except Exception:  # as above
            observe.logger.exception("sweep_failed", shard=shard)
            failed += 1
            continue
        groups = grouped(item for item in left if item and item.get("pending"))
        failed += sum(not _swept(group, items) for group, items in groups.items())
    return failed


def _pending(shard: int) -> list[Key]:
    return [
        key_of(item) for item in walk("pending = :shard", {":shard": f"PENDING#{shard}"}, index="pending")
    ]


def _swept(group: Group, items: list[Item]) -> bool:
    """Publish one tenant's leftovers. What fails stays pending, and keeps nobody else's from being published."""
    try:
        relay(group, items)
    except Exception:  # the edge of a consumer: told by SweepFailed once the others are done
        observe.logger.exception("sweep_failed", organization_id=group.organization_id, kind=group.kind)
        return False
    observe.count("outbox_swept", len(items))
    return True
