"""The sweep: every minute, it publishes outbox items that the relay left for more than five minutes.

So a relay that fails for longer than the stream's retention of 24 hours loses nothing. Younger items are left to the
relay, because a sweep next to a relay that is only slow would contend with it for the heads of the sequences.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import ids, settings
from eal.core.table.read import batch_get
from eal.domain.outbox import pending
from eal.domain.outbox.model import batches, id_of
from eal.domain.outbox.publish import publish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from eal.domain.outbox.model import Group
    from eal.domain.outbox.pending import Pointer

MIN_AGE = timedelta(minutes=5)
_MAX_ITEMS = 100
"""Items per batch: the limit of a BatchGetItem."""


def pending_batches(shard: int, now: datetime) -> Iterator[list[Pointer]]:
    """The pointers of a shard that are old enough."""
    created_until = now - MIN_AGE
    old = (
        pointer for pointer in pending.pointers_in(shard) if ids.created_at(pointer.key.sk) <= created_until
    )
    return batches(old, lambda pointer: len(pointer.ids), max_count=_MAX_ITEMS, max_size=_MAX_ITEMS)


def publish_batch(pointers: Sequence[Pointer]) -> tuple[int, dict[Group, Exception]]:
    """Publish the items of the pointers. Returns how many there are, and the groups that failed.

    Pointers to items that no longer exist, because their TTL passed, are removed.
    """
    keys = [pointer.group.key_of(item_id)._asdict() for pointer in pointers for item_id in pointer.ids]
    items = batch_get(settings.state_table(), keys)
    failures = publish(items)
    existing = {id_of(item) for item in items}
    missing = {item_id for pointer in pointers for item_id in pointer.ids} - existing
    gone = [pointer for pointer in pointers if pointer.ids <= missing]
    return len(items), {**failures, **pending.remove(gone, missing)}
