"""What vendors say, read loosely: their bodies are documented in part, and change without a word."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr

from eal.core.clock import to_milliseconds
from eal.core.contact import email_address
from eal.core.json import Json

type Body = Mapping[str, Json]

LONGEST_TEXT = 500


def clean(text: str) -> str:
    """Without the halves of surrogate pairs that JSON can spell and nothing can store."""
    return text.encode(errors="ignore").decode().strip()


def member(body: Body, name: str) -> Body:
    """The object under a name; an empty one where there is none."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def members(body: Body, name: str) -> list[Body]:
    """The objects in the list under a name."""
    value = body.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(body: Body, name: str, longest: int = LONGEST_TEXT) -> str | None:
    """A text that says something, cut to a length."""
    value = body.get(name)
    return clean(value)[:longest] or None if isinstance(value, str) else None


def addresses(body: Body, name: str, most: int = 50) -> tuple[str, ...]:
    """The mail addresses under a name, one or many, without their display names."""
    value = body.get(name)
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    found = (email_address(parseaddr(clean(one))[1]) for one in listed if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in found if one))[:most]


def moment(body: Body, name: str) -> datetime | None:
    """A time in any spelling of ISO 8601; UTC where it names no zone."""
    said = text(body, name)
    try:
        at = datetime.fromisoformat(said or "")
        return to_milliseconds(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def unix(body: Body, name: str) -> datetime | None:
    """A time in Unix seconds."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return to_milliseconds(datetime.fromtimestamp(value, UTC))
    except (ValueError, OverflowError, OSError):
        return None
