"""Pages of one partition: Query only, filled to the limit, with a cursor that outlives its item."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import aws, ids, settings
from eal.core.cursor import Position, seal, unseal
from eal.core.table.item import encode, from_attributes, to_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from eal.core.json import Json
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

MAX_ITEMS_READ = 3000
"""Items that a page may read for a filter that no index serves. After that it returns a cursor and may be short. Leads
have about a kilobyte, so they are 750 read units, a quarter of what DynamoDB serves of a partition per second, and 0.1
seconds of a whole CPU, of which a function with 512 MB has 0.29."""
MAX_READ_SECONDS = 2.0
"""The time after which a page begins no further query. The function has 10 seconds, and a query of a megabyte takes
less than one, so a slow table makes pages shorter and not late."""
MAX_PAGE_BYTES = 4_000_000
"""The size of a page's items in the response. Lambda allows 6 MB, and views add fields that items leave out."""
_MAX_UNMEASURED_LIMIT = 50
"""The result of one query for so many items fits into Lambda's 6 MiB and need not be measured. It is a megabyte, to
which decompression adds at most `MAX_LISTED_BYTES` an item, and a quote takes up to four bytes of a response."""
_MAX_QUERIES = 12
"""A Query returns at most 1 MB, so with large items this limit applies before MAX_ITEMS_READ: 12 MB are the 3,000 read
units that DynamoDB serves of a partition per second. Queries that double from four items read 3,000 in eleven."""
_READ_ALL_PAGE_ITEMS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Page[T](NamedTuple):
    items: list[T]
    next_cursor: str | None


class Partition(NamedTuple):
    """The partition that a list reads, of the table or of an index, whose items are ordered by `id`.

    `base` is the items' own partition: with `id` it is the table key that DynamoDB requires in a start key. Items with
    an id below `lowest` are not read.
    """

    base: str
    id_prefix: str
    index_name: str | None = None
    index_partition: str | None = None
    lowest: str | None = None


def read[T](
    tenant: Tenant,
    query: ListQuery,
    partition: Partition,
    load: Callable[[Item], T],
    keep: Callable[[Item], bool] | None = None,
    resolve: Callable[[list[Item]], list[Item]] | None = None,
) -> Page[T]:
    """The page that `query` requests. `keep` is a filter that no index serves. `resolve` replaces the items that were
    read, such as entries by what they point to; it may leave some out, and keeps their ids and their order.

    The cost of a page depends on the items it passes, never on the length of the list: without `keep` one item more
    than it returns; with `keep`, reads that double in size until the page is full. A page is short only if it is the
    last, exceeds `MAX_PAGE_BYTES`, or has read as much as it may; the last two have a cursor that continues.

    Raises: InvalidCursor.
    """
    scope = query.cursor_scope(tenant)
    start = unseal(scope, query.cursor) if query.cursor else None
    kept: list[Item] = []
    items_read = queries = 0
    ends_at = time.monotonic() + MAX_READ_SECONDS
    needed = query.limit + 1  # one more shows whether another page follows
    while True:
        as_many_again = min(items_read or 2 * needed, MAX_ITEMS_READ - items_read)
        items, last = _query(query, partition, start, as_many_again if keep else needed - len(kept))
        items_read += len(items)
        queries += 1
        found = resolve(items) if resolve else items
        kept += found if keep is None else filter(keep, found)
        is_measured = queries > 1 or query.limit > _MAX_UNMEASURED_LIMIT or resolve is not None
        fitting = min(query.limit, _fitting(kept)) if is_measured else query.limit
        if len(kept) > fitting:
            page = kept[:fitting]
            return Page([load(item) for item in page], seal(scope, _position(page[-1])))
        if last is None:
            return Page([load(item) for item in kept], None)
        start = last
        if items_read >= MAX_ITEMS_READ or queries == _MAX_QUERIES or time.monotonic() >= ends_at:
            return Page([load(item) for item in kept], seal(scope, last))


def at_most_one[T](tenant: Tenant, query: ListQuery, item: T | None) -> Page[T]:
    """The page of a list with one item or none. Such a list never returned a cursor.

    Raises: InvalidCursor.
    """
    if query.cursor:
        unseal(query.cursor_scope(tenant), query.cursor)
    return Page([] if item is None else [item], None)


