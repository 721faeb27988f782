"""What a receiver or a vendor says of when to ask again."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from eal.core import clock

_MOST_DIGITS = 10
"""Of the seconds that are read: more than anybody waits."""


def seconds(header: str | None) -> float | None:
    """What Retry-After says, in seconds: it is seconds, or a date. None where it says neither."""
    said = (header or "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:_MOST_DIGITS])
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now()).total_seconds())
