"""Workers' bookkeeping: items with the progress of a piece of work, such as a webhook's delivery; and counters.

These functions change the State table without a `Transaction`, so no audit record is written and no event is emitted.
Use them only if nothing that a customer owns changes, and if losing the item would only lose the record of work that
was done.

    progress.start(item)                  # False if an earlier run put it
    progress.advance(newer, was=1)        # False if another worker was faster
    progress.count([(marker, 0)], [Addition(key=tally_key(tenant), kind="TALLY", amounts={"created": 1})])
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import aws, settings
from eal.core.errors import Unavailable
from eal.core.table import contention
from eal.core.table.item import from_attributes, to_attributes
from eal.core.table.write import Operation, Stale, put_version, transact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import (
        PutItemInputTypeDef,
        TransactWriteItemTypeDef,
        UniversalAttributeValueTypeDef,
        UpdateItemInputTypeDef,
        WriteRequestUnionTypeDef,
    )

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key

MAX_BATCH = 25
"""DynamoDB's limit of a BatchWriteItem."""


def start(item: Mapping[str, Json]) -> bool:
    """Put an item if its key is free. False if it is not, because of an earlier run of this work."""
    return advance(item, was=0)


def advance(item: Mapping[str, Json], *, was: int) -> bool:
    """Put the item's next version over version `was`, 0 for none. False if another worker was faster.

    True also if the stored item is the same: the client repeats a put whose response was lost, and the first one made
    the condition of the second one fail. So of two workers with the same item, both succeed. For an item that only one
    of them may put, use `claim`.
    """
    stored = _put_version(item, was)
    return stored is None or stored == from_attributes(to_attributes(item))


def claim(item: Mapping[str, Json]) -> bool:
    """Put an item if its key is free. Of two workers with the same item, one succeeds.

    False also for an own put whose response was lost: the caller must be able to wait until its claim has expired.
    """
    return _put_version(item, 0) is None


