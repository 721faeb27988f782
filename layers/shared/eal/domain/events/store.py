"""Reading the feed: events in the order of their gap-free numbers.

The index that the feed walks shows new items when it gets to it, and not in their order. A number that is missing
before an event that got its own just now may be on its way, so a page ends before it: who reads from cursor to cursor
sees each event, once, whatever the index is doing. Before an older number, what is missing has expired.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.caller import Caller
from eal.core.clock import parse
from eal.core.cursor import Position, seal, unseal
from eal.core.errors import NotFound
from eal.core.events import catalogue
from eal.core.events.catalogue import Event
from eal.core.table.item import Item
from eal.core.table.keys import key, partition
from eal.core.table.page import MAX_PAGE_BYTES, weight
from eal.core.table.read import get, walk
from eal.domain.events.wire import FeedQuery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

MAX_ITEMS_READ = 2000
"""Events that one page may look at for a filter; then it ends, with a cursor to go on from. So it does at 4 MB."""
_MOST_A_READ = 201
_INDEX_LAG = timedelta(minutes=10)
"""Numbers are given in order, so one that is missing before a number of this age is not late but expired.

DynamoDB's indexes follow within a second and promise nothing. The price: if all events after a reader's cursor have
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
    last = unseal(scope, query.cursor) if query.cursor else Position("", 0)
    found: list[Event] = []
    has_more = False
    size = 0
    for looked_at, item in enumerate(_without_gaps(last.at or 0, by)):
        size += weight(cast("str", item["data"]))
        is_large = size > MAX_PAGE_BYTES and looked_at > 0
        if len(found) == query.limit or looked_at == MAX_ITEMS_READ or is_large:
            has_more = True
            break
        last = Position(cast("str", item["id"]), cast("int", item["feedsk"]))
        if _is_wanted(item, query):
            found.append(catalogue.of_item(item))
    return Feed(found, seal(scope, last), has_more)


def find(event_id: str, by: Caller) -> Event:
    """Raises: NotFound, also in the moment before an event has its number."""
    item = get(key(by.tenant, "EVENT", event_id)) if ids.is_id("evt", event_id) else None
    if item is None or "feedsk" not in item:
        raise NotFound(f"There is no event {event_id[:40]}.")
    return catalogue.of_item(item)


def _without_gaps(after: int, by: Caller) -> "Iterator[Item]":
    """The items behind a number, up to where one is missing that is still to come."""
    values: Item = {":pk": partition(by.tenant, "EVENT"), ":after": after}
    for item in walk("feedpk = :pk AND feedsk > :after", values, index="feed", limit=_MOST_A_READ):
        number = cast("int", item["feedsk"])
        if number != after + 1 and by.at - _numbered_at(item) < _INDEX_LAG:
            return
        yield item
        after = number


def _numbered_at(item: Item) -> "datetime":
    """When the relay gave the number; for items that do not say so yet, the creation shortly before."""
    return parse(cast("str", item.get("numbered_at") or item["created_at"]))


def _is_wanted(item: Item, query: FeedQuery) -> bool:
    after, before = query.creation_range()
    created_at = parse(cast("str", item["created_at"]))
    return (
        (query.type is None or item["type"] == query.type)
        and (after is None or created_at >= after)
        and (before is None or created_at < before)
    )
