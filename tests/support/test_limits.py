"""moto refuses what AWS refuses: each limit at its last accepted and first refused value."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from eal.core.table.item import encode
from eal.core.table.keys import Key
from eal.core.table.statements import Update, path
from tests.support import limits
from tests.support.aws import BUS, STATE
from tests.support.faults import stale_indexes
from tests.support.limits import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.usefixtures("cloud")

KEY_BYTES = len("pk") + len("sk") + len("name") + len("0001")
"""Bytes of an item of `_item`, besides its value."""


def _refused(limit: str | None, code: str = "ValidationException") -> AbstractContextManager[Any]:
    return pytest.raises(aws.Refused, match=f"{code}.*{limit}") if limit else nullcontext()


def _key(number: int) -> dict[str, Any]:
    return {"pk": {"S": "name"}, "sk": {"S": f"{number:04d}"}}


def _item(number: int, size: int = KIB) -> dict[str, Any]:
    return {**_key(number), "v": {"S": "x" * (size - KEY_BYTES - 1)}}


def _put(number: int, size: int = KIB) -> Any:
    return {"Put": {"TableName": STATE, "Item": _item(number, size)}}


def _get(number: int) -> Any:
    return {"Get": {"TableName": STATE, "Key": _key(number)}}


def _append(number: int, size: int) -> Any:
    return {
        "TableName": STATE,
        "Key": _key(number),
        "UpdateExpression": "SET w = :w",
        "ExpressionAttributeValues": {":w": {"S": "x" * (size - 1)}},
    }


def _store(count: int, size: int) -> None:
    for number in range(count):
        aws.dynamodb().put_item(TableName=STATE, Item=_item(number, size))


def _stored(number: int) -> dict[str, Any] | None:
    return aws.dynamodb().get_item(TableName=STATE, Key=_key(number)).get("Item")


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"name": {"S": "水"}}, 4 + 3),
        ({"n": {"N": "0"}}, 1 + 1),
        ({"n": {"N": "1700"}}, 1 + 2),
        ({"n": {"N": "-12.345"}}, 1 + 5),
        ({"n": {"N": "1" * 38}}, 1 + 20),
        ({"b": {"B": b"four"}}, 1 + 4),
        ({"t": {"BOOL": True}, "z": {"NULL": True}}, 2 + 2),
        ({"l": {"L": []}, "m": {"M": {}}}, 2 + 6),
        ({"l": {"L": [{"S": "ab"}, {"N": "7"}]}}, 1 + 3 + 2 * 1 + 2 + 2),
        ({"m": {"M": {"key": {"S": "ab"}}}}, 1 + 3 + 1 + 3 + 2),
        ({"s": {"SS": ["ab", "c"]}}, 1 + 3),
    ],
)
def test_sizes_are_counted_as_documented(attributes: dict[str, Any], size: int) -> None:
    assert limits.item_size(attributes) == size


@pytest.mark.parametrize(("size", "limit"), [(400 * KIB, None), (400 * KIB + 1, "maximum allowed size")])
@pytest.mark.parametrize("call", ["put_item", "batch_write_item", "update_item", "transact_write_items"])
def test_an_item_has_400_kb(call: str, size: int, limit: str | None) -> None:
    _store(1, KIB)
    requests: dict[str, dict[str, Any]] = {
        "put_item": {"TableName": STATE, "Item": _item(0, size)},
        "batch_write_item": {"RequestItems": {STATE: [{"PutRequest": {"Item": _item(0, size)}}]}},
        "update_item": _append(0, size - KIB),
        "transact_write_items": {"TransactItems": [{"Update": _append(0, size - KIB)}]},
    }

    with _refused(limit):
        getattr(aws.dynamodb(), call)(**requests[call])

    assert (_stored(0) == _item(0)) is bool(limit)


@pytest.mark.parametrize(("count", "limit"), [(100, None), (101, "less than or equal to 100")])
def test_a_transaction_has_100_items(count: int, limit: str | None) -> None:
    with _refused(limit):
        aws.dynamodb().transact_write_items(TransactItems=[_put(number) for number in range(count)])
    with _refused(limit):
        aws.dynamodb().transact_get_items(TransactItems=[_get(number) for number in range(count)])


@pytest.mark.parametrize(("last", "limit"), [(256 * KIB, None), (256 * KIB + 1, "exceeds 4 MB")])
def test_a_transaction_has_4_mb(last: int, limit: str | None) -> None:
    puts = [*(_put(number, 256 * KIB) for number in range(15)), _put(15, last)]

    with _refused(limit):
        aws.dynamodb().transact_write_items(TransactItems=puts)

    assert (_stored(0) is None) is bool(limit)


def test_a_transaction_counts_the_stored_items_that_it_updates_deletes_or_checks() -> None:
    _store(11, 399 * KIB)
    operations: list[Any] = [{"Update": _append(number, 2)} for number in range(9)]
    delete: Any = {"Delete": {"TableName": STATE, "Key": _key(9)}}
    check: Any = {"TableName": STATE, "Key": _key(10), "ConditionExpression": "attribute_exists(pk)"}

    with _refused("exceeds 4 MB"):
        aws.dynamodb().transact_write_items(TransactItems=[*operations, delete, {"ConditionCheck": check}])

    assert _stored(9) is not None
    aws.dynamodb().transact_write_items(TransactItems=[*operations, delete])


@pytest.mark.parametrize(("count", "limit"), [(16, None), (17, "exceeds 4 MB")])
def test_a_transaction_reads_4_mb(count: int, limit: str | None) -> None:
    _store(count, 256 * KIB)

    with _refused(limit):
        aws.dynamodb().transact_get_items(TransactItems=[_get(number) for number in range(count)])


@pytest.mark.parametrize(
    "operations",
    [
        [_put(0), _put(0)],
        [_put(0), {"Update": _append(0, 2)}],
        [{"Update": _append(0, 2)}, {"Delete": {"TableName": STATE, "Key": _key(0)}}],
    ],
)
def test_a_transaction_has_one_operation_for_an_item(operations: Sequence[Any]) -> None:
    with _refused("multiple operations on one item"):
        aws.dynamodb().transact_write_items(TransactItems=operations)

    assert _stored(0) is None


@pytest.mark.parametrize(
    ("count", "size", "limit"),
    [(25, KIB, None), (26, KIB, "Too many items"), (25, 400 * KIB, None)],
)
def test_a_batch_writes_25_items(count: int, size: int, limit: str | None) -> None:
    requests: Any = [{"PutRequest": {"Item": _item(number, size)}} for number in range(count)]

    with _refused(limit):
        aws.dynamodb().batch_write_item(RequestItems={STATE: requests})


@pytest.mark.parametrize(("count", "limit"), [(25, None), (26, "less than or equal to 25")])
def test_a_batch_has_25_statements(count: int, limit: str | None) -> None:
    updates = [Update(key=Key("name", f"{number:04}"), sets={path("a"): 1}) for number in range(count)]
    statements: Any = [
        {
            "Statement": text,
            "Parameters": [encode(value) for value in parameters],
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        for text, parameters in (update.statement() for update in updates)
    ]

    with _refused(limit):
        aws.dynamodb().batch_execute_statement(Statements=statements)


@pytest.mark.parametrize(("count", "limit"), [(100, None), (101, "100")])
def test_a_batch_reads_100_keys(count: int, limit: str | None) -> None:
    with _refused(limit):
        aws.dynamodb().batch_get_item(RequestItems={STATE: {"Keys": [_key(n) for n in range(count)]}})


def test_a_batch_reads_16_mb_and_returns_the_remaining_keys() -> None:
    _store(50, 390 * KIB)

    response = aws.dynamodb().batch_get_item(RequestItems={STATE: {"Keys": [_key(n) for n in range(50)]}})

    assert len(response["Responses"][STATE]) == 42
    assert response["UnprocessedKeys"][STATE]["Keys"] == [_key(number) for number in range(42, 50)]


def _entry(size: int) -> Any:
    detail = '{"v":"%s"}'
    names = {"EventBusName": BUS, "Source": "source", "DetailType": "detail type"}
    used = len("source") + len("detail type") + len(detail % "")
    return {**names, "Detail": detail % ("x" * (size - used))}


@pytest.mark.parametrize(("size", "limit"), [(MIB // 2, None), (MIB // 2 + 1, "over the limit")])
def test_the_entries_of_a_call_to_the_bus_have_1_mb_together(size: int, limit: str | None) -> None:
    with _refused(limit):
        aws.events().put_events(Entries=[_entry(MIB // 2), _entry(size)])


@pytest.fixture
def queue_url() -> str:
    return aws.sqs().get_queue_url(QueueName="DeliveryQueue")["QueueUrl"]


@pytest.mark.parametrize(("size", "limit"), [(MIB, None), (MIB + 1, "shorter than 1048576")])
def test_a_message_has_1_mb_with_its_attributes(queue_url: str, size: int, limit: str | None) -> None:
    attributes: Any = {"name": {"DataType": "String", "StringValue": "value"}}
    body = "x" * (size - len("nameStringvalue"))

    with _refused(limit, "InvalidParameterValue"):
        aws.sqs().send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=attributes)


@pytest.mark.parametrize(("body", "limit"), [("é" * 65536, None), ("é" * 65536 + "x", "1048576 bytes")])
def test_the_messages_of_a_batch_have_1_mb_together(queue_url: str, body: str, limit: str | None) -> None:
    entries: Any = [{"Id": str(number), "MessageBody": "é" * 65536} for number in range(7)]

    with _refused(limit, "BatchRequestTooLong"):
        aws.sqs().send_message_batch(QueueUrl=queue_url, Entries=[*entries, {"Id": "7", "MessageBody": body}])


def test_a_stale_index_lacks_the_last_writes_until_it_catches_up(monkeypatch: pytest.MonkeyPatch) -> None:
    item = {**_item(0), "gsi1pk": {"S": "partition"}, "gsi1sk": {"S": "0000"}}

    def indexed() -> list[dict[str, Any]]:
        return aws.dynamodb().query(
            TableName=STATE,
            IndexName="gsi1",
            KeyConditionExpression="gsi1pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "partition"}},
        )["Items"]

    with stale_indexes(monkeypatch) as catch_up:
        aws.dynamodb().put_item(TableName=STATE, Item=item)
        assert _stored(0) == item
        assert indexed() == []

        catch_up()
        assert indexed() == [item]

        aws.dynamodb().delete_item(TableName=STATE, Key=_key(0))
        assert indexed() == [item]

    assert indexed() == []
