"""Filters: which of the chosen events an endpoint is sent, by conditions on the fields of their data.

`check` judges a filter when it is given, against the JSON Schemas of the event types: a filter with a typing error
would otherwise be found out by the events that never come.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from eal.core.errors import FieldError
from eal.core.events import catalogue
from eal.core.json import Json
from eal.domain.webhooks.model import EVERY_TYPE

type Filter = Mapping[str, Mapping[str, Json]]
type Schema = Mapping[str, Json]

_LONGEST_PATH = 200
_NUMBERS = frozenset({"integer", "number"})


def check(conditions: Filter, chosen: Sequence[str]) -> list[FieldError]:
    """What is wrong with a filter for the chosen event types."""
    return [wrong for path, condition in conditions.items() for wrong in _wrong(path, condition, chosen)]


def matches(conditions: Filter, data: Json) -> bool:
    """Whether an event's data fulfils all conditions."""
    return all(
        _fulfils(condition, _value_at(path.split(".")[1:], data)) for path, condition in conditions.items()
    )


def _wrong(path: str, condition: Mapping[str, Json], chosen: Sequence[str]) -> Iterator[FieldError]:
    steps = path.split(".")
    if steps[0] != "data" or len(steps) == 1 or len(path) > _LONGEST_PATH:
        yield _error(path, "Must be a path that begins with 'data.', such as data.status.", "unknown_path")
        return
    # A path can mean different fields of different types: it is enough that one of them can fulfil the condition.
    field = [one for name in _types(chosen) for one in _field_at(steps[1:], _data(name))]
    if not field:
        yield _error(path, "Must be a field of a subscribed event type.", "unknown_path")
        return
    for operator, operand in condition.items():
        if fault := _fault(operator, operand, field):
            yield _error(path, fault, "wrong_type", operator)


def _types(chosen: Sequence[str]) -> list[str]:
    """The types that have a schema to judge by; one that is not available yet has none."""
    everything = [name for name in catalogue.CATALOGUE if name not in catalogue.BY_NAME_ONLY]
    by_name = [name for name in chosen if name in catalogue.CATALOGUE]
    return [*(everything if EVERY_TYPE in chosen else ()), *by_name]


def _data(event_type: str) -> Schema:
    properties = cast("Mapping[str, Schema]", catalogue.types()[event_type].schema["properties"])
    return properties["data"]


def _field_at(steps: Sequence[str], schema: Schema) -> list[Schema]:
    """The alternatives of what a path leads to, null among them; none where it leads nowhere."""
    found = [schema]
    for step in steps:
        found = [inner for one in found for inner in _member(step, one)]
    return found


def _member(step: str, schema: Schema) -> list[Schema]:
    members = cast("Mapping[str, Schema]", schema.get("properties", {}))
    if step in members:
        return _alternatives(members[step])
    others = schema.get("additionalProperties")
    return _alternatives(cast("Schema", others)) if isinstance(others, dict) and step else []


def _alternatives(schema: Schema) -> list[Schema]:
    return list(cast("Sequence[Schema]", schema.get("anyOf", (schema,))))


def _fault(operator: str, operand: Json, field: Sequence[Schema]) -> str | None:
    kinds = {cast("str", one["type"]) for one in field if "type" in one}
    if operator == "exists" or len(kinds) < len(field):  # a schema without a type takes any value
        return None
    if operator in ("gt", "lt"):
        return None if kinds & _NUMBERS else f"Compares numbers, but the field is {_named(kinds)}."
    operands = cast("Sequence[Json]", operand) if operator == "in" else [operand]
    for value in operands:
        if not any(_takes(one, value) for one in field):
            allowed = {text for one in field for text in cast("Sequence[str]", one.get("enum", ()))}
            if allowed:
                return f"Must be one of: {', '.join(sorted(allowed))}."
            return f"Must match the field, which is {_named(kinds)}."
    return None


def _takes(schema: Schema, value: Json) -> bool:
    match schema["type"]:
        case "string":
            fits = isinstance(value, str)
        case "integer":
            fits = isinstance(value, int) and not isinstance(value, bool)
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            fits = isinstance(value, bool)
        case "null":
            fits = value is None
        case _:
            fits = False
    return fits and ("enum" not in schema or value in cast("Sequence[Json]", schema["enum"]))


def _named(kinds: set[str]) -> str:
    names = sorted(kinds - {"null"})
    named = " or ".join(f"{'an' if name[0] in 'aio' else 'a'} {name}" for name in names)
    return f"{named} and supports only 'exists'" if set(names) & {"object", "array"} else named


def _value_at(steps: Sequence[str], data: Json) -> Json:
    """The value at a path; what is absent is null."""
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
            return any(_same(one, value) for one in cast("Sequence[Json]", operand))
        case "exists":
            return (value is not None) == operand
        case "gt":
            return _is_number(value) and cast("float", value) > cast("float", operand)
        case "lt":
            return _is_number(value) and cast("float", value) < cast("float", operand)
        case _:
            raise AssertionError(f"a stored filter has the operator {operator}")


def _same(value: Json, other: Json) -> bool:
    """Equal as JSON values are: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _error(path: str, message: str, kind: str, operator: str | None = None) -> FieldError:
    pointer = "/filter/" + path[:_LONGEST_PATH].replace("~", "~0").replace("/", "~1")
    if operator:
        pointer += f"/{operator}"
    return {"pointer": pointer, "message": message, "type": kind, "location": "body"}
