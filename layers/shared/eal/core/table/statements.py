"""Conditional updates of up to 25 items in one call: BatchExecuteStatement, with a PartiQL statement for each item.

Each update has a condition and a result of its own, and costs what a single UpdateItem costs; it is no transaction.
PartiQL has neither ADD nor if_not_exists, and updates only items that exist.

    update_all([Update(key=…, sets={'"status"': "done"}, equals={'"version"': 3})])  # [None] if it was carried out

Source: DynamoDB's developer guide, "PartiQL update statements" and "Running batch operations with PartiQL".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import aws, settings
from eal.core.table import contention
from eal.core.table.item import encode, from_attributes
from eal.core.table.progress import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import BatchStatementErrorTypeDef, BatchStatementRequestTypeDef

    from eal.core.json import Json
    from eal.core.table.keys import Key

MAX_STATEMENTS = 25
"""DynamoDB's limit of a call."""
_TRANSIENT = frozenset({
    "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded",
    "InternalServerError",
})  # fmt: skip


class StatementFailed(Exception):
    """DynamoDB did not carry out an update, for another reason than its condition."""


type Refusal = ConditionFailed | StatementFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A change of one item. Its paths are made by `path`.

    It is carried out if each path in `equals` has its value (None: the path does not exist), each path in `at_most`
    exists with a value that is not greater, and each map in `max_sizes` has at most so many members.
    """

    key: Key
    sets: Mapping[str, Json] = field(default_factory=dict)
    removes: Sequence[str] = ()
    equals: Mapping[str, Json] = field(default_factory=dict)
    at_most: Mapping[str, Json] = field(default_factory=dict)
    max_sizes: Mapping[str, int] = field(default_factory=dict)

    def statement(self) -> tuple[str, list[Json]]:
        """The PartiQL statement, and its parameters in order."""
        changes = [f"SET {path}=?" for path in self.sets] + [f"REMOVE {path}" for path in self.removes]
        present = {name: value for name, value in self.equals.items() if value is not None}
        conditions = ['"pk"=?', '"sk"=?', *(f"{path}=?" for path in present)]
        conditions += [f"{path} IS MISSING" for path, value in self.equals.items() if value is None]
        conditions += [f"{path}<=?" for path in self.at_most]
        conditions += [f"size({path})<=?" for path in self.max_sizes]
        text = f'UPDATE "{settings.state_table()}" {" ".join(changes)} WHERE {" AND ".join(conditions)}'
        compared = (*present.values(), *self.at_most.values(), *self.max_sizes.values())
        return text, [*self.sets.values(), *self.key, *compared]


def path(*names: str) -> str:
    """The path of an attribute, or of a member of a map: `path("leases", "dlv_…")`."""
    return ".".join(f'"{name}"' for name in names)


def update_all(updates: Sequence[Update]) -> list[Refusal | None]:
    """Carry out updates of different items. Returns for each one None, or why it was not carried out."""
    results: list[Refusal | None] = []
    for batch in batched(updates, MAX_STATEMENTS, strict=False):
        results += _update(batch)
    return results


def _update(updates: Sequence[Update]) -> list[Refusal | None]:
    results: list[Refusal | None] = [None] * len(updates)
    left = list(range(len(updates)))
    for attempt in range(contention.ATTEMPTS):
        response = aws.dynamodb().batch_execute_statement(
            Statements=[_request(updates[number]) for number in left]
        )
        again = []
        for number, result in zip(left, response["Responses"], strict=True):
            if (error := result.get("Error")) is None:
                continue
            if error.get("Code") in _TRANSIENT:
                again.append(number)
            else:
                results[number] = _refusal(error)
        if not again:
            return results
        left = again
        contention.pause(attempt)
    for number in left:
        results[number] = StatementFailed("throttled, or in conflict with other writers, at every attempt")
    return results


def _request(update: Update) -> BatchStatementRequestTypeDef:
    text, parameters = update.statement()
    return {
        "Statement": text,
        "Parameters": [encode(parameter) for parameter in parameters],
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _refusal(error: BatchStatementErrorTypeDef) -> Refusal:
    if error.get("Code") != "ConditionalCheckFailed":
        return StatementFailed(f"{error.get('Code')}: {error.get('Message')}")
    old = error.get("Item")
    return ConditionFailed(from_attributes(old) if old else None)
