"""Numbering the outbox: gap-free sequences of events and of audit records, per tenant.

One transaction writes the head of the sequence and the numbered items, so concurrent runs cannot assign a number twice.
Numbering is safe to repeat, because an item keeps its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from eal.core import audit, clock, settings
from eal.core.clock import rfc3339
from eal.core.table.item import to_attributes
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get, get_all
from eal.core.table.write import Operation, transact
from eal.domain.audit_log import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

_OPTIONAL_ATTRIBUTES = ("numbered_at", "seq", "previous_hash", "hash")
"""Audit records have a sequence and hashes, events a time."""
_MAX_ATTEMPTS = 8


class Settled(Exception):
    """Another run numbered or marked the item, or it no longer exists; `item` is its current state."""

    def __init__(self, key: Key, item: Item | None) -> None:
        self.key = key
        self.item = item


class _HeadMoved(Exception):
    """Another run advanced the head while a batch was being numbered."""


@dataclass(frozen=True, slots=True)
class Group:
    """The outbox items of one tenant and kind."""

    tenant: Tenant
    kind: Literal["EVENT", "TASK", "AUDIT"]

    def log_fields(self) -> dict[str, str]:
        return {**self.tenant._asdict(), "kind": self.kind}


def key_of(item: Item) -> Key:
    return Key(cast("str", item["pk"]), cast("str", item["sk"]))


def number(group: Group, items: list[Item]) -> tuple[list[Item], list[str]]:
    """The items with their numbers (`feedsk`), assigned now or by an earlier run; and the ids of unhashable items."""
    done: list[Item] = []
    unhashable: list[str] = []
    for _ in range(_MAX_ATTEMPTS):
        if not items:
            break
        head = _head(group)
        numbered, new_head, unhashable = _numbered(group, items, head)
        if not numbered:
            break
        try:
            transact([_move_head(head, new_head), *(_set_number(item) for item in numbered)])
        except _HeadMoved:
            continue
        except Settled:
            # A batch that was numbered and not marked is delivered again as a whole, so read all items.
            current = [item for item in get_all([key_of(item) for item in items]) if item]
            done += [item for item in current if "feedsk" in item]
            items = [item for item in current if "feedsk" not in item]
            continue
        done += numbered
        break
    else:
        raise _HeadMoved(f"the sequence of {group} kept moving")
    return sorted(done, key=lambda item: cast("int", item["feedsk"])), unhashable


def _head(group: Group) -> Item:
    head_key = key(group.tenant, "SEQUENCE", group.kind)
    return get(head_key) or {**head_key._asdict(), "kind": "SEQUENCE", "last": 0, "hash": audit.GENESIS}


def _numbered(group: Group, items: Sequence[Item], head: Item) -> tuple[list[Item], Item, list[str]]:
    """The items with the next numbers, the head after them, and the ids of unhashable items."""
    last, chain = cast("int", head["last"]), cast("str", head["hash"])
    now = rfc3339(clock.now())
    numbered, unhashable = [], []
    for item in items:
        next_number = last + 1
        item = {**item, "feedpk": partition(group.tenant, group.kind), "feedsk": next_number}
        if group.kind == "AUDIT":
            item |= {"seq": next_number, "previous_hash": chain}
            try:
                chain = audit.chained_hash(item)
            except ValueError:
                unhashable.append(cast("str", item["id"]))
                continue
            item["hash"] = chain
        else:
            item["numbered_at"] = now
        last = next_number
        numbered.append(item)
    moved = {**head, "last": last, "hash": chain}
    if group.kind == "AUDIT":
        moved |= waiting.unarchived_mark(group.tenant)
    return numbered, moved, unhashable


def _move_head(old: Item, new: Item) -> Operation:
    was = cast("int", old["last"])
    condition = (
        {"ConditionExpression": "#last = :was"}
        if was
        else {"ConditionExpression": "attribute_not_exists(pk)"}
    )
    values = {
        "ExpressionAttributeNames": {"#last": "last"},
        "ExpressionAttributeValues": to_attributes({":was": was}),
    }
    put = {
        "TableName": settings.state_table(),
        "Item": to_attributes(new),
        **condition,
        **(values if was else {}),
    }
    return Operation({"Put": put}, lambda _old: _HeadMoved())  # type: ignore[typeddict-item]  # built in parts


def _set_number(item: Item) -> Operation:
    item_key = key_of(item)
    names = [name for name in ("feedpk", "feedsk", *_OPTIONAL_ATTRIBUTES) if name in item]
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(item_key._asdict()),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(feedsk)",
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": to_attributes({f":{name}": item[name] for name in names}),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        lambda old: Settled(item_key, old),
    )
