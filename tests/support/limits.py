"""AWS's limits of one call, which moto does not have or counts differently. A call beyond one is refused, as AWS does.

Sizes are counted as AWS documents them:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moto.dynamodb import responses as dynamodb_responses
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict

from eal.core import aws
from tools.bench.capacity_units import item_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

KIB = 1024
MIB = 1024 * KIB
MAX_ITEM_BYTES = 400 * KIB
MAX_TRANSACTION_ITEMS, MAX_TRANSACTION_BYTES = 100, 4 * MIB
MAX_BATCH_WRITES, MAX_BATCH_WRITE_BYTES = 25, 16 * MIB
MAX_STATEMENTS = 25
"""Statements of a BatchExecuteStatement."""
MAX_BUS_BYTES = 1024 * 1024
"""Size of the entries of a PutEvents together: 1 MiB since January 2026, 256 KB before.
https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb"""
MAX_MESSAGE_BYTES = 1 * MIB
"""Size of a message with its attributes, and of the messages of a batch together. The template's queues have the
default, which is the maximum since August 2025."""

type Attribute = Mapping[str, Any] | DynamoType
"""A value as a request has it, `{"S": …}`, or as moto stores it."""
type Attributes = Mapping[str, Attribute]


def apply() -> None:
    """Remove moto's own limits that are lower than AWS's."""
    dynamodb_responses.TRANSACTION_MAX_ITEMS = MAX_TRANSACTION_ITEMS  # 25 until 2022
    LimitedSizeDict.__setitem__ = dict.__setitem__  # type: ignore[method-assign]  # 405,000 bytes


def check(operation: str, arguments: dict[str, Any]) -> None:
    """Refuse a request whose limit does not depend on stored items.

    Raises: Refused.
    """
    if rule := _REQUESTS.get(operation):
        rule(operation, arguments)


def refuse(operation: str, message: str, code: str = "ValidationException") -> aws.Refused:
    return aws.refusal(operation, code, message)


def check_item(operation: str, size: int) -> None:
    """Raises: Refused for more than 400 KB."""
    if size > MAX_ITEM_BYTES:
        raise refuse(operation, "Item size has exceeded the maximum allowed size")


def check_transaction(operation: str, size: int) -> None:
    """Raises: Refused for more than 4 MB, counted over the items of the transaction."""
    if size > MAX_TRANSACTION_BYTES:
        raise refuse(operation, "The aggregate size of the items in the transaction exceeds 4 MB")


def item_size(attributes: Attributes) -> int:
    """The bytes of an item: names and values."""
    return item_bytes({name: _plain(value) for name, value in attributes.items()})


def _plain(attribute: Attribute) -> Mapping[str, Any]:
    """The attribute as a request has it. moto's own `to_regular_json` copies each level of a map once more."""
    if not isinstance(attribute, DynamoType):
        return attribute
    value = attribute.value
    if attribute.is_map():
        value = {name: _plain(member) for name, member in value.items()}
    elif attribute.is_list():
        value = [_plain(member) for member in value]
    return {attribute.type: value}


def _transaction(operation: str, arguments: dict[str, Any]) -> None:
    items = arguments["TransactItems"]
    if len(items) > MAX_TRANSACTION_ITEMS:
        raise refuse(operation, "Member must have length less than or equal to 100")
    keys = [(request["TableName"], request["Key"]) for item in items for request in _with_key(item)]
    if _has_duplicates(keys):
        raise refuse(operation, "Transaction request cannot include multiple operations on one item")


def _with_key(item: Mapping[str, Any]) -> list[Any]:
    """The operation, except a Put, whose key is known to the table only; moto compares it."""
    return [request for request in item.values() if "Key" in request]


def _has_duplicates(values: Iterable[object]) -> bool:
    texts = [json.dumps(value, sort_keys=True) for value in values]
    return len(set(texts)) < len(texts)


def _put(operation: str, arguments: dict[str, Any]) -> None:
    check_item(operation, item_size(arguments["Item"]))


def _batch_write(operation: str, arguments: dict[str, Any]) -> None:
    requests = [request for table in arguments["RequestItems"].values() for request in table]
    if len(requests) > MAX_BATCH_WRITES:
        raise refuse(operation, "Too many items requested for the BatchWriteItem call")
    sizes = [item_size(request["PutRequest"]["Item"]) for request in requests if "PutRequest" in request]
    for size in sizes:
        check_item(operation, size)
    if sum(sizes) > MAX_BATCH_WRITE_BYTES:
        raise refuse(operation, "The total request size exceeds 16 MB")


def _statements(operation: str, arguments: dict[str, Any]) -> None:
    if len(arguments["Statements"]) > MAX_STATEMENTS:
        raise refuse(operation, "Member must have length less than or equal to 25")


def _put_events(operation: str, arguments: dict[str, Any]) -> None:
    if sum(map(_entry_size, arguments["Entries"])) > MAX_BUS_BYTES:
        raise refuse(operation, "Total size of the entries in the request is over the limit.")


def _entry_size(entry: Mapping[str, Any]) -> int:
    texts = [entry.get(name, "") for name in ("Source", "DetailType", "Detail")]
    return sum(len(text.encode()) for text in [*texts, *entry.get("Resources", [])]) + 14 * ("Time" in entry)


def _send_message(operation: str, arguments: dict[str, Any]) -> None:
    if _message_size(arguments) > MAX_MESSAGE_BYTES:
        raise refuse(operation, "Message must be shorter than 1048576 bytes.", "InvalidParameterValue")


def _send_messages(operation: str, arguments: dict[str, Any]) -> None:
    if sum(map(_message_size, arguments["Entries"])) > MAX_MESSAGE_BYTES:
        message = "Batch requests cannot be longer than 1048576 bytes."
        raise refuse(operation, message, "AWS.SimpleQueueService.BatchRequestTooLong")


def _message_size(message: Mapping[str, Any]) -> int:
    size = len(message["MessageBody"].encode())
    for name, attribute in message.get("MessageAttributes", {}).items():
        value = attribute.get("StringValue", "").encode() + attribute.get("BinaryValue", b"")
        size += len(name.encode()) + len(attribute["DataType"].encode()) + len(value)
    return size


_REQUESTS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "TransactWriteItems": _transaction,
    "TransactGetItems": _transaction,
    "PutItem": _put,
    "BatchWriteItem": _batch_write,
    "BatchExecuteStatement": _statements,
    "PutEvents": _put_events,
    "SendMessage": _send_message,
    "SendMessageBatch": _send_messages,
}
