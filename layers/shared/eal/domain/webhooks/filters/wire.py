"""Request model of an endpoint's filter. `validation.faults` checks it against the event types."""

from __future__ import annotations

import json
from typing import Annotated, Final, Self

from eal.core.json import MAX_NUMBER
from eal.core.schema import (
    AfterValidator,
    ConfigDict,
    Field,
    JsonValue,
    RootModel,
    WithJsonSchema,
    model_validator,
)
from eal.core.wire import Wire, free_number, without_defaults
from eal.domain.webhooks.endpoints.model import Conditions

_MAX_TEXT_CHARACTERS = 500
_MAX_FILTER_BYTES = 16_384
_NUMBER: Final[dict[str, object]] = {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}


def _scalar(value: JsonValue) -> JsonValue:
    if isinstance(value, list | dict):
        raise ValueError("Must be a string, a number, true, false or null.")
    if isinstance(value, str) and len(value) > _MAX_TEXT_CHARACTERS:
        raise ValueError(f"Must have at most {_MAX_TEXT_CHARACTERS} characters.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return free_number(value)
    return value


def _number(value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("Must be a number.")
    return free_number(value)


type Scalar = Annotated[
    JsonValue,
    AfterValidator(_scalar),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": _MAX_TEXT_CHARACTERS},
                _NUMBER,
                {"type": "boolean"},
                {"type": "null"},
            ]
        }
    ),
]
type Number = Annotated[JsonValue, AfterValidator(_number), WithJsonSchema(_NUMBER)]
type Presence = Annotated[
    bool, Field(strict=True, description="True: the field has a value. False: it is null or absent.")
]


def _with_a_member(schema: dict[str, JsonValue]) -> None:
    without_defaults()(schema)
    schema["minProperties"] = 1


class Condition(Wire):
    """A condition on one field. If it has several operators, all must match. `gt` and `lt` compare numbers."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, json_schema_extra=_with_a_member)

    eq: Scalar = None
    """The field has this value. If null, the field is null or absent."""
    is_in: Annotated[list[Scalar], Field(alias="in", min_length=1, max_length=100, default_factory=list)]
    """The field has one of these values."""
    exists: Presence = True
    gt: Number = 0
    """The field is a number greater than this one."""
    lt: Number = 0
    """The field is a number less than this one."""

    @model_validator(mode="after")
    def _has_an_operator(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("Must have at least one of: eq, in, exists, gt, lt.")
        return self


class Filter(RootModel[dict[str, Condition]]):
    """Conditions on the event's data by path, such as `data.status`. Only events that match all of them are sent.

    Each path must be a field of at least one subscribed event type. An event whose type lacks the field does not match.
    """

    model_config = ConfigDict(
        defer_build=True, json_schema_extra={"examples": [{"data.status": {"in": ["qualified", "won"]}}]}
    )

    root: Annotated[dict[str, Condition], Field(max_length=20)]

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        # The audit record of a change contains the filter twice, and an item may have 400 KB.
        if (
            len(json.dumps(self.conditions(), ensure_ascii=False).encode(errors="replace"))
            > _MAX_FILTER_BYTES
        ):
            raise ValueError(f"Must be at most {_MAX_FILTER_BYTES} bytes of JSON.")
        return self

    def conditions(self) -> Conditions:
        return {
            path: condition.model_dump(mode="json", by_alias=True, exclude_unset=True)
            for path, condition in self.root.items()
        }
