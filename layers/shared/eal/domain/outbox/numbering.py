"""Numbering the outbox: gap-free sequences of events and of audit records, per tenant.

One transaction writes the head of the sequence and the numbered items, so concurrent runs cannot assign a number twice.
Numbering is safe to repeat, because an item keeps its number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from eal.core import audit, clock, settings
from eal.core.clock import rfc3339
from eal.core.table.item import to_attributes
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import batch_get, get
from eal.core.table.write import Operation, put, transact
from eal.domain.audit_log import directory, waiting
from eal.domain.outbox.model import batches, group_of, id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from eal.core.table.item import Item
    from eal.domain.outbox.model import Group

_MAX_ITEMS = 60
_MAX_BYTES = 2_500_000
"""Maximum size of a transaction. Measured as JSON: DynamoDB's limit is 4 MB, and it counts lists of numbers as up to
1.5 times their JSON."""
_OPTIONAL_ATTRIBUTES = ("numbered_at", "seq", "previous_hash", "hash")
"""Audit records have a sequence and hashes, events a time."""
_MAX_ATTEMPTS = 8


class _Settled(Exception):
    """Another run numbered an item, or it no longer exists."""


class _HeadMoved(Exception):
    """Another run advanced the head, or the archive removed its mark, while a batch was being numbered."""


@dataclass(slots=True)
class Numbered:
    """The items with their numbers (`feedsk`), assigned now or by an earlier run, and the ids of unhashable items.

    `wakes_archive` is whether the archive needs a message. It needs one if the log had no mark of unarchived records
    before, and if an earlier run numbered items without publishing them, because that run may have been killed before
    it sent the message.
    """

    items: list[Item] = field(default_factory=list)
    unhashable: list[str] = field(default_factory=list)
    wakes_archive: bool = False


def heads_of(groups: Collection[Group]) -> dict[Group, Item]:
    """The heads of the groups' sequences. A group without numbers has none."""
    by_key = {_head_key(group): group for group in groups}
    stored = batch_get(settings.state_table(), [head_key._asdict() for head_key in by_key])
    return {by_key[Key.of(head)]: head for head in stored}


def number(group: Group, items: Iterable[Item], head: Item | None) -> Numbered:
    """Number items of a group, in the order of their ids. `head` was read before, None if there was none."""
    result = Numbered()
    head = head or _first_head(group)
    ordered = sorted(items, key=id_of)
    for batch in batches(ordered, _size, max_count=_MAX_ITEMS, max_size=_MAX_BYTES):
        head = _number_batch(group, batch, head, result)
    result.items.sort(key=lambda item: cast("int", item["feedsk"]))
    return result


def _number_batch(group: Group, items: list[Item], head: Item, result: Numbered) -> Item:
    """Add the numbered items to the result. Returns the head after them."""
    for _ in range(_MAX_ATTEMPTS):
        numbered, new_head, unhashable = _numbered(group, items, head)
        if not numbered:
            break
        try:
            transact(
                [
                    _move_head(head, new_head),
                    *_list_log(group, head),
                    *(_set_number(item) for item in numbered),
                ]
            )
        except _HeadMoved:
            head = get(_head_key(group)) or _first_head(group)
            continue
        except _Settled:
            # A batch that was numbered and not published is delivered again as a whole, so read all items.
            keys = [group.key_of(id_of(item))._asdict() for item in items]
            current = sorted(batch_get(settings.state_table(), keys), key=id_of)
            numbered_before = [item for item in current if "feedsk" in item]
            result.items += numbered_before
            result.wakes_archive |= group.kind == "AUDIT" and bool(numbered_before)
            items = [item for item in current if "feedsk" not in item]
            continue
        result.items += numbered
        result.wakes_archive |= group.kind == "AUDIT" and not waiting.is_marked(head)
        head = new_head
        break
    else:
        raise _HeadMoved(f"the sequence of {group} kept moving")
    result.unhashable += unhashable
    return head


def _head_key(group: Group) -> Key:
    return key(group.tenant, "SEQUENCE", group.kind)


def _first_head(group: Group) -> Item:
    return {**_head_key(group)._asdict(), "kind": "SEQUENCE", "last": 0, "hash": audit.GENESIS}


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
                unhashable.append(id_of(item))
                continue
            item["hash"] = chain
        else:
            item["numbered_at"] = now
        last = next_number
        numbered.append(item)
    moved = {**head, "last": last, "hash": chain}
    if group.kind == "AUDIT":
        moved[waiting.MARK] = True
    return numbered, moved, unhashable


def _move_head(old: Item, new: Item) -> Operation:
    """Put the new head over the old one. The condition includes the mark: the log with a mark that the archive removes
    meanwhile needs a new message."""
    was = cast("int", old["last"])
    condition: dict[str, object] = {"ConditionExpression": "attribute_not_exists(pk)"}
    if was:
        marked = f" AND attribute_exists({waiting.MARK})" if waiting.is_marked(old) else ""
        condition = {
            "ConditionExpression": f"#last = :was{marked}",
            "ExpressionAttributeNames": {"#last": "last"},
            "ExpressionAttributeValues": to_attributes({":was": was}),
        }
    request = {"TableName": settings.state_table(), "Item": to_attributes(new), **condition}
    return Operation({"Put": request}, lambda _old: _HeadMoved())  # type: ignore[typeddict-item]  # built in parts


def _list_log(group: Group, head: Item) -> list[Operation]:
    """The entry of a log in the list of all logs, with its first numbers."""
    if group.kind != "AUDIT" or head["last"]:
        return []
    return [put(settings.state_table(), directory.entry(group.tenant))]


def _set_number(item: Item) -> Operation:
    names = [name for name in ("feedpk", "feedsk", *_OPTIONAL_ATTRIBUTES) if name in item]
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(group_of(item).key_of(id_of(item))._asdict()),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(feedsk)",
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": to_attributes({f":{name}": item[name] for name in names}),
            }
        },
        lambda _old: _Settled(),
    )


def _size(item: Item) -> int:
    return len(json.dumps(item, ensure_ascii=False).encode())
