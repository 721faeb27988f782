"""Publishing the outbox: events, tasks and audit records.

The relay receives them from the table's stream. Every minute, the sweep (`eal.domain.outbox.sweep`) publishes what the
relay left. Both take the same three steps, and each step is safe to repeat:

1. number (`eal.domain.outbox.numbering`): events and audit records get their sequence;
2. publish: all items to the bus and, for audit records, a message to the archive queue; at least once;
3. mark: the item is removed from the sparse index `pending`.
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

MAX_ITEMS_PER_TRANSACTION = 60
_MAX_TRANSACTION_BYTES = 2_500_000
"""Measured as JSON. DynamoDB's limit is 4 MB, and it counts lists of numbers as up to 1.5 times their JSON."""
_MAX_ENTRIES, _MAX_ENTRIES_BYTES = 10, 200_000
"""PutEvents accepts 10 entries of 256 KB together. Only details are counted here, hence the margin."""


class Unhashable(Exception):
    """Audit records without an RFC 8785 form. They stay pending and unnumbered; all others are published."""


def group_of(item: Item) -> Group:
    """The item's tenant, mode and kind."""
    tenant = Tenant(cast("str", item["organization_id"]), cast("Mode", item["mode"]))
    return Group(tenant, cast("Literal['EVENT', 'TASK', 'AUDIT']", item["kind"]))


def publish(group: Group, items: list[Item]) -> None:
    """Number, publish and mark items of one group.

    Raises: Unhashable, after all other items are published; any error that prevents publishing the group.
    """
    unhashable: list[str] = []
    ordered = sorted(items, key=lambda item: cast("str", item["id"]))
    for batch in _batches(ordered, _size_of_item, MAX_ITEMS_PER_TRANSACTION, _MAX_TRANSACTION_BYTES):
        if group.kind != "TASK":
            batch, unhashable_ids = number(group, batch)
            unhashable += unhashable_ids
        _send(group, batch)
        _mark(batch)
        observe.count("outbox_published", len(batch))
    if unhashable:
        raise Unhashable(", ".join(unhashable))


def _send(group: Group, items: Sequence[Item]) -> None:
    if not items:
        return
    if group.kind == "AUDIT":
        message = {**group.tenant._asdict(), "request_id": items[-1]["request_id"]}
        aws.sqs().send_message(QueueUrl=settings.queue("audit"), MessageBody=json.dumps(message))
    all_entries = [_entry(group, item) for item in items]
    for entries in _batches(all_entries, _size_of_entry, _MAX_ENTRIES, _MAX_ENTRIES_BYTES):
        result = aws.events().put_events(Entries=entries)
        if result["FailedEntryCount"]:
            codes = {entry.get("ErrorCode", "") for entry in result["Entries"]} - {""}
            raise RuntimeError(
                f"the bus rejected {result['FailedEntryCount']} entries: {', '.join(sorted(codes))}"
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
    else:  # an audit record: the fan-out reads its item, because its changes can be large
        name = "audit.log.event"
        detail |= {"type": name, "sequence": item["seq"]}
    return {
        "EventBusName": settings.bus(),
        "Source": "eal.tasks" if group.kind == "TASK" else "eal.events",
        "DetailType": name,
        "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
    }


def _mark(items: Sequence[Item]) -> None:
    """Remove the items from the index `pending`. Items that no longer exist (TTL, erasure) are skipped."""
    pending = list(items)
    while pending:
        try:
            transact([_remove_pending(item) for item in pending])
        except Settled as settled:
            pending = [item for item in pending if key_of(item) != settled.key]
            continue
        return


def _remove_pending(item: Item) -> Operation:
    item_key = key_of(item)
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(item_key._asdict()),
                "UpdateExpression": "REMOVE pending",
                "ConditionExpression": "attribute_exists(pk)",
            }
        },
        lambda old: Settled(item_key, old),
    )


def _size_of_item(item: Item) -> int:
    return len(json.dumps(item, ensure_ascii=False).encode())


def _size_of_entry(entry: PutEventsRequestEntryTypeDef) -> int:
    return len(entry.get("Detail", "").encode())


def _batches[T](
    elements: Iterable[T], size_of: Callable[[T], int], max_count: int, max_bytes: int
) -> list[list[T]]:
    """The elements in order, in batches. An element of more than `max_bytes` is a batch by itself."""
    batches: list[list[T]] = []
    room = 0
    for element in elements:
        size = size_of(element)
        if not batches or len(batches[-1]) == max_count or size > room:
            batches.append([])
            room = max_bytes
        batches[-1].append(element)
        room -= size
    return batches
