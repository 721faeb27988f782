"""The Retry-After header (RFC 9110, 10.2.3) of a receiver or a vendor."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from eal.core import clock

_MAX_DIGITS = 10
"""Maximum number of digits of the seconds: more than anybody waits."""


def seconds(header: str | None) -> float | None:
    """The seconds until the time in the header, which is in seconds or a date; None if it is neither."""
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:_MAX_DIGITS])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now()).total_seconds())
