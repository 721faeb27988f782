"""The base of what the API accepts and returns."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from eal.core.characters import NOT_IN_LINE, NOT_IN_PROSE
from eal.core.clock import Instant
from eal.core.json import MAX_NUMBER
from eal.core.schema import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PydanticCustomError,
)

MAX_OVERLAP_SECONDS = 604_800
DEFAULT_OVERLAP_SECONDS = 86_400
"""How long a rotated key or secret remains valid next to its successor."""

_SMALLEST_NUMBER = 1e-100
_NOT_IN_LINE = re.compile(f"[{NOT_IN_LINE}]")
_NOT_IN_PROSE = re.compile(f"[{NOT_IN_PROSE}]")


def free_number(value: float) -> float:
    """A number without bounds of its own, limited to what JSON, the table and the audit log's hash all preserve.

    Raises: ValueError.
    """
    if value != 0 and not _SMALLEST_NUMBER <= abs(value) <= MAX_NUMBER:
        raise ValueError("Must be 0, or between 1e-100 and 2^53 - 1 in magnitude.")
    return int(value) if value == int(value) else value


def one_line(text: str) -> str:
    """Text for one line of a page, a log or a mail header. It contains no control characters and none that is
    invisible.

    Raises: ValueError.
    """
    if found := _NOT_IN_LINE.search(text):
        raise ValueError(
            f"Must be a single line without control or invisible characters. It contains {_named(found[0])}."
        )
    return text


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
"""The name of a person, a company or a thing. It may end up in a mail header."""


def prose(text: str) -> str:
    """Text of many lines. All line ends become newlines. It may contain zero-width characters, which pasted text has.

    Raises: ValueError.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _NOT_IN_PROSE.search(text):
        raise ValueError(
            f"Must not contain control characters other than newline and tab. It contains {_named(found[0])}."
        )
    return text


def _named(character: str) -> str:
    """The character as somebody can look it up, because nobody can see it."""
    return f"U+{ord(character):04X}"


def measured(value: float) -> float:
    """A number with bounds of its own. The table cannot store numbers as close to zero as a double can.

    Raises: ValueError.
    """
    if 0 < abs(value) < _SMALLEST_NUMBER:
        raise ValueError("Must be 0, or at least 1e-100 in magnitude.")
    return value


def one_of[E: StrEnum](values: type[E]) -> BeforeValidator:
    """Makes a member of an enumeration from its text. A body is validated strictly, which accepts members only."""
    return BeforeValidator(partial(_member, values))


def _member[E: StrEnum](values: type[E], value: object) -> E:
    try:
        return values(cast("str", value))
    except ValueError:
        raise PydanticCustomError("enum", f"Must be one of {', '.join(values)}.") from None


class Wire(BaseModel):
    """Base of request and response models. A model is built on first use, because a function imports all models of its
    resource and uses two or three.

    For a body: `may_be_left_out` if the request needs none, and `acts_at_once` if the endpoint has an effect that no
    transaction can roll back, such as a request to a third party. Its Idempotency-Key is locked before the effect.
    For a view: `changes_by_itself` if it may change while its version stays the same, so that a 304 would be wrong, and
    `shown_once` for the fields that a replay must not repeat; `admin_key.key` names a nested one.
    """

    model_config = ConfigDict(defer_build=True, use_attribute_docstrings=True)

    may_be_left_out: ClassVar[bool] = False
    acts_at_once: ClassVar[bool] = False
    changes_by_itself: ClassVar[bool] = False
    shown_once: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, source: Any) -> Self:
        """The view of an entity: its fields of the same names, and no others."""
        return cls.model_validate(source, from_attributes=True)

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return ()


class UploadView(Wire):
    """Send the file with this method and these headers to this URL. It accepts one upload."""

    method: Literal["PUT"]
    """Always `PUT`."""
    url: str
    """The presigned URL. It takes the file as the request body, without an API key."""
    headers: dict[str, str]
    """The headers to send exactly as given, because they are part of the URL's signature."""
    expires_at: Instant
    """When the URL expires: one hour after it was issued."""


def without_defaults(*never_null: str) -> Callable[[dict[str, JsonValue]], None]:
    """Returns a change of the JSON Schema of a PATCH body, which has no defaults, because an absent field stays
    unchanged.

    `never_null` are the fields whose None only means that they are absent.
    """

    def change(schema: dict[str, JsonValue]) -> None:
        for name, field in cast("dict[str, dict[str, JsonValue]]", schema["properties"]).items():
            field.pop("default", None)
            if name in never_null:
                choices = cast("list[dict[str, JsonValue]]", field.pop("anyOf"))
                (own,) = (choice for choice in choices if choice != {"type": "null"})
                field |= {**own, **field}

    return change
