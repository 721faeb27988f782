"""The feed: events in the order of their gap-free sequence.

The index of the feed is eventually consistent and receives new items in any order. A missing number before a recently
numbered event may still arrive, so a page ends before the gap, and a client that follows the cursor sees each event
once. A missing number before an older event has expired.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.clock import parse
from eal.core.cursor import Position, seal, unseal
from eal.core.errors import NotFound
from eal.core.events import envelope
from eal.core.table.keys import key, partition
from eal.core.table.page import MAX_ITEMS_READ, MAX_PAGE_BYTES, MAX_READ_SECONDS, json_string_bytes
from eal.core.table.read import get as get_item
from eal.core.table.read import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.events.envelope import Event
    from eal.core.table.item import Item
    from eal.domain.events.wire import FeedQuery

_MAX_ITEMS_PER_READ = 201
_INDEX_LAG = timedelta(minutes=10)
"""Numbers are assigned in order, so a missing number before a number of this age is not late but expired.

DynamoDB's indexes usually follow within a second, without a guarantee. The cost: if all events after a cursor have
expired, the reader waits up to ten minutes at the gap.
"""


class Feed(NamedTuple):
    events: list[Event]
    next_cursor: str
    has_more: bool


def read(query: FeedQuery, by: Caller) -> Feed:
    """The events after the cursor, oldest first.

    Raises: InvalidCursor.
    """
    scope = query.cursor_scope(by.tenant)
    last = unseal(scope, query.cursor) if query.cursor else Position("", _number_before(query, by))
    found: list[Event] = []
    has_more = False
    size = 0
    ends_at = time.monotonic() + MAX_READ_SECONDS
    for read_count, item in enumerate(_without_gaps(last.at or 0, by)):
        size += json_string_bytes(cast("str", item["data"]))
        is_large = size > MAX_PAGE_BYTES and read_count > 0
        has_read_enough = read_count == MAX_ITEMS_READ or (read_count > 0 and time.monotonic() >= ends_at)
        if len(found) == query.limit or has_read_enough or is_large:
            has_more = True
            break
        last = Position(cast("str", item["id"]), cast("int", item["feedsk"]))
        if _matches(item, query):
            found.append(envelope.of_item(item))
    return Feed(found, seal(scope, last), has_more)


def get(event_id: str, by: Caller) -> Event:
    """Raises: NotFound, also for an event that has no number yet."""
    item = get_item(key(by.tenant, "EVENT", event_id)) if ids.is_id("evt", event_id) else None
    if item is None or "feedsk" not in item:
        raise NotFound(f"There is no event {ids.shown(event_id)}.")
    return envelope.of_item(item)


def _number_before(query: FeedQuery, by: Caller) -> int:
    """A number after which the first page can begin: all events up to it were created before `created_after`.

    A binary search, because numbers follow the time at which they were assigned, and no event is created after that. It
    makes about twenty queries of one item for a million events.
    """
    if query.created_after is None:
        return 0
    # Relays whose clocks differ may have assigned adjacent numbers.
    bound = query.created_after - _INDEX_LAG
    newest = next(_after(0, by, limit=1, newest_first=True), None)
    low, high = 0, cast("int", newest["feedsk"]) if newest else 0
    while low < high:
        middle = (low + high) // 2
        item = next(_after(middle, by, limit=1), None)
        if item and _numbered_at(item) < bound:
            low = cast("int", item["feedsk"])
        else:
            high = middle
    return low


def _without_gaps(after: int, by: Caller) -> Iterator[Item]:
    """The items after a number, up to the first number that is missing and may still arrive."""
    for item in _after(after, by, limit=_MAX_ITEMS_PER_READ):
        number = cast("int", item["feedsk"])
        if number != after + 1 and by.at - _numbered_at(item) < _INDEX_LAG:
            return
        yield item
        after = number


def _after(number: int, by: Caller, *, limit: int, newest_first: bool = False) -> Iterator[Item]:
    """The items after a number, `limit` in each query."""
    values: Item = {":pk": partition(by.tenant, "EVENT"), ":after": number}
    condition = "feedpk = :pk AND feedsk > :after"
    return walk(condition, values, index="feed", limit=limit, newest_first=newest_first)


def _numbered_at(item: Item) -> datetime:
    """The time at which the relay assigned the number."""
    return parse(cast("str", item["numbered_at"]))


def _matches(item: Item, query: FeedQuery) -> bool:
    after, before = query.creation_range()
    created_at = parse(cast("str", item["created_at"]))
    return (
        (query.type is None or item["type"] == query.type)
        and (after is None or created_at >= after)
        and (before is None or created_at < before)
    )