def _put_version(item: Mapping[str, Json], was: int) -> Item | None:
    """None if the item was put, otherwise the stored one, which is empty if there is none."""
    client = aws.dynamodb()
    put = put_version(settings.state_table(), item, was=was).request["Put"]
    put["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    try:
        client.put_item(**cast("PutItemInputTypeDef", put))
    except client.exceptions.ConditionalCheckFailedException as refused:
        old = cast("dict[str, UniversalAttributeValueTypeDef]", refused.response.get("Item", {}))
        return from_attributes(old)
    return None


def put_if_larger(item: Mapping[str, Json]) -> bool:
    """Put an item over one with a smaller `size`, or over none. False if the stored one is at least as large."""
    client = aws.dynamodb()
    try:
        client.put_item(
            TableName=settings.state_table(),
            Item=to_attributes(item),
            ConditionExpression="attribute_not_exists(pk) OR #size < :size",
            ExpressionAttributeNames={"#size": "size"},
            ExpressionAttributeValues=to_attributes({":size": item["size"]}),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def advance_with(item: Mapping[str, Json], *, was: int, new_item: Mapping[str, Json]) -> None:
    """Put the item's next version over version `was`, and a new item of the same step, both or neither.

    Raises: Stale if another worker was faster; Unavailable.
    """
    table = settings.state_table()
    transact([put_version(table, item, was=was), put_version(table, new_item, was=0)])


class Addition(NamedTuple):
    """Amounts to add to the counters of one item, which is created if it does not exist. The first `ttl` stays."""

    key: Key
    kind: str
    amounts: Mapping[str, int]
    ttl: int | None = None

    def operation(self) -> Operation:
        """The addition as a part of a `Transaction`."""
        names, values = {"#kind": "kind"}, to_attributes({":kind": self.kind})
        kept = ["#kind = if_not_exists(#kind, :kind)"]
        if self.ttl is not None:
            names["#ttl"] = "ttl"
            values |= to_attributes({":ttl": self.ttl})
            kept.append("#ttl = if_not_exists(#ttl, :ttl)")
        added = []
        for number, (name, amount) in enumerate(self.amounts.items()):
            names[f"#n{number}"] = name
            values |= to_attributes({f":n{number}": amount})
            added.append(f"#n{number} :n{number}")
        update = {
            "TableName": settings.state_table(),
            "Key": to_attributes(self.key._asdict()),
            "UpdateExpression": f"SET {', '.join(kept)} ADD {', '.join(added)}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        return Operation(cast("TransactWriteItemTypeDef", {"Update": update}), lambda _old: Stale())


def count(markers: Sequence[tuple[Mapping[str, Json], int]], additions: Sequence[Addition]) -> None:
    """Put markers, each over the version that was read (0 for none), and add to counters, in one transaction.

    A marker records what was added for it so far, so that a repeated run adds nothing.
    Raises: Stale if a marker has another version; Unavailable.
    """
    table = settings.state_table()
    puts = [put_version(table, marker, was=was) for marker, was in markers]
    transact([*puts, *map(Addition.operation, additions)])


class ItemChange(NamedTuple):
    """An update expression with a condition, for items that many workers change concurrently."""

    key: Key
    expression: str
    condition: str
    names: Mapping[str, str]
    values: Mapping[str, Json]

    def operation(self) -> Operation:
        """The change as a part of a `Transaction`; its refusal is Stale."""
        return Operation(cast("TransactWriteItemTypeDef", {"Update": self.request()}), lambda _old: Stale())

    def request(self) -> dict[str, object]:
        return {
            "TableName": settings.state_table(),
            "Key": to_attributes(self.key._asdict()),
            "UpdateExpression": self.expression,
            "ConditionExpression": self.condition,
            "ExpressionAttributeNames": self.names,
            **({"ExpressionAttributeValues": to_attributes(self.values)} if self.values else {}),
        }


class ConditionFailed(Exception):
    """A change's condition does not hold. `item` is the stored item, or None if there is none."""

    def __init__(self, item: Item | None) -> None:
        self.item = item


def change(requested: ItemChange) -> Item:
    """Carry out a change. Returns the changed item.

    Raises: ConditionFailed.
    """
    client = aws.dynamodb()
    returned = {"ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    try:
        response = client.update_item(**cast("UpdateItemInputTypeDef", {**requested.request(), **returned}))
    except client.exceptions.ConditionalCheckFailedException as refused:
        old = cast("dict[str, UniversalAttributeValueTypeDef] | None", refused.response.get("Item"))
        raise ConditionFailed(from_attributes(old) if old else None) from None
    return from_attributes(response["Attributes"])


def change_once(requested: ItemChange) -> None:
    """Carry out a change in a transaction of its own: if the client repeats it after a lost response, it takes effect
    once.

    Raises: Stale if the condition does not hold; Unavailable.
    """
    transact([requested.operation()])


def put_all(items: Sequence[Mapping[str, Json]]) -> None:
    """Put items over what is there. Raises: Unavailable if DynamoDB kept leaving some unprocessed."""
    for batch in batched(items, MAX_BATCH, strict=False):
        _write_all([{"PutRequest": {"Item": to_attributes(item)}} for item in batch])


def delete_all(keys: Sequence[Key]) -> None:
    """Delete up to 25 items, if they exist. Raises: Unavailable if DynamoDB kept leaving some unprocessed."""
    _write_all([{"DeleteRequest": {"Key": to_attributes(key._asdict())}} for key in keys])


def _write_all(requests: Sequence[WriteRequestUnionTypeDef]) -> None:
    table, left = settings.state_table(), requests
    for attempt in range(contention.ATTEMPTS):
        response = aws.dynamodb().batch_write_item(RequestItems={table: left})
        left = response.get("UnprocessedItems", {}).get(table, [])
        if not left:
            return
        contention.pause(attempt)
    raise Unavailable
