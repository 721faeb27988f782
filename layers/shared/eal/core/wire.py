"""The base of what the API takes and shows."""

import re
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

LONGEST_OVERLAP_SECONDS = 604_800
DEFAULT_OVERLAP_SECONDS = 86_400
"""How long what a rotation replaces, a key or a secret, is good beside its successor."""

LARGEST_NUMBER = 2**53 - 1
_SMALLEST_NUMBER = 1e-100
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS_IN_PROSE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def free_number(value: float) -> float:
    """A number that no field's own rule bounds: one that JSON's readers, the table and the audit log's hash all keep.

    Raises: ValueError.
    """
    if value != 0 and not _SMALLEST_NUMBER <= abs(value) <= LARGEST_NUMBER:
        raise ValueError("Must be 0, or between 1e-100 and 2^53 - 1 in magnitude.")
    return int(value) if value == int(value) else value


def one_line(text: str) -> str:
    """Text for one line of a page, a log or a mail's header: no control character breaks out of it.

    Raises: ValueError.
    """
    if _CONTROLS.search(text):
        raise ValueError("Must be a single line without control characters.")
    return text


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
"""Of a person, a company or a thing; it may end in a mail's header."""


def prose(text: str) -> str:
    """Text of many lines, each of which ends in a newline.

    Raises: ValueError.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS_IN_PROSE.search(text):
        raise ValueError("Must not contain control characters other than newline and tab.")
    return text


def without_controls(text: str) -> str:
    """Prose, with what is not allowed in it taken out: for text that nobody can be told to send otherwise."""
    return _CONTROLS_IN_PROSE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def measured(value: float) -> float:
    """A number within a field's own bounds; the table has no number as near to zero as a double's smallest.

    Raises: ValueError.
    """
    if 0 < abs(value) < _SMALLEST_NUMBER:
        raise ValueError("Must be 0, or at least 1e-100 in magnitude.")
    return value


class Wire(BaseModel):
    """A model that is built when it is first used: a function imports all of its resource's, and uses two or three.

    Of a body: `may_be_left_out` where the request needs none, and `acts_at_once` where the endpoint has an effect that
    no transaction holds back, such as a request to somebody else: an Idempotency-Key is held for it before it begins.
    Of an answer: `changes_by_itself` where it may differ while its version stays, so that a 304 would be wrong, and
    `shown_once` for the fields that a replay must not repeat; `admin_key.key` is one within another.
    """

    model_config = ConfigDict(defer_build=True)

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
        """The resources whose erasure must reach a kept copy of this answer."""
        return ()


def without_defaults(*never_null: str) -> Callable[[dict[str, JsonValue]], None]:
    """For the JSON Schema of what changes only what it gives: a default would say otherwise.

    `never_null` are the fields whose None means only that they are not given.
    """

    def change(schema: dict[str, JsonValue]) -> None:
        for name, field in cast("dict[str, dict[str, JsonValue]]", schema["properties"]).items():
            field.pop("default", None)
            if name in never_null:
                choices = cast("list[dict[str, JsonValue]]", field.pop("anyOf"))
                (own,) = (one for one in choices if one != {"type": "null"})
                field |= {**own, **field}

    return change
