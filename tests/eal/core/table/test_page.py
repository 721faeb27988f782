"""Pages: filled, bounded, in order, and with items of one tenant only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from eal.core import aws, clock, ids, settings
from eal.core.cursor import Position, seal
from eal.core.errors import InvalidCursor
from eal.core.listing import ListQuery
from eal.core.table import page
from eal.core.table.item import MAX_LISTED_BYTES, compressed, to_attributes
from eal.core.table.keys import key, partition
from eal.core.table.page import Page, Partition
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item

    type NewCaller = Callable[[], Caller]

START = clock.parse("2026-04-24T12:00:00Z")


def _put(by: Caller, items: Iterable[Item]) -> None:
    """Put items directly into the table, because these tests are about reads."""
    table = settings.state_table()
    requests = [{"PutRequest": {"Item": to_attributes(item)}} for item in items]
    for start in range(0, len(requests), 25):
        aws.dynamodb().batch_write_item(RequestItems={table: requests[start : start + 25]})  # type: ignore[dict-item]


def _thing(by: Caller, at: datetime, number: int, **more: str) -> Item:
    thing_id = ids.new("thing", at)
    base = partition(by.tenant, "THING")
    return {
        **key(by.tenant, "THING", thing_id)._asdict(),
        "kind": "THING",
        "id": thing_id,
        "number": number,
        "gsi1pk": f"{base}#colour#{'red' if number % 10 == 0 else 'blue'}",
        "gsi1sk": thing_id,
        **more,
    }


def _things(by: Caller, count: int, first: int = 1, **more: str) -> list[int]:
    """Put `count` things, one second apart. Returns their numbers, from `first`."""
    numbers = list(range(first, first + count))
    _put(by, (_thing(by, START + timedelta(seconds=number), number, **more) for number in numbers))
    return numbers


def _partition(by: Caller) -> Partition:
    return Partition(base=partition(by.tenant, "THING"), id_prefix="thing")


def _red(by: Caller) -> Partition:
    base = partition(by.tenant, "THING")
    return Partition(base=base, id_prefix="thing", index_name="gsi1", index_partition=f"{base}#colour#red")


def _read(
    by: Caller,
    query: ListQuery,
    source: Partition | None = None,
    keep: Callable[[Item], bool] | None = None,
) -> Page[int]:
    query.bind("GET /things")
    return page.read(
        by.tenant, query, source or _partition(by), lambda item: cast("int", item["number"]), keep
    )


def _walk(
    by: Caller,
    query: ListQuery,
    source: Partition | None = None,
    keep: Callable[[Item], bool] | None = None,
) -> list[list[int]]:
    pages = []
    while True:
        next_page = _read(by, query, source, keep)
        pages.append(next_page.items)
        if next_page.next_cursor is None:
            return pages
        query = query.model_copy(update={"cursor": next_page.next_cursor})


def _flat(pages: Sequence[Sequence[int]]) -> list[int]:
    return [number for numbers in pages for number in numbers]


def _every_tenth(item: Item) -> bool:
    return cast("int", item["number"]) % 10 == 0


def test_an_empty_partition_is_an_empty_page(by: Caller) -> None:
    assert _read(by, ListQuery()) == Page([], None)


def test_a_query_that_is_not_bound_to_a_route_is_rejected(by: Caller) -> None:
    with pytest.raises(AssertionError):
        page.read(by.tenant, ListQuery(), _partition(by), lambda item: item)


@pytest.mark.parametrize("limit", [1, 7, 20, 21, 200])
def test_pages_are_full_and_together_have_the_whole_list(by: Caller, limit: int) -> None:
    numbers = _things(by, 21)
    pages = _walk(by, ListQuery(limit=limit))
    assert _flat(pages) == numbers[::-1]
    assert all(len(numbers) == limit for numbers in pages[:-1])
    assert pages[-1]


def test_the_last_page_has_no_cursor_even_if_it_is_full(by: Caller) -> None:
    _things(by, 5)
    assert _read(by, ListQuery(limit=5)).next_cursor is None


def test_ascending_order_begins_with_the_oldest_item(by: Caller) -> None:
    numbers = _things(by, 9)
    assert _flat(_walk(by, ListQuery(limit=4, order="asc"))) == numbers


def test_filtered_pages_are_filled_to_the_limit(by: Caller) -> None:
    _things(by, 450)
    pages = _walk(by, ListQuery(limit=20), keep=_every_tenth)
    assert [len(numbers) for numbers in pages] == [20, 20, 5]
    assert _flat(pages) == list(range(450, 0, -10))


def test_a_filtered_page_reads_at_most_twice_the_items_that_it_needs(by: Caller) -> None:
    _things(by, 450)
    items_read = []

    def every_tenth(item: Item) -> bool:
        items_read.append(item)
        return _every_tenth(item)

    for limit, needed in ((1, 11), (5, 51), (20, 201)):
        items_read.clear()
        assert len(_read(by, ListQuery(limit=limit), keep=every_tenth).items) == limit
        assert needed <= len(items_read) <= 2 * needed


def test_a_filter_reads_on_to_its_only_match_at_the_end_of_the_list(by: Caller) -> None:
    _things(by, 2300)

    assert _read(by, ListQuery(limit=5), keep=lambda item: item["number"] == 1) == Page([1], None)
    assert _read(by, ListQuery(limit=1), keep=lambda item: item["number"] == 1) == Page([1], None)


def test_a_filter_without_matches_returns_a_cursor_after_a_bounded_number_of_reads(by: Caller) -> None:
    _things(by, page.MAX_ITEMS_READ + 50)
    items_read = []

    def reject(item: Item) -> bool:
        items_read.append(item)
        return False

    first = _read(by, ListQuery(limit=20), keep=reject)
    assert first.items == []
    assert first.next_cursor is not None
    assert len(items_read) == page.MAX_ITEMS_READ
    assert _read(by, ListQuery(limit=20, cursor=first.next_cursor), keep=reject) == Page([], None)
    assert len(items_read) == page.MAX_ITEMS_READ + 50


def test_a_page_that_ends_at_the_read_limit_loses_nothing(by: Caller) -> None:
    numbers = _things(by, page.MAX_ITEMS_READ + 50)
    rare = [number for number in numbers[::-1] if number % 500 == 0 or number < 5]

    pages = _walk(by, ListQuery(limit=20), keep=lambda item: item["number"] in rare)

    assert _flat(pages) == rare
    assert len(pages) == 2


def test_a_page_of_a_slow_table_ends_after_its_time_and_loses_nothing(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    _things(by, 150)
    items_read: list[Item] = []

    def keep(item: Item) -> bool:
        items_read.append(item)
        return item["number"] == 1

    with monkeypatch.context() as patch:
        patch.setattr(page, "MAX_READ_SECONDS", 0.0)
        first = _read(by, ListQuery(limit=20), keep=keep)

    assert first.items == []
    assert len(items_read) == 42  # one query
    assert _read(by, ListQuery(limit=20, cursor=first.next_cursor), keep=keep) == Page([1], None)


def test_a_page_of_more_than_a_megabyte_is_filled(by: Caller) -> None:
    numbers = _things(by, 12, text="x" * 150_000)
    assert _flat(_walk(by, ListQuery(limit=10))) == numbers[::-1]
    assert len(_read(by, ListQuery(limit=10)).items) == 10


@pytest.mark.parametrize("keep", [None, lambda _: True], ids=["all", "filtered"])
def test_a_page_of_large_items_ends_before_the_response_is_too_large_and_loses_nothing(
    by: Caller, keep: Callable[[Item], bool] | None
) -> None:
    numbers = _things(by, 60, text="x" * 150_000)

    pages = _walk(by, ListQuery(limit=200), keep=keep)

    assert [len(numbers) for numbers in pages] == [26, 26, 8]
    assert _flat(pages) == numbers[::-1]


def test_quotes_count_with_their_escapes_in_the_response(by: Caller) -> None:
    _things(by, 20, text='"' * 100_000)

    assert len(_read(by, ListQuery(limit=200)).items) == 9  # each quote has four bytes


def test_compressed_values_count_as_the_response_has_them(by: Caller) -> None:
    text = '"' * MAX_LISTED_BYTES  # four bytes each in the response, and a few bytes together in the table
    numbers = _things(by, 200, text=cast("str", compressed(text, MAX_LISTED_BYTES)))

    pages = _walk(by, ListQuery(limit=200))

    assert [len(numbers) for numbers in pages] == [99, 99, 2]
    assert _flat(pages) == numbers[::-1]
    assert len(_read(by, ListQuery(limit=50)).items) == 50


def test_a_filter_over_large_items_reads_a_bounded_number_of_megabytes(by: Caller) -> None:
    _things(by, 95, text="x" * 150_000)

    first = _read(by, ListQuery(limit=20), keep=lambda _: False)

    assert first.items == []
    assert first.next_cursor is not None
    assert _read(by, ListQuery(limit=20, cursor=first.next_cursor), keep=lambda _: False) == Page([], None)


def test_a_cursor_remains_valid_after_its_item_is_deleted(by: Caller) -> None:
    _things(by, 9)
    first = _read(by, ListQuery(limit=3))
    items = aws.dynamodb().scan(TableName=settings.state_table())["Items"]
    (deleted,) = (item for item in items if item["number"] == {"N": str(first.items[-1])})
    aws.dynamodb().delete_item(
        TableName=settings.state_table(), Key={"pk": deleted["pk"], "sk": deleted["sk"]}
    )
    assert _read(by, ListQuery(limit=3, cursor=first.next_cursor)).items == [6, 5, 4]


def test_new_items_do_not_change_the_next_page(by: Caller) -> None:
    _things(by, 9)
    first = _read(by, ListQuery(limit=3))
    _things(by, 5, first=100)
    assert _read(by, ListQuery(limit=3, cursor=first.next_cursor)).items == [6, 5, 4]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_pages_of_an_index_partition_are_in_order(by: Caller, order: str) -> None:
    _things(by, 45)
    pages = _walk(by, ListQuery.model_validate({"limit": 2, "order": order}), _red(by))
    assert _flat(pages) == ([10, 20, 30, 40] if order == "asc" else [40, 30, 20, 10])


@pytest.mark.parametrize("source", [_partition, _red])
def test_the_creation_range_includes_its_start_and_excludes_its_end(
    by: Caller, source: Callable[[Caller], Partition]
) -> None:
    _things(by, 60)
    query = ListQuery(
        created_after=START + timedelta(seconds=20), created_before=START + timedelta(seconds=50), limit=7
    )
    expected = range(49, 19, -1) if source is _partition else (40, 30, 20)
    assert _flat(_walk(by, query, source(by))) == list(expected)


def test_a_range_can_have_only_a_start_or_an_end(by: Caller) -> None:
    _things(by, 9)
    after = ListQuery(created_after=START + timedelta(seconds=7))
    before = ListQuery(created_before=START + timedelta(seconds=3))
    assert _read(by, after).items == [9, 8, 7]
    assert _read(by, before).items == [2, 1]


@pytest.mark.parametrize("seconds", [0, 5])
def test_a_range_that_ends_before_it_begins_is_empty(by: Caller, seconds: int) -> None:
    _things(by, 9)
    query = ListQuery(
        created_after=START + timedelta(seconds=5), created_before=START + timedelta(seconds=seconds)
    )
    assert _read(by, query) == Page([], None)


def test_pages_have_no_items_of_another_tenant_or_mode(by: Caller, new_caller: NewCaller) -> None:
    numbers = _things(by, 3)
    stranger = new_caller()._replace(tenant=Tenant(ids.new("org", clock.now()), "live"))
    _things(stranger, 3, first=100)
    _things(by._replace(tenant=Tenant(by.organization_id, "test")), 3, first=200)
    assert _flat(_walk(by, ListQuery(limit=2))) == numbers[::-1]


def test_a_cursor_of_another_list_is_rejected(by: Caller) -> None:
    _things(by, 9)
    cursor = _read(by, ListQuery(limit=3)).next_cursor
    query = ListQuery(limit=3, cursor=cursor)
    for other in (Tenant("org_other", "live"), Tenant(by.organization_id, "test")):
        with pytest.raises(InvalidCursor):
            _read(by._replace(tenant=other), query)
    with pytest.raises(InvalidCursor):
        _read(by, ListQuery(limit=3, cursor=cursor, order="asc"))
    query.bind("GET /others")
    with pytest.raises(InvalidCursor):
        page.read(by.tenant, query, _partition(by), lambda item: item)


def test_a_cursor_cannot_reach_into_another_partition(by: Caller) -> None:
    """A cursor contains no partition, only a position in its list."""
    _things(by, 9)
    query = ListQuery()
    query.bind("GET /things")
    foreign = seal(query.cursor_scope(by.tenant), Position(ids.new("thing", START + timedelta(seconds=5))))
    assert _read(by, ListQuery(cursor=foreign)).items in ([5, 4, 3, 2, 1], [4, 3, 2, 1])


@pytest.mark.usefixtures("real_engine")
def test_the_engine_rejects_a_start_key_of_another_partition(by: Caller) -> None:
    _things(by, 3)
    pk = partition(by.tenant, "THING")
    with pytest.raises(aws.Refused, match="starting key"):
        aws.dynamodb().query(
            TableName=settings.state_table(),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ExclusiveStartKey=to_attributes({"pk": "org_other#live#THING", "sk": "thing_1"}),
        )


@pytest.mark.usefixtures("real_engine")
def test_the_engine_rejects_an_index_start_key_of_another_partition(by: Caller) -> None:
    _things(by, 12)
    red = _red(by)
    with pytest.raises(aws.Refused, match="starting key"):
        aws.dynamodb().query(
            TableName=settings.state_table(),
            IndexName="gsi1",
            KeyConditionExpression="gsi1pk = :pk",
            ExpressionAttributeValues=to_attributes({":pk": red.index_partition}),
            ExclusiveStartKey=to_attributes(
                {"pk": red.base, "sk": "thing_1", "gsi1pk": "org_other#live#THING", "gsi1sk": "thing_1"}
            ),
        )
