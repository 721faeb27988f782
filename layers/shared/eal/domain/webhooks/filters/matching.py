"""Matching: whether an event's data fulfils the conditions of an endpoint's filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.core.json import Json


def matches(conditions: Mapping[str, Mapping[str, Json]], data: Json) -> bool:
    """Whether an event's data fulfils all conditions."""
    return all(
        _fulfils(condition, _value_at(path.split(".")[1:], data)) for path, condition in conditions.items()
    )


def _value_at(steps: Sequence[str], data: Json) -> Json:
    """The value at a path, null if it is absent."""
    for step in steps:
        if not isinstance(data, dict):
            return None
        data = data.get(step)
    return data


def _fulfils(condition: Mapping[str, Json], value: Json) -> bool:
    return all(_holds(operator, operand, value) for operator, operand in condition.items())


def _holds(operator: str, operand: Json, value: Json) -> bool:
    match operator:
        case "eq":
            return _same(operand, value)
        case "in":
            return any(_same(choice, value) for choice in cast("Sequence[Json]", operand))
        case "exists":
            return (value is not None) == operand
        case "gt":
            return _is_number(value) and cast("float", value) > cast("float", operand)
        case "lt":
            return _is_number(value) and cast("float", value) < cast("float", operand)
        case _:
            raise AssertionError(f"a stored filter has the operator {operator}")


def _same(value: Json, other: Json) -> bool:
    """Equality of JSON values, of which true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
