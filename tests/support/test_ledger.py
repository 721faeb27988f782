"""The ledger, on calls whose units are computed by hand. The State table has three indexes of all attributes."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from tests.support.aws import STATE
from tests.support.capacity import count_items
from tests.support.ledger import Ledger, memory_mb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.capacity import Amounts
    from tools.bench.prices import Amount

FOLDER = "workers/relay_outbox"
KB = 1024


@pytest.fixture
def ledger(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    ledger = Ledger()
    with ledger.counting(monkeypatch):
        yield ledger


def _item(number: int, size: int = KB // 2, **attributes: str) -> dict[str, Any]:
    """An item of `size` bytes and a little more."""
    keys = {"pk": "org", "sk": f"item_{number}", **attributes, "text": "x" * size}
    return {name: {"S": value} for name, value in keys.items()}


def _key(number: int) -> dict[str, Any]:
    return {name: _item(number)[name] for name in ("pk", "sk")}


def _put(*items: dict[str, Any]) -> None:
    for item in items:
        aws.dynamodb().put_item(TableName=STATE, Item=item)


def _units(ledger: Ledger, call: Callable[[], object]) -> tuple[float, float]:
    """The write and read units of a call, which may fail."""
    before = dict(ledger.amounts[FOLDER])
    with ledger.calls_of(FOLDER), suppress(aws.Refused):
        call()
    units: tuple[Amount, Amount] = ("write_units", "read_units")
    write, read = (ledger.amounts[FOLDER].get(name, 0) - before.get(name, 0) for name in units)
    return write, read


def test_a_transaction_of_a_put_an_update_a_delete_and_a_check(ledger: Ledger) -> None:
    _put(_item(2, 2 * KB), _item(3, 3 * KB, gsi1pk="g", gsi1sk="1"), _item(4))
    operations: Any = [
        {"Put": {"TableName": STATE, "Item": _item(1, gsi1pk="g", gsi1sk="1", gsi2pk="p", gsi2sk="1")}},
        {
            "Update": {
                "TableName": STATE,
                "Key": _key(2),
                "UpdateExpression": "SET gsi2pk = :g, gsi2sk = :g",
                "ExpressionAttributeValues": {":g": {"S": "g"}},
            }
        },
        {"Delete": {"TableName": STATE, "Key": _key(3)}},
        {
            "ConditionCheck": {
                "TableName": STATE,
                "Key": _key(4),
                "ConditionExpression": "attribute_exists(pk)",
            }
        },
    ]

    units = _units(ledger, lambda: aws.dynamodb().transact_write_items(TransactItems=operations))

    put, update, delete, check = 2 * 1 + 1 + 1, 2 * 3 + 3, 2 * 4 + 4, 2 * 1
    assert units == (put + update + delete + check, 0)


def test_a_cancelled_transaction_costs_its_existing_items(ledger: Ledger) -> None:
    _put(_item(1, 2 * KB))
    new: Any = {"Put": {"TableName": STATE, "Item": _item(2, 5 * KB)}}
    taken: Any = {
        "Put": {"TableName": STATE, "Item": _item(1), "ConditionExpression": "attribute_not_exists(pk)"}
    }

    units = _units(ledger, lambda: aws.dynamodb().transact_write_items(TransactItems=[new, taken]))

    assert units == (2 * 1 + 2 * 3, 0)


def test_writes_of_one_item_whose_condition_holds_or_fails(ledger: Ledger) -> None:
    _put(_item(1, 2 * KB))

    def put(number: int) -> Callable[[], object]:
        return lambda: aws.dynamodb().put_item(
            TableName=STATE,
            Item=_item(number, gsi2pk="p", gsi2sk="1"),
            ConditionExpression="attribute_not_exists(pk)",
        )

    assert _units(ledger, put(1)) == (3, 0)
    assert _units(ledger, put(2)) == (1 + 1, 0)
    assert _units(ledger, lambda: aws.dynamodb().delete_item(TableName=STATE, Key=_key(2))) == (1 + 1, 0)
    assert _units(ledger, lambda: aws.dynamodb().delete_item(TableName=STATE, Key=_key(9))) == (1, 0)


def test_a_batch_of_writes_is_billed_item_by_item(ledger: Ledger) -> None:
    _put(_item(1, gsi2pk="p", gsi2sk="1"), _item(2, 2 * KB))
    requests: Any = [
        {"DeleteRequest": {"Key": _key(1)}},
        {"DeleteRequest": {"Key": _key(2)}},
        {"PutRequest": {"Item": _item(3)}},
    ]

    units = _units(ledger, lambda: aws.dynamodb().batch_write_item(RequestItems={STATE: requests}))

    assert units == (2 + 3 + 1, 0)


@pytest.mark.parametrize(("consistent", "units"), [(False, 0.5 + 1 + 0.5), (True, 1 + 2 + 1)])
def test_a_batch_of_reads_is_billed_item_by_item_even_if_one_is_missing(
    ledger: Ledger, consistent: bool, units: float
) -> None:
    _put(_item(1), _item(2, 5 * KB))
    request: Any = {
        "Keys": [_key(1), _key(2), _key(9)],
        "ConsistentRead": consistent,
        "ProjectionExpression": "sk",
    }

    assert _units(ledger, lambda: aws.dynamodb().batch_get_item(RequestItems={STATE: request})) == (0, units)


def test_reads_in_a_transaction_cost_double(ledger: Ledger) -> None:
    _put(_item(1), _item(2, 5 * KB))
    items: Any = [{"Get": {"TableName": STATE, "Key": _key(number)}} for number in (1, 2)]

    assert _units(ledger, lambda: aws.dynamodb().transact_get_items(TransactItems=items)) == (0, 2 + 4)


def test_a_query_is_billed_for_all_it_reads_together(ledger: Ledger) -> None:
    """Also for what its filter leaves out, and for attributes that it does not return."""
    _put(*(_item(number, 3000, gsi1pk="g", gsi1sk=str(number)) for number in range(3)))
    table = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "org"}}}
    filtered = {
        **table,
        "FilterExpression": "sk = :s",
        "ProjectionExpression": "sk",
        "ExpressionAttributeValues": {":p": {"S": "org"}, ":s": {"S": "item_1"}},
    }
    index = {
        "IndexName": "gsi1",
        "KeyConditionExpression": "gsi1pk = :g",
        "ExpressionAttributeValues": {":g": {"S": "g"}},
    }

    def query(**arguments: Any) -> tuple[float, float]:
        return _units(ledger, lambda: aws.dynamodb().query(TableName=STATE, **arguments))

    assert query(**table) == (0, 1.5)
    assert query(**table, ConsistentRead=True) == (0, 3)
    assert query(**table, Limit=1) == (0, 0.5)
    assert query(**filtered) == (0, 1.5)
    assert query(**index) == (0, 1.5)
    assert query(**{**index, "ExpressionAttributeValues": {":g": {"S": "none"}}}) == (0, 0.5)


def test_each_statement_of_a_partiql_batch_is_billed_as_its_operation(cloud: None) -> None:
    """moto knows too little of PartiQL to carry the statements out."""
    _put(_item(1, 2 * KB, status="new"), _item(2, gsi2sk="1"), _item(3), _item(4, 5 * KB))
    table, where = f'"{STATE}"', 'WHERE "pk"=? AND "sk"=?'
    conditional: dict[str, Any] = {
        "Statement": f'UPDATE {table} SET "leases"."sk"=? REMOVE "status" {where} AND size("leases")<=?',  # noqa: S608
        "Parameters": [{"S": "x"}, *_key(1).values(), {"N": "3"}],
    }
    entering = {
        "Statement": f'UPDATE {table} SET "gsi2pk"=? {where}',  # noqa: S608
        "Parameters": [{"S": "p"}, *_key(2).values()],
    }
    deleting = {"Statement": f"DELETE FROM {table} {where}", "Parameters": list(_key(3).values())}  # noqa: S608
    reading = {"Statement": f"SELECT * FROM {table} {where}", "Parameters": list(_key(4).values())}  # noqa: S608
    inserting = {
        "Statement": f"INSERT INTO {table} VALUE {{'pk': ?, 'sk': ?}}",
        "Parameters": list(_key(5).values()),
    }

    def carry_out(_arguments: dict[str, Any]) -> None:
        """All but the conditional one, whose condition fails."""
        _put(_item(2, gsi2pk="p", gsi2sk="1"), _key(5))
        aws.dynamodb().delete_item(TableName=STATE, Key=_key(3))

    def units(*statements: dict[str, Any]) -> dict[Amount, float]:
        amounts: Amounts = defaultdict(float)
        count_items(amounts, carry_out, "BatchExecuteStatement", {"Statements": list(statements)})
        return amounts

    assert units(conditional, entering, deleting, inserting) == {"write_units": 3 + 2 + 1 + 1}
    assert units(reading, {**reading, "ConsistentRead": True}) == {"read_units": 1 + 2}


def test_a_statement_without_a_whole_key_is_an_error(cloud: None) -> None:
    statement = {"Statement": f'SELECT * FROM "{STATE}" WHERE pk = ?', "Parameters": [{"S": "org"}]}  # noqa: S608

    with pytest.raises(NotImplementedError):
        count_items(defaultdict(float), lambda _: None, "ExecuteStatement", statement)


def test_calls_outside_an_invocation_are_free(ledger: Ledger) -> None:
    _put(_item(1))

    assert not ledger.amounts


def test_memory_is_that_of_the_template() -> None:
    assert memory_mb("workers/import_leads") == 1769
    assert memory_mb("leads/create") == 512
