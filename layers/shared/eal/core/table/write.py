"""Operations of a transaction, and the one call that sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import aws
from eal.core.errors import Unavailable
from eal.core.table import contention
from eal.core.table.item import from_attributes, to_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UniversalAttributeValueTypeDef

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key


class Stale(Exception):
    """An item changed between its read and this commit. Read again and decide again."""


class AlreadyWritten(Exception):
    """An item to be created exists already, from an earlier run of the same work."""


class Throttled(Exception):
    """The table throttles, and the transaction gives way to others."""


type Refusal = Callable[[Item | None], Exception]
"""Makes the exception for an operation whose condition failed, from the current item or None."""


class Operation(NamedTuple):
    request: TransactWriteItemTypeDef
    refusal: Refusal


def put_if_absent(table: str, item: Mapping[str, Json], refusal: Refusal) -> Operation:
    """A Put whose key must be free."""
    return Operation(
        {
            "Put": {
                "TableName": table,
                "Item": to_attributes(item),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        refusal,
    )


def put(table: str, item: Mapping[str, Json]) -> Operation:
    """A Put without a condition."""
    return Operation({"Put": {"TableName": table, "Item": to_attributes(item)}}, lambda _old: Stale())


def put_version(table: str, item: Mapping[str, Json], *, was: int) -> Operation:
    """A Put over version `was` of an item, 0 for none. Stale if the item is at another version."""
    request = {"Put": {"TableName": table, "Item": to_attributes(item), **at_version(was)}}
    return Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale())


def check(table: str, key: Key, condition: str, values: Mapping[str, Json], refusal: Refusal) -> Operation:
    """A condition on an item that the transaction does not change. `#status` stands for the attribute `status`, which
    is a reserved word.
    """
    request: dict[str, object] = {
        "TableName": table,
        "Key": to_attributes(key._asdict()),
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if "#status" in condition:
        request["ExpressionAttributeNames"] = {"#status": "status"}
    if values:
        request["ExpressionAttributeValues"] = to_attributes(values)
    return Operation(cast("TransactWriteItemTypeDef", {"ConditionCheck": request}), refusal)


def at_version(was: int) -> dict[str, object]:
    """The condition that an item is at a version, 0 for none."""
    if not was:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "version = :was",
        "ExpressionAttributeValues": to_attributes({":was": was}),
    }


def transact(operations: Sequence[Operation], *, gives_way: bool = False) -> None:
    """Send operations as one transaction. Retries after a conflict with another transaction on the same items, and
    after a throttle, unless it `gives_way`.

    Raises: the refusal of the first operation whose condition failed; Throttled if it gives way; Unavailable.
    """
    requests = [operation.request for operation in operations]
    for attempt in range(contention.ATTEMPTS):
        try:
            aws.dynamodb().transact_write_items(TransactItems=requests)
            return
        except aws.Refused as refused:
            reasons = refused.response.get(
                "CancellationReasons", []
            )  # only of a TransactionCanceledException
            for operation, reason in zip(operations, reasons, strict=False):
                if reason.get("Code") == "ConditionalCheckFailed":
                    old = cast("dict[str, UniversalAttributeValueTypeDef] | None", reason.get("Item"))
                    raise operation.refusal(from_attributes(old) if old else None) from refused
            if gives_way and contention.is_throttled(refused):
                raise Throttled from refused
            if not contention.is_transient(reasons):
                raise
        contention.pause(attempt)
    raise Unavailable("Too many concurrent changes to the same resource. Try again.")
