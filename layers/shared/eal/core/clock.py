"""Time: aware UTC, to the millisecond, RFC 3339 on every wire. Tests replace `now` and nothing else."""

import re
from datetime import UTC, datetime
from typing import Annotated

from eal.core.schema import PlainSerializer, PlainValidator, PydanticCustomError, WithJsonSchema

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_LOST_PLUS = re.compile(r".*:[0-9.]+ [0-9]{2}:[0-9]{2}")
"""An offset whose + was not escaped in a query, where + means a space."""


def now() -> datetime:
    """The current time in UTC, cut to milliseconds so that stored and returned values are equal."""
    return to_milliseconds(datetime.now(UTC))


def to_milliseconds(at: datetime) -> datetime:
    """`at` in UTC without microseconds.

    Raises: ValueError for the few hours at either end of the calendar that UTC has no year for.
    """
    if at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            raise ValueError("Must be between the years 1 and 9999.") from None
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def rfc3339(at: datetime) -> str:
    """`2026-04-24T17:42:11.314Z`: always three digits, so texts sort as times do."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse(text: str) -> datetime:
    """An RFC 3339 text as `rfc3339` writes it, or with any offset."""
    return to_milliseconds(datetime.fromisoformat(text))


def _instant(value: object) -> datetime:
    """A moment in a model: a date needs a time, and a number is refused because it could be seconds or milliseconds.

    Raises: ValueError, PydanticCustomError.
    """
    if isinstance(value, str):
        return to_milliseconds(_read(value))
    if not isinstance(value, datetime):
        raise PydanticCustomError("datetime_type", "Must be a string: an RFC 3339 time with an offset.")
    if value.tzinfo is None:
        raise PydanticCustomError("timezone_aware", "Must have an offset.")
    return to_milliseconds(value)


def _read(text: str) -> datetime:
    found = _RFC3339.fullmatch(text)
    if found and found[1]:
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            raise PydanticCustomError("datetime_parsing", "Must be an existing date and time.") from None
    if found:
        raise PydanticCustomError("timezone_aware", "Must end with an offset, such as Z or -07:00.")
    if _LOST_PLUS.fullmatch(text):
        raise PydanticCustomError(
            "datetime_parsing", "The + of the offset must be encoded as %2B in a query. Encode it, or use Z."
        )
    raise PydanticCustomError(
        "datetime_parsing", "Must be an RFC 3339 time with an offset, such as 2026-04-24T17:42:11Z."
    )


Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in a model: any RFC 3339 offset in, UTC with milliseconds out."""
