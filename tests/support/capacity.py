"""The request units of each call to DynamoDB, from the items that it reads or writes in moto.

`tools.bench.capacity_units` has the formulas. The tables are the template's.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from tests.support.aws import ACCESS, STATE, backend
from tools.bench.capacity_units import Item, Table, read_units
from tools.fixtures.template import table_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.bench.prices import Amount

TABLES = {STATE: "StateTable", ACCESS: "AccessTable"}
"""Names in the tests and in the template."""

type Amounts = dict[Amount, float]
type Send = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class _Access:
    """A read or write of one item by its key."""

    table: str
    key: Item
    is_write: bool
    consistent: bool = False
    in_transaction: bool = False


def stored(table: str, key: Item) -> dict[str, Any] | None:
    """An item as moto has it now."""
    found = backend("dynamodb").get_item(table, key)
    return copy.deepcopy(found.to_json()["Attributes"]) if found else None


@cache
def schema(table: str) -> Table:
    return Table.of(table_arguments(TABLES[table], table))


def count_items(amounts: Amounts, send: Send, operation: str, arguments: dict[str, Any]) -> Any:
    if operation == "Query":
        response = send(arguments)
        amounts["read_units"] += _query_units(send, arguments, response["ScannedCount"])
        return response
    accesses = _accesses(operation, arguments)
    before = [stored(access.table, access.key) for access in accesses]
    try:
        return send(arguments)
    finally:  # a failed condition costs as much as a write that changes nothing
        for access, old in zip(accesses, before, strict=True):
            if access.is_write:
                new = stored(access.table, access.key)
                units = schema(access.table).write_units(old, new, in_transaction=access.in_transaction)
                amounts["write_units"] += units.total
            else:
                amounts["read_units"] += read_units(
                    [old], consistent=access.consistent, in_transaction=access.in_transaction
                )


def _query_units(send: Send, arguments: dict[str, Any], scanned: int) -> float:
    """The items are read again without filter and projection, because a query is billed for all that it reads."""
    consistent = arguments.get("ConsistentRead", False)
    if not scanned:
        return read_units([], consistent=consistent)
    less = ("FilterExpression", "ProjectionExpression", "Select")
    whole = {name: value for name, value in arguments.items() if name not in less}
    table = arguments["TableName"]
    items = [stored(table, schema(table).key_of(item)) for item in send({**whole, "Limit": scanned})["Items"]]
    if "IndexName" in arguments:
        index = schema(table).index(arguments["IndexName"])
        return read_units([index.copy(item) for item in items])
    return read_units(items, consistent=consistent)


def _accesses(operation: str, arguments: dict[str, Any]) -> list[_Access]:
    """The items that an operation reads or writes."""
    consistent = arguments.get("ConsistentRead", False)
    match operation:
        case "GetItem":
            return [_Access(arguments["TableName"], arguments["Key"], is_write=False, consistent=consistent)]
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return [_write(arguments["TableName"], arguments)]
        case "BatchGetItem":
            return [
                _Access(table, key, is_write=False, consistent=request.get("ConsistentRead", False))
                for table, request in arguments["RequestItems"].items()
                for key in request["Keys"]
            ]
        case "BatchWriteItem":
            return [
                _write(table, request)
                for table, requests in arguments["RequestItems"].items()
                for request in chain.from_iterable(entry.values() for entry in requests)
            ]
        case "TransactGetItems":
            return [
                _Access(item["Get"]["TableName"], item["Get"]["Key"], is_write=False, in_transaction=True)
                for item in arguments["TransactItems"]
            ]
        case "TransactWriteItems":
            return [
                _write(request["TableName"], request, in_transaction=True)
                for request in chain.from_iterable(item.values() for item in arguments["TransactItems"])
            ]
        case "ExecuteStatement":
            return [_of_statement(arguments)]
        case "BatchExecuteStatement":
            return [_of_statement(statement) for statement in arguments["Statements"]]
        case "ExecuteTransaction":
            return [
                _of_statement(statement, in_transaction=True) for statement in arguments["TransactStatements"]
            ]
        case _:
            raise NotImplementedError(f"no units for {operation}")


def _write(table: str, request: Mapping[str, Any], *, in_transaction: bool = False) -> _Access:
    key = request.get("Key") or schema(table).key_of(request["Item"])
    return _Access(table, key, is_write=True, in_transaction=in_transaction)


_TABLE = re.compile(r"""(?:FROM|INTO|UPDATE)\s+"?([\w.-]+)"?""", re.IGNORECASE)
_PARAMETER = re.compile(r"""(?:["']?(\w+)["']?\s*[:=]\s*)?\?""")
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)


def _of_statement(statement: Mapping[str, Any], *, in_transaction: bool = False) -> _Access:
    """The item that a PartiQL statement names by parameters for its whole key."""
    text = statement["Statement"]
    named = _TABLE.search(text)
    if not named or named[1] not in TABLES:
        raise NotImplementedError(f"no units for {text}")
    table = named[1]
    where = _WHERE.search(text)
    begin = where.end() if where else 0
    key = {
        parameter[1]: value
        for parameter, value in zip(_PARAMETER.finditer(text), statement["Parameters"], strict=True)
        if parameter[1] in schema(table).keys and parameter.start() >= begin
    }
    if len(key) != len(schema(table).keys):
        raise NotImplementedError(f"no units for {text}, which names no single item")
    return _Access(
        table,
        key,
        is_write=not text.lstrip().upper().startswith("SELECT"),
        consistent=statement.get("ConsistentRead", False),
        in_transaction=in_transaction,
    )
