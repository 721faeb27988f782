"""Validation of an endpoint's filter against the JSON Schemas of the event types that it subscribes to.

Without it, a customer would only notice a typing error by the events that never arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.events import catalogue, schemas
from eal.domain.webhooks.endpoints.model import EVERY_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eal.core.errors import FieldError
    from eal.core.json import Json

type Schema = Mapping[str, Json]

_MAX_PATH_CHARACTERS = 200
_NUMBERS = frozenset({"integer", "number"})


def faults(conditions: Mapping[str, Mapping[str, Json]], event_types: Sequence[str]) -> list[FieldError]:
    """The faults of a filter for the event types of its endpoint."""
    return [
        fault for path, condition in conditions.items() for fault in _faults_at(path, condition, event_types)
    ]


def _faults_at(path: str, condition: Mapping[str, Json], event_types: Sequence[str]) -> Iterator[FieldError]:
    steps = path.split(".")
    if steps[0] != "data" or len(steps) == 1 or len(path) > _MAX_PATH_CHARACTERS:
        yield _error(path, "Must be a path that begins with 'data.', such as data.status.", "unknown_path")
        return
    # A path can lead to different fields of different types. It suffices that one of them can fulfil the condition.
    field = [schema for name in _described(event_types) for schema in _field_at(steps[1:], _data(name))]
    if not field:
        yield _error(path, "Must be a field of a subscribed event type.", "unknown_path")
        return
    for operator, operand in condition.items():
        if fault := _fault(operator, operand, field):
            yield _error(path, fault, "wrong_type", operator)


def _described(event_types: Sequence[str]) -> list[str]:
    """The types with a schema. A type that is not available yet has none."""
    everything = [name for name in catalogue.CATALOGUE if name not in catalogue.BY_NAME_ONLY]
    by_name = [name for name in event_types if name in catalogue.CATALOGUE]
    return [*(everything if EVERY_TYPE in event_types else ()), *by_name]


def _data(event_type: str) -> Schema:
    properties = cast("Mapping[str, Schema]", schemas.types()[event_type].schema["properties"])
    return properties["data"]


def _field_at(steps: Sequence[str], schema: Schema) -> list[Schema]:
    """The alternatives that a path leads to, including null; empty if the path leads nowhere."""
    found = [schema]
    for step in steps:
        found = [member for outer in found for member in _member(step, outer)]
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
    kinds = {cast("str", schema["type"]) for schema in field if "type" in schema}
    if operator == "exists" or len(kinds) < len(field):  # a schema without a type takes any value
        return None
    if operator in ("gt", "lt"):
        return None if kinds & _NUMBERS else f"Compares numbers, but the field is {_named(kinds)}."
    operands = cast("Sequence[Json]", operand) if operator == "in" else [operand]
    for value in operands:
        if not any(_accepts(schema, value) for schema in field):
            allowed = {text for schema in field for text in cast("Sequence[str]", schema.get("enum", ()))}
            if allowed:
                return f"Must be one of: {', '.join(sorted(allowed))}."
            return f"Must match the field, which is {_named(kinds)}."
    return None


def _accepts(schema: Schema, value: Json) -> bool:
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


def _error(path: str, message: str, kind: str, operator: str | None = None) -> FieldError:
    pointer = "/filter/" + path[:_MAX_PATH_CHARACTERS].replace("~", "~0").replace("/", "~1")
    if operator:
        pointer += f"/{operator}"
    return {"pointer": pointer, "message": message, "type": kind, "location": "body"}
