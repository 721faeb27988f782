"""Reading one item, or a few, by key: always strongly consistent. And what a query finds, whole, for workers."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, cast

from eal.core import aws, settings
from eal.core.errors import Unavailable
from eal.core.table import contention
from eal.core.table.item import from_attributes, to_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import (
        QueryInputTypeDef,
        TransactGetItemTypeDef,
        UniversalAttributeValueTypeDef,
    )

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key

_MOST_IN_A_BATCH = 100
"""DynamoDB's limit."""


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


def batch_get(table: str, keys: Sequence[Item]) -> list[Item]:
    """The items of a table that are there, in no order and each as it was at a moment of its own.

    Raises: Unavailable where DynamoDB kept leaving some unread.
    """
    found: list[Item] = []
    for some in batched(keys, _MOST_IN_A_BATCH, strict=False):
        unread = [to_attributes(key) for key in some]
        for attempt in range(contention.ATTEMPTS):
            answer = aws.dynamodb().batch_get_item(
                RequestItems={table: {"Keys": unread, "ConsistentRead": True}}
            )
            found += map(from_attributes, answer["Responses"].get(table, []))
            left = answer.get("UnprocessedKeys", {}).get(table, {"Keys": []})["Keys"]
            unread = cast("list[dict[str, UniversalAttributeValueTypeDef]]", left)
            if not unread:
                break
            contention.pause(attempt)
        else:
            raise Unavailable
    return found


def walk(
    condition: str, values: Mapping[str, Json], *, index: str | None = None, at_once: int | None = None
) -> Iterator[Item]:
    """Every item that a key condition finds, in its order; consistent where it is the table's and no index's."""
    for items in pages(condition, values, index=index, at_once=at_once):
        yield from items


def pages(
    condition: str, values: Mapping[str, Json], *, index: str | None = None, at_once: int | None = None
) -> Iterator[list[Item]]:
    """The same, a query at a time: of a megabyte, or of `at_once` items for who may need a few only."""
    request: dict[str, object] = {
        "TableName": settings.state_table(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_attributes(values),
        **({"IndexName": index} if index else {"ConsistentRead": True}),
        **({"Limit": at_once} if at_once else {}),
    }
    while True:
        answer = aws.dynamodb().query(**cast("QueryInputTypeDef", request))
        yield [from_attributes(item) for item in answer["Items"]]
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
