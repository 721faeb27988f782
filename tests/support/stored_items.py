"""Items that a test stored, kept and stored again for another test, without a call to moto's API."""

from __future__ import annotations

import pickle
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.support.aws import backend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(slots=True)
class Added:
    """The items of each table, as moto keeps them."""

    tables: dict[str, bytes] = field(default_factory=dict)

    def store(self) -> None:
        """Add the items to the tables, and the tables' streams."""
        for table, item in self._items():
            if table.range_key_attr:
                table.items[item.hash_key][item.range_key] = item
            else:
                table.items[item.hash_key] = item
            if table.stream_shard:
                table.stream_shard.add(None, item)

    def _items(self) -> Iterator[tuple[Any, Any]]:
        for name, pickled in self.tables.items():
            table = backend("dynamodb").tables[name]
            for item in pickle.loads(pickled):  # noqa: S301 - our own data
                yield table, item


@contextmanager
def recorded(tables: Sequence[str]) -> Iterator[Added]:
    """The items that the block adds to the tables. The block may not change an item that was there before."""
    before = {name: _content(name) for name in tables}
    added = Added()
    yield added
    for name in tables:
        after = _content(name)
        if any(after.get(key) != content for key, content in before[name].items()):
            raise AssertionError(f"the block changed an item of {name}, so its items cannot be stored again")
        new = [
            item for item in backend("dynamodb").tables[name].all_items() if _key(item) not in before[name]
        ]
        added.tables[name] = pickle.dumps(new)


def _content(name: str) -> dict[tuple[str, str], bytes]:
    return {_key(item): pickle.dumps(item.to_json()) for item in backend("dynamodb").tables[name].all_items()}


def _key(item: Any) -> tuple[str, str]:
    return str(item.hash_key), str(item.range_key)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All items of all tables."""

    tables: dict[str, bytes]

    @classmethod
    def taken(cls) -> Self:
        return cls({name: pickle.dumps(table.items) for name, table in backend("dynamodb").tables.items()})

    def restore(self) -> None:
        for name, pickled in self.tables.items():
            backend("dynamodb").tables[name].items = pickle.loads(pickled)  # noqa: S301 - our own data


def last_partition(name: str, prefix: str) -> str:
    """The last partition key of a table that has the prefix; the prefix itself if there is none."""
    keys = (str(key.value) for key in backend("dynamodb").tables[name].items)
    return max((key for key in keys if key.startswith(prefix)), default=prefix)
