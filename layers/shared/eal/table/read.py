"""Reading one item, or a few, by key: always strongly consistent. And what a query finds, whole, for workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal import aws, settings
from eal.errors import Unavailable
from eal.table import contention
from eal.table.item import from_attributes, to_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, TransactGetItemTypeDef

    from eal.errors import Json
    from eal.table.item import Item
    from eal.table.keys import Key


def get(key: Key) -> Item | None:
    """The item, or None where there is none."""
    answer = aws.dynamodb().get_item(
        TableName=settings.state_table(), Key=to_attributes(key._asdict()), ConsistentRead=True
    )
    return from_attributes(answer["Item"]) if answer.get("Item") else None


def get_all(keys: Sequence[Key]) -> list[Item | None]:
    """The items of up to 100 keys, in the keys' order, in one transaction: they were all so at one moment.

    Raises: Unavailable where one of them was being written at each attempt.
    """
    table, client = settings.state_table(), aws.dynamodb()
    asked: list[TransactGetItemTypeDef] = [
        {"Get": {"TableName": table, "Key": to_attributes(key._asdict())}} for key in keys
    ]
    for attempt in range(contention.ATTEMPTS):
        try:
            answer = client.transact_get_items(TransactItems=asked)
        except client.exceptions.TransactionCanceledException as cancelled:
            if not contention.is_passing(cancelled.response["CancellationReasons"]):
                raise
            contention.pause(attempt)
            continue
        return [from_attributes(one["Item"]) if one.get("Item") else None for one in answer["Responses"]]
    raise Unavailable


def walk(condition: str, values: Mapping[str, Json], *, index: str | None = None) -> Iterator[Item]:
    """Every item that a key condition finds, in its order; consistent where it is the table's and no index's."""
    request: dict[str, object] = {
        "TableName": settings.state_table(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_attributes(values),
        **({"IndexName": index} if index else {"ConsistentRead": True}),
    }
    while True:
        answer = aws.dynamodb().query(**cast("QueryInputTypeDef", request))
        yield from (from_attributes(item) for item in answer["Items"])
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
