"""The outbox's numbers: events and audit records of a tenant and mode get the next ones, which have no gap.

Head and items are written in one transaction, so no number is given twice, whoever else is numbering. Safe to repeat:
an item that has its number keeps it.
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

_OF_ONE_KIND = ("numbered_at", "seq", "previous_hash", "hash")
_TRIES = 8


class Settled(Exception):
    """An item was numbered, marked or removed by somebody else; `item` is how it stands, None where it is gone."""

    def __init__(self, at: Key, item: Item | None) -> None:
        self.at = at
        self.item = item


class _Overtaken(Exception):
    """The head moved on while a batch was being numbered."""


@dataclass(frozen=True, slots=True)
class Group:
    """What one tenant and mode has of one kind."""

    tenant: Tenant
    kind: Literal["EVENT", "TASK", "AUDIT"]


def key_of(item: Item) -> Key:
    return Key(cast("str", item["pk"]), cast("str", item["sk"]))


def number(group: Group, items: list[Item]) -> tuple[list[Item], list[str]]:
    """The items with their numbers (`feedsk`), given now or by an earlier run; and the ids of those without a hash."""
    done: list[Item] = []
    unhashable: list[str] = []
    for _ in range(_TRIES):
        if not items:
            break
        head = _head(group)
        numbered, new_head, unhashable = _numbered(group, items, head)
        if not numbered:
            break
        try:
            transact([_move_head(head, new_head), *(_set_number(item) for item in numbered)])
        except _Overtaken:
            continue
        except Settled:
            # One that is settled seldom comes alone: a batch that was numbered and not marked comes again whole.
            standing = [item for item in get_all([key_of(item) for item in items]) if item]
            done += [item for item in standing if "feedsk" in item]
            items = [item for item in standing if "feedsk" not in item]
            continue
        done += numbered
        break
    else:
        raise _Overtaken(f"the sequence of {group} kept moving")
    return sorted(done, key=lambda item: cast("int", item["feedsk"])), unhashable


def _head(group: Group) -> Item:
    at = key(group.tenant, "SEQUENCE", group.kind)
    return get(at) or {**at._asdict(), "kind": "SEQUENCE", "last": 0, "hash": audit.GENESIS}


def _numbered(group: Group, items: Sequence[Item], head: Item) -> tuple[list[Item], Item, list[str]]:
    """The items with the head's next numbers, the head after them, and the ids of those that have no hash."""
    last, chain = cast("int", head["last"]), cast("str", head["hash"])
    now = rfc3339(clock.now())
    numbered, unhashable = [], []
    for item in items:
        at = last + 1
        item = {**item, "feedpk": partition(group.tenant, group.kind), "feedsk": at}
        if group.kind == "AUDIT":
            item |= {"seq": at, "previous_hash": chain}
            try:
                chain = audit.chained_hash(item)
            except ValueError:
                unhashable.append(cast("str", item["id"]))
                continue
            item["hash"] = chain
        else:
            item["numbered_at"] = now
        last = at
        numbered.append(item)
    moved = {**head, "last": last, "hash": chain}
    if group.kind == "AUDIT":
        moved |= waiting.mark(group.tenant)
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
    return Operation({"Put": put}, lambda _old: _Overtaken())  # type: ignore[typeddict-item]  # built in parts


def _set_number(item: Item) -> Operation:
    at = key_of(item)
    names = [name for name in ("feedpk", "feedsk", *_OF_ONE_KIND) if name in item]
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(at._asdict()),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(feedsk)",
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": to_attributes({f":{name}": item[name] for name in names}),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        lambda old: Settled(at, old),
    )
