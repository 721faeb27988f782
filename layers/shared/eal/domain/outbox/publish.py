"""The relay: what writes left in the table's outbox (events, tasks, audit records) is numbered and published.

The table's stream brings them here; `eal.domain.outbox.sweep` publishes each minute what is left behind. Both take the
same three steps, each safe to repeat:

1. number (`eal.domain.outbox.numbering`): events and audit records get their place in the feed and in the log;
2. publish: all of it to the bus, and a word to the archiver for audit records; at least once;
3. mark: the item leaves the sparse `pending` index.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, cast

from eal.core import aws, observe, settings
from eal.core.table.item import to_attributes
from eal.core.table.write import Operation, transact
from eal.core.tenancy import Tenant
from eal.domain.outbox.numbering import Group, Settled, key_of, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Mode

MOST_AT_ONCE = 60
"""Items that are numbered in one transaction."""
_BYTES_AT_ONCE = 2_500_000
"""Of a transaction's 4 MB, as JSON: the table's own count is higher for lists of numbers, by a half at most."""
_ENTRIES, _ENTRIES_BYTES = 10, 200_000
"""PutEvents takes ten entries of 256 KB together; details alone are counted here, hence the margin."""


class Unhashable(Exception):
    """Audit records that have no RFC 8785 form. They stay pending, without a number, and all others went on."""


def group_of(item: Item) -> Group:
    """The item's tenant, mode and kind."""
    tenant = Tenant(cast("str", item["organization_id"]), cast("Mode", item["mode"]))
    return Group(tenant, cast("Literal['EVENT', 'TASK', 'AUDIT']", item["kind"]))


def relay(group: Group, items: list[Item]) -> None:
    """Number, publish and mark what a group has in the outbox.

    Raises: Unhashable, once all others are published; and whatever keeps the group from being published.
    """
    unhashable: list[str] = []
    ordered = sorted(items, key=lambda item: cast("str", item["id"]))
    for some in _packed(ordered, _size_of_item, MOST_AT_ONCE, _BYTES_AT_ONCE):
        if group.kind != "TASK":
            some, left = number(group, some)
            unhashable += left
        _publish(group, some)
        _mark(some)
        observe.count("outbox_published", len(some))
    if unhashable:
        raise Unhashable(", ".join(unhashable))


def _publish(group: Group, items: Sequence[Item]) -> None:
    if not items:
        return
    if group.kind == "AUDIT":
        body = {
            **group.tenant._asdict(),
            "request_id": items[-1]["request_id"],
        }
        aws.sqs().send_message(QueueUrl=settings.queue("audit"), MessageBody=json.dumps(body))
    for entries in _packed([_entry(group, item) for item in items], _size_of_entry, _ENTRIES, _ENTRIES_BYTES):
        answer = aws.events().put_events(Entries=entries)
        if answer["FailedEntryCount"]:
            codes = {entry.get("ErrorCode", "") for entry in answer["Entries"]} - {""}
            raise RuntimeError(
                f"the bus refused {answer['FailedEntryCount']} entries: {', '.join(sorted(codes))}"
            )


def _entry(group: Group, item: Item) -> PutEventsRequestEntryTypeDef:
    detail: dict[str, Json] = {
        "id": item["id"],
        **group.tenant._asdict(),
        "request_id": item["request_id"],
        "created_at": item["created_at"],
    }
    if group.kind == "EVENT":
        name = cast("str", item["type"])
        detail |= {"type": name, "sequence": item["feedsk"], "data": json.loads(cast("str", item["data"]))}
    elif group.kind == "TASK":
        name = cast("str", item["task"])
        detail |= {"task": name, **json.loads(cast("str", item["data"]))}
    else:  # an audit record: who asked for it by name gets it from its item, whose changes can be large
        name = "audit.log.event"
        detail |= {"type": name, "sequence": item["seq"]}
    return {
        "EventBusName": settings.bus(),
        "Source": "eal.tasks" if group.kind == "TASK" else "eal.events",
        "DetailType": name,
        "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
    }


def _mark(items: Sequence[Item]) -> None:
    """Take the items out of `pending`. An item that is gone (TTL, erasure) needs no mark."""
    left = list(items)
    while left:
        try:
            transact([_unmark(item) for item in left])
        except Settled as settled:
            left = [item for item in left if key_of(item) != settled.at]
            continue
        return


def _unmark(item: Item) -> Operation:
    at = key_of(item)
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(at._asdict()),
                "UpdateExpression": "REMOVE pending",
                "ConditionExpression": "attribute_exists(pk)",
            }
        },
        lambda old: Settled(at, old),
    )


def _size_of_item(item: Item) -> int:
    return len(json.dumps(item, ensure_ascii=False).encode())


def _size_of_entry(entry: PutEventsRequestEntryTypeDef) -> int:
    return len(entry.get("Detail", "").encode())


def _packed[T](things: Iterable[T], size_of: Callable[[T], int], most: int, largest: int) -> list[list[T]]:
    """The things in order, as many together as `most` and as their sizes up to `largest` allow."""
    packs: list[list[T]] = []
    room = 0
    for thing in things:
        size = size_of(thing)
        if not packs or len(packs[-1]) == most or size > room:
            packs.append([])
            room = largest
        packs[-1].append(thing)
        room -= size
    return packs
