"""What the API takes as an endpoint's filter. `eal.webhooks.filters` checks it against the chosen events."""

import json
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, RootModel, WithJsonSchema, model_validator

from eal.webhooks.model import Conditions
from eal.wire import LARGEST_NUMBER, Wire, free_number, without_defaults

_LONGEST_TEXT = 500
_LARGEST_FILTER = 16_384
_NUMBER: Final[dict[str, object]] = {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}


def _scalar(value: JsonValue) -> JsonValue:
    if isinstance(value, list | dict):
        raise ValueError("must be text, a number, true, false or null")
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise ValueError(f"must have at most {_LONGEST_TEXT} characters")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return free_number(value)
    return value


def _number(value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return free_number(value)


type Scalar = Annotated[
    JsonValue,
    AfterValidator(_scalar),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": _LONGEST_TEXT},
                _NUMBER,
                {"type": "boolean"},
                {"type": "null"},
            ]
        }
    ),
]
type Number = Annotated[JsonValue, AfterValidator(_number), WithJsonSchema(_NUMBER)]
type Presence = Annotated[bool, Field(strict=True, description="Whether there is a value; null is none.")]


def _with_a_member(schema: dict[str, JsonValue]) -> None:
    without_defaults()(schema)
    schema["minProperties"] = 1


class Condition(Wire):
    """What a value must fulfil: all that is given. `gt` and `lt` are for numbers."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, json_schema_extra=_with_a_member)

    eq: Scalar = None
    is_in: Annotated[list[Scalar], Field(alias="in", min_length=1, max_length=100, default_factory=list)]
    exists: Presence = True
    gt: Number = 0
    lt: Number = 0

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must have one of: eq, in, exists, gt, lt")
        return self


class Filter(RootModel[dict[str, Condition]]):
    """Conditions on an event's data by path, such as `data.status`: only an event that fulfils all of them is sent.

    A path must be a field of a chosen event type. An event of a type without it does not fulfil its condition.
    """

    model_config = ConfigDict(
        defer_build=True, json_schema_extra={"examples": [{"data.status": {"in": ["qualified", "won"]}}]}
    )

    root: Annotated[dict[str, Condition], Field(max_length=20)]

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        # A change's audit record holds the filter twice, and an item of the table 400 KB.
        if len(json.dumps(self.conditions(), ensure_ascii=False).encode(errors="replace")) > _LARGEST_FILTER:
            raise ValueError(f"must have at most {_LARGEST_FILTER} bytes of JSON")
        return self

    def conditions(self) -> Conditions:
        return {
            path: condition.model_dump(mode="json", by_alias=True, exclude_unset=True)
            for path, condition in self.root.items()
        }
