"""Outbox items without a pointer, from before pointers existed. They have the attribute `pending` instead.

Remove this module, and the index `pending` in template.yaml, in a release after the one that introduced pointers: such
items are written while that release is being deployed, and not later.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import settings
from eal.core.parallel import attempt_all
from eal.core.table.item import to_attributes
from eal.core.table.keys import Key
from eal.core.table.read import batch_get, walk
from eal.core.table.write import Operation, put_if_absent, transact
from eal.core.transaction import pointer_to
from eal.domain.outbox.model import group_of, id_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.core.table.item import Item


_MAX_ITEMS = 100
"""Of a batch: the keys of one BatchGetItem."""


class _Adopted(Exception):
    """The item has a pointer, or is published."""


def adopt(items: Iterable[Item]) -> None:
    """Replace the attribute `pending` by a pointer, for the items that have it."""
    for outcome in attempt_all([partial(_adopt, item) for item in items if "pending" in item]):
        if outcome is not None:
            raise outcome


def adopt_shard(shard: int) -> None:
    """The same for all items of a shard of the index `pending`."""
    found = walk("pending = :shard", {":shard": f"PENDING#{shard}"}, index="pending")
    for keys in batched((Key.of(item)._asdict() for item in found), _MAX_ITEMS, strict=False):
        adopt(batch_get(settings.state_table(), keys))


def _adopt(item: Item) -> None:
    with suppress(_Adopted):
        transact(_replacement(item))


def _replacement(item: Item) -> list[Operation]:
    group, table = group_of(item), settings.state_table()
    return [
        put_if_absent(table, pointer_to(group.tenant, group.kind, [item]), lambda _old: _Adopted()),
        Operation(
            {
                "Update": {
                    "TableName": table,
                    "Key": to_attributes(group.key_of(id_of(item))._asdict()),
                    "UpdateExpression": "REMOVE pending",
                    "ConditionExpression": "attribute_exists(pending)",
                }
            },
            lambda _old: _Adopted(),
        ),
    ]
