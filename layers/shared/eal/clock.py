"""Time: aware UTC, to the millisecond, RFC 3339 on every wire. Tests replace `now` and nothing else."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer, WithJsonSchema


def now() -> datetime:
    """The current time in UTC, cut to milliseconds so that what is stored equals what is shown."""
    return to_milliseconds(datetime.now(UTC))


def to_milliseconds(at: datetime) -> datetime:
    """`at` in UTC without microseconds.

    Raises: ValueError for the few hours at either end of the calendar that are not in it any more in UTC.
    """
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be in the years 1 to 9999") from None
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def rfc3339(at: datetime) -> str:
    """`2026-04-24T17:42:11.314Z`: always three digits, so texts sort as times do."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse(text: str) -> datetime:
    """An RFC 3339 text as `rfc3339` writes it, or with any offset."""
    return to_milliseconds(datetime.fromisoformat(text))


Instant = Annotated[
    AwareDatetime,
    AfterValidator(to_milliseconds),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in a model: any RFC 3339 offset in, UTC with milliseconds out."""