def json_string_bytes(text: str) -> int:
    """The bytes of a JSON text in a response. Lambda returns the body as a JSON string, in which quotes are escaped."""
    return len(text.encode(errors="replace")) + text.count('"') + text.count("\\")


def _fitting(items: Sequence[Item]) -> int:
    """The number of items that fit into a response."""
    size = 0
    for fitting, item in enumerate(items):
        size += json_string_bytes(json.dumps(item, ensure_ascii=False, separators=(",", ":")))
        if size > MAX_PAGE_BYTES:
            return max(fitting, 1)
    return len(items)


def iterate_all(query: ListQuery, partition: Partition) -> Iterator[Item]:
    """All items of the list, for a reader that limits itself."""
    start = None
    while True:
        items, start = _query(query, partition, start, _READ_ALL_PAGE_ITEMS)
        yield from items
        if start is None:
            return


class PageEntry[T](NamedTuple):
    """One item of a short collection, with the fields that order and filter it."""

    id: str
    created_at: datetime
    value: T


def paginate_in_memory[T](tenant: Tenant, query: ListQuery, entries: Iterable[PageEntry[T]]) -> Page[T]:
    """The page of a collection that is read whole, because it is always short (a tenant's integrations).

    Raises: InvalidCursor.
    """
    scope = query.cursor_scope(tenant)
    after, before = query.creation_range()
    kept = sorted(
        (
            entry
            for entry in entries
            if (after is None or entry.created_at >= after) and (before is None or entry.created_at < before)
        ),
        key=lambda entry: (entry.created_at, entry.id),
        reverse=query.order == "desc",
    )
    if query.cursor:
        start = unseal(scope, query.cursor)
        position = (_EPOCH + timedelta(milliseconds=start.at or 0), start.id)
        if query.order == "desc":
            kept = [entry for entry in kept if (entry.created_at, entry.id) < position]
        else:
            kept = [entry for entry in kept if (entry.created_at, entry.id) > position]
    page, rest = kept[: query.limit], kept[query.limit :]
    cursor = None
    if rest:
        milliseconds = (page[-1].created_at - _EPOCH) // timedelta(milliseconds=1)
        cursor = seal(scope, Position(page[-1].id, milliseconds))
    return Page([entry.value for entry in page], cursor)


def _query(
    query: ListQuery, partition: Partition, start: Position | None, limit: int
) -> tuple[list[Item], Position | None]:
    """Items of the partition, and where to continue; None at the end."""
    pk, sk = (
        (f"{partition.index_name}pk", f"{partition.index_name}sk") if partition.index_name else ("pk", "sk")
    )
    condition, values = f"{pk} = :pk", {":pk": partition.index_partition or partition.base}
    low, high = (at and ids.lowest(partition.id_prefix, at) for at in query.creation_range())
    low = max(low or "", partition.lowest or "") or None
    if low and high:
        if low >= high:
            return [], None
        condition += f" AND {sk} BETWEEN :low AND :high"
        values |= {":low": low, ":high": high}
    elif low:
        condition += f" AND {sk} >= :low"
        values[":low"] = low
    elif high:
        condition += f" AND {sk} < :high"
        values[":high"] = high
    request: dict[str, object] = {
        "TableName": settings.state_table(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {name: encode(value) for name, value in values.items()},
        "ScanIndexForward": query.order == "asc",
        "Limit": limit,
    }
    if partition.index_name:
        request["IndexName"] = partition.index_name
    else:
        request["ConsistentRead"] = True
    if start:
        request["ExclusiveStartKey"] = to_attributes(_start_key(partition, start, pk, sk))
    response = aws.dynamodb().query(**cast("QueryInputTypeDef", request))
    items = [from_attributes(attributes) for attributes in response["Items"]]
    last = response.get("LastEvaluatedKey")
    return items, (_position(from_attributes(last)) if last else None)


def _start_key(partition: Partition, start: Position, pk: str, sk: str) -> dict[str, Json]:
    start_key: dict[str, Json] = {"pk": partition.base, "sk": start.id}
    if partition.index_name:
        start_key |= {pk: partition.index_partition, sk: start.id}
    return start_key


def _position(item: Item) -> Position:
    return Position(cast("str", item["sk"]))
