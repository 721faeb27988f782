"""DynamoDB's request units, by the formulas of its developer guide.

The emulators report other numbers: moto always one unit, DynamoDB Local too many for transactions. Sources are the
guide's pages "Read and write operations", "Item sizes and formats", "Transactions: how it works" and "Global secondary
indexes: write capacity considerations".
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

type Item = Mapping[str, Mapping[str, Any]]
"""Attributes as DynamoDB's API has them: `{"pk": {"S": "org_1"}}`."""

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
TRANSACTION_FACTOR = 2
"""A transaction prepares and commits. Copies in indexes follow later and cost the same as after a single write."""
EVENTUAL_FACTOR = 0.5
STORED_OVERHEAD_BYTES = 100
"""Added to each stored item, and to each copy in an index, when storage is billed."""


class WriteUnits(NamedTuple):
    table: int
    indexes: int = 0

    @property
    def total(self) -> int:
        return self.table + self.indexes


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index. `projected` is None if it copies all attributes."""

    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None

    def copy(self, item: Item | None) -> Item | None:
        """The copy of an item in the index; None if the item lacks one of its keys."""
        if item is None or any(name not in item for name in self.keys):
            return None
        if self.projected is None:
            return item
        return {name: value for name, value in item.items() if name in self.projected}

    def write_units(self, before: Item | None, after: Item | None) -> int:
        """A changed key is a delete and a put. An unchanged copy costs nothing."""
        old, new = self.copy(before), self.copy(after)
        if old == new:
            return 0
        if old and new and all(old[name] == new[name] for name in self.keys):
            return _write_units(old, new)
        return sum(_write_units(copy) for copy in (old, new) if copy)


@dataclass(frozen=True, slots=True)
class Table:
    keys: tuple[str, ...]
    indexes: tuple[Index, ...]

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Self:
        """The table that `create_table` makes of these arguments."""
        keys = _key_names(arguments)
        indexes = (_index(index, keys) for index in arguments.get("GlobalSecondaryIndexes", ()))
        return cls(keys, tuple(indexes))

    def key_of(self, item: Item) -> Item:
        return {name: item[name] for name in self.keys}

    def index(self, name: str) -> Index:
        (found,) = (index for index in self.indexes if index.name == name)
        return found

    def write_units(
        self, before: Item | None, after: Item | None, *, in_transaction: bool = False
    ) -> WriteUnits:
        """The units of a put, update or delete. A write whose condition failed has the same item before and after."""
        return WriteUnits(
            _write_units(before, after) * (TRANSACTION_FACTOR if in_transaction else 1),
            sum(index.write_units(before, after) for index in self.indexes),
        )

    def stored_bytes(self, item: Item) -> tuple[int, int]:
        """The billed storage of an item: its bytes in the table, and those of its copies in the indexes."""
        copies = [copy for index in self.indexes if (copy := index.copy(item))]
        return (
            item_bytes(item) + STORED_OVERHEAD_BYTES,
            sum(item_bytes(copy) + STORED_OVERHEAD_BYTES for copy in copies),
        )


def read_units(
    read: Iterable[Item | None], *, consistent: bool = False, in_transaction: bool = False
) -> float:
    """The units of one read. A query reads its items together; GetItem and each key of a batch are reads of one item,
    which may be missing."""
    factor = TRANSACTION_FACTOR if in_transaction else 1 if consistent else EVENTUAL_FACTOR
    return factor * max(1, ceil(sum(map(item_bytes, read)) / READ_UNIT_BYTES))


def item_bytes(item: Item | None) -> int:
    return sum(len(name.encode()) + _value_bytes(value) for name, value in (item or {}).items())


def _write_units(*images: Item | None) -> int:
    return max(1, ceil(max(map(item_bytes, images)) / WRITE_UNIT_BYTES))


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_bytes(content)
        case "B":
            return len(base64.b64decode(content)) if isinstance(content, str) else len(content)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_bytes(member) for name, member in content.items())
        case "L":
            return 3 + sum(1 + _value_bytes(member) for member in content)
        case "SS" | "NS" | "BS":
            return sum(_value_bytes({kind[0]: member}) for member in content)
        case _:
            raise ValueError(f"DynamoDB has no type {kind}")


def _number_bytes(text: str) -> int:
    """A byte for two significant digits, one more, and one for a minus sign."""
    digits = text.lower().partition("e")[0].lstrip("+-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")


def _key_names(description: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in description["KeySchema"])


def _index(description: Mapping[str, Any], table_keys: tuple[str, ...]) -> Index:
    keys = _key_names(description)
    projection = description["Projection"]
    if projection["ProjectionType"] == "ALL":
        return Index(description["IndexName"], keys, None)
    return Index(
        description["IndexName"],
        keys,
        frozenset([*table_keys, *keys, *projection.get("NonKeyAttributes", ())]),
    )
