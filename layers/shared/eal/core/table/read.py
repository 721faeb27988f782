"""Strongly consistent reads of items by key, and whole queries for workers."""

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
        KeysAndAttributesTypeDef,
        QueryInputTypeDef,
        TransactGetItemTypeDef,
        UniversalAttributeValueTypeDef,
    )

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key

MAX_BATCH_KEYS = 100
"""DynamoDB's limit of a BatchGetItem."""


def get(key: Key) -> Item | None:
    """The item, or None."""
    response = aws.dynamodb().get_item(
        TableName=settings.state_table(), Key=to_attributes(key._asdict()), ConsistentRead=True
    )
    return from_attributes(response["Item"]) if response.get("Item") else None


def get_all(keys: Sequence[Key]) -> list[Item | None]:
    """The items of up to 100 keys, in the order of the keys, read in one transaction: a snapshot of one moment.

    Raises: Unavailable if one of them was being written at every attempt.
    """
    table, client = settings.state_table(), aws.dynamodb()
    requests: list[TransactGetItemTypeDef] = [
        {"Get": {"TableName": table, "Key": to_attributes(key._asdict())}} for key in keys
    ]
    for attempt in range(contention.ATTEMPTS):
        try:
            response = client.transact_get_items(TransactItems=requests)
        except client.exceptions.TransactionCanceledException as cancelled:
            if not contention.is_transient(cancelled.response["CancellationReasons"]):
                raise
            contention.pause(attempt)
            continue
        return [
            from_attributes(found["Item"]) if found.get("Item") else None for found in response["Responses"]
        ]
    raise Unavailable


def batch_get(
    table: str, keys: Sequence[Item], fields: Sequence[str] = (), *, consistent: bool = True
) -> list[Item]:
    """The existing items of a table, unordered, each read at a moment of its own; only `fields` of them, if given.

    Not `consistent`, it costs half, and can lack what was written a moment ago.

    Items of any size: what exceeds the 16 MB of a response is left unprocessed and read again, as is what is throttled.
    Raises: Unavailable if DynamoDB kept leaving keys unprocessed.
    """
    found: list[Item] = []
    projection = _projection(fields) if fields else {}
    for batch in batched(keys, MAX_BATCH_KEYS, strict=False):
        unread = [to_attributes(key) for key in batch]
        for attempt in range(contention.ATTEMPTS):
            request = {"Keys": unread, "ConsistentRead": consistent, **projection}
            response = aws.dynamodb().batch_get_item(
                RequestItems={table: cast("KeysAndAttributesTypeDef", request)}
            )
            found += map(from_attributes, response["Responses"].get(table, []))
            left = response.get("UnprocessedKeys", {}).get(table, {"Keys": []})["Keys"]
            unread = cast("list[dict[str, UniversalAttributeValueTypeDef]]", left)
            if not unread:
                break
            contention.pause(attempt)
        else:
            raise Unavailable
    return found


def _projection(fields: Sequence[str]) -> dict[str, object]:
    names = {f"#f{number}": name for number, name in enumerate(fields)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def walk(
    condition: str,
    values: Mapping[str, Json],
    *,
    index: str | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[Item]:
    """Every item that a key condition selects, in order. Consistent unless it reads an index."""
    for items in pages(condition, values, index=index, limit=limit, newest_first=newest_first):
        yield from items


def count(condition: str, values: Mapping[str, Json]) -> int:
    """The number of items that a key condition selects, which costs as much capacity as reading them."""
    request: dict[str, object] = {
        "TableName": settings.state_table(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_attributes(values),
        "ConsistentRead": True,
        "Select": "COUNT",
    }
    counted = 0
    while True:
        response = aws.dynamodb().query(**cast("QueryInputTypeDef", request))
        counted += response["Count"]
        if not response.get("LastEvaluatedKey"):
            return counted
        request["ExclusiveStartKey"] = response["LastEvaluatedKey"]


def pages(
    condition: str,
    values: Mapping[str, Json],
    *,
    index: str | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[list[Item]]:
    """Yields the result of a query page by page: up to 1 MB each, or `limit` items for a reader that may stop early."""
    request: dict[str, object] = {
        "TableName": settings.state_table(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_attributes(values),
        **({"IndexName": index} if index else {"ConsistentRead": True}),
        **({"Limit": limit} if limit else {}),
        **({"ScanIndexForward": False} if newest_first else {}),
    }
    while True:
        response = aws.dynamodb().query(**cast("QueryInputTypeDef", request))
        yield [from_attributes(item) for item in response["Items"]]
        if not response.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = response["LastEvaluatedKey"]
