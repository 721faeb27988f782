"""BatchExecuteStatement for moto, whose own parser of PartiQL knows neither paths nor conditions.

Reads only the grammar that `eal.core.table.statements` writes, and carries each statement out as an UpdateItem. The
tests of that module also run against DynamoDB Local, which has the real parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from eal.core.aws import Refused
from tests.support.limits import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    type Send = Callable[[Any, str, dict[str, Any]], Any]

_PATH = r'"[^"]+"(?:\."[^"]+")?'
_STATEMENT = re.compile(
    rf'UPDATE "(?P<table>[^"]+)" (?P<changes>(?:(?:SET {_PATH}=\?|REMOVE {_PATH}) )+)WHERE (?P<conditions>.+)'
)
_CONDITION = re.compile(rf"({_PATH})=\?|({_PATH}) IS MISSING|({_PATH})<=\?|size\(({_PATH})\)<=\?")


def execute_batch(send: Send, client: Any, arguments: dict[str, Any]) -> Any:
    updates = [update_of(statement) for statement in arguments["Statements"]]
    keys = [str((update["TableName"], update["Key"])) for update in updates]
    if len(set(keys)) < len(keys):
        raise refuse("BatchExecuteStatement", "Provided list of item keys contains duplicates")
    return {"Responses": [_execute(send, client, update) for update in updates]}


def _execute(send: Send, client: Any, update: dict[str, Any]) -> dict[str, Any]:
    try:
        send(client, "UpdateItem", update)
    except Refused as refused:
        code = refused.code.removesuffix("Exception")
        code = "ValidationError" if code == "Validation" else code
        item = {name: value for name, value in refused.response.items() if name == "Item"}
        error = {"Code": code, "Message": refused.response["Error"]["Message"], **item}
        return {"Error": error, "TableName": update["TableName"]}
    return {"TableName": update["TableName"]}


def update_of(statement: dict[str, Any]) -> dict[str, Any]:
    """The UpdateItem of a statement."""
    found = _STATEMENT.fullmatch(statement["Statement"])
    assert found, f"no statement that eal.core.table.statements writes: {statement}"
    assert statement["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    return _update_of(**found.groupdict(), parameters=list(statement["Parameters"]))


def _update_of(table: str, changes: str, conditions: str, parameters: list[Any]) -> dict[str, Any]:
    aliases: dict[str, str] = {}
    values: dict[str, Any] = {}

    def alias(path: str) -> str:
        return ".".join(
            aliases.setdefault(name, f"#n{len(aliases)}") for name in re.findall(r'"([^"]+)"', path)
        )

    def value() -> str:
        values[f":v{len(values)}"] = parameters.pop(0)
        return f":v{len(values) - 1}"

    sets = [f"{alias(path)} = {value()}" for path in re.findall(rf"SET ({_PATH})=\?", changes)]
    removes = [alias(path) for path in re.findall(rf"REMOVE ({_PATH})", changes)]
    parts = conditions.split(" AND ")
    assert parts[:2] == ['"pk"=?', '"sk"=?']
    key = {"pk": parameters.pop(0), "sk": parameters.pop(0)}
    terms = [f"attribute_exists({alias('"pk"')})"]
    for part in parts[2:]:
        condition = _CONDITION.fullmatch(part)
        assert condition, part
        equal, missing, at_most, size = condition.groups()
        if equal:
            terms.append(f"{alias(equal)} = {value()}")
        elif missing:
            terms.append(f"attribute_not_exists({alias(missing)})")
        elif at_most:
            terms.append(f"{alias(at_most)} <= {value()}")
        else:
            terms.append(f"size({alias(size)}) <= {value()}")
    assert not parameters, "more parameters than question marks"
    expression = (f"SET {', '.join(sets)} " if sets else "") + (
        f"REMOVE {', '.join(removes)}" if removes else ""
    )
    return {
        "TableName": table,
        "Key": key,
        "UpdateExpression": expression,
        "ConditionExpression": " AND ".join(terms),
        "ExpressionAttributeNames": {alias: name for name, alias in aliases.items()},
        **({"ExpressionAttributeValues": values} if values else {}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
