"""Request units, against cases computed by hand from DynamoDB's developer guide."""

from __future__ import annotations

from typing import Any

import pytest

from tools.bench.capacity_units import Index, Table, WriteUnits, item_bytes, read_units

TABLE = Table(
    keys=("pk", "sk"),
    indexes=(
        Index("all", ("a", "sk"), None),
        Index("keys", ("k", "sk"), frozenset({"pk", "sk", "k"})),
        Index("some", ("s",), frozenset({"pk", "sk", "s", "note"})),
    ),
)


def _item(size: int = 100, **attributes: str) -> dict[str, Any]:
    """An item of exactly `size` bytes, with these attributes and a filler."""
    item: dict[str, Any] = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    item |= {name: {"S": value} for name, value in attributes.items()}
    item["f"] = {"S": ""}
    item["f"] = {"S": "x" * (size - item_bytes(item))}
    assert item_bytes(item) == size
    return item


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "Zoë"}, 4),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "1234"}, 3),
        ({"N": "-1234"}, 4),
        ({"N": "1200"}, 2),
        ({"N": "12.340"}, 3),
        ({"N": "1.5E+20"}, 2),
        ({"B": b"abc"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"M": {}}, 3),
        ({"M": {"ab": {"S": "cd"}}}, 3 + 1 + 2 + 2),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + 1 + 2 + 1 + 2),
        ({"SS": ["ab", "cde"]}, 5),
        ({"NS": ["7", "12"]}, 4),
    ],
)
def test_the_size_of_an_attribute_is_its_name_and_its_value(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"name": value}) == 4 + size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (4096, 4)])
def test_a_write_costs_a_unit_per_started_kilobyte_of_the_larger_image(size: int, units: int) -> None:
    assert TABLE.write_units(None, _item(size)) == WriteUnits(units)
    assert TABLE.write_units(_item(size), _item(100)) == WriteUnits(units)
    assert TABLE.write_units(_item(size), None) == WriteUnits(units)


def test_a_transaction_doubles_the_table_and_not_the_indexes() -> None:
    item = _item(1500, a="1")

    assert TABLE.write_units(None, item, in_transaction=True) == WriteUnits(4, 2)
    assert TABLE.write_units(None, item) == WriteUnits(2, 2)


def test_a_failed_condition_costs_the_size_of_the_existing_item() -> None:
    assert TABLE.write_units(_item(3000, a="1"), _item(3000, a="1")) == WriteUnits(3)
    assert TABLE.write_units(None, None) == WriteUnits(1)
    assert TABLE.write_units(None, None, in_transaction=True) == WriteUnits(2)


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, _item(), 0),  # sparse
        (None, _item(1500, a="1"), 2),  # entered
        (_item(1500, a="1"), None, 2),  # deleted
        (_item(1500, a="1"), _item(100), 2),  # left, as large as it was
        (_item(100), _item(1500, a="1"), 2),
        (_item(1500, a="1"), _item(900, a="1"), 2),  # changed in place
        (_item(1500, a="1"), _item(2500, a="2"), 2 + 3),  # another key
        (_item(1500, a="1"), _item(1500, a="1"), 0),  # unchanged
        (None, _item(1500, k="1"), 1),  # only the keys are copied
        (_item(1500, k="1"), _item(2500, k="1"), 0),  # no copied attribute has changed
        (_item(1500, k="1"), _item(1500, k="2"), 1 + 1),
        (_item(1500, k="1"), _item(1500), 1),
        (_item(1500, s="1", note="x"), _item(1500, s="1", note="y"), 1),
        (_item(1500, s="1", note="x"), _item(1600, s="1", note="x"), 0),
        (None, _item(1500, a="1", k="1", s="1"), 2 + 1 + 1),
    ],
)
def test_an_index_costs_what_its_copy_costs(
    before: dict[str, Any] | None, after: dict[str, Any] | None, units: int
) -> None:
    assert TABLE.write_units(before, after).indexes == units


@pytest.mark.parametrize(
    ("sizes", "consistent", "in_transaction", "units"),
    [
        ([100], False, False, 0.5),
        ([4096], False, False, 0.5),
        ([4097], False, False, 1),
        ([4097], True, False, 2),
        ([4097], False, True, 4),
        ([], True, False, 1),
        ([3000, 3000, 3000], False, False, 1.5),  # a query: 9,000 bytes are three units, read eventually
    ],
)
def test_a_read_costs_a_unit_per_started_four_kilobytes_of_all_its_items(
    sizes: list[int], consistent: bool, in_transaction: bool, units: float
) -> None:
    items = [_item(size) for size in sizes]

    assert read_units(items, consistent=consistent, in_transaction=in_transaction) == units


def test_storage_is_billed_for_the_item_and_its_copies_with_100_bytes_each() -> None:
    item = _item(1500, a="1", k="1")
    keys = {name: item[name] for name in ("pk", "sk", "k")}

    assert TABLE.stored_bytes(item) == (1600, 1600 + item_bytes(keys) + 100)


def test_a_table_is_read_from_the_arguments_that_create_it() -> None:
    def keys(*names: str) -> list[dict[str, str]]:
        return [{"AttributeName": name, "KeyType": "HASH"} for name in names]

    arguments = {
        "KeySchema": keys("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {"IndexName": "all", "KeySchema": keys("a", "sk"), "Projection": {"ProjectionType": "ALL"}},
            {
                "IndexName": "keys",
                "KeySchema": keys("k", "sk"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "some",
                "KeySchema": keys("s"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            },
        ],
    }

    assert Table.of(arguments) == TABLE
