"""Lenient readers of vendors' JSON: it is partly documented and changes without notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr

from eal.core.characters import without_reordering
from eal.core.clock import to_milliseconds
from eal.core.contact import email_address
from eal.core.json import Json

type Body = Mapping[str, Json]

MAX_TEXT_CHARACTERS = 500


def clean(text: str) -> str:
    """The stripped text without lone surrogates, which JSON can express and UTF-8 cannot, and without what hides or
    reorders it.
    """
    return without_reordering(text.encode(errors="ignore").decode()).strip()


def member(body: Body, name: str) -> Body:
    """The object under a name; empty if there is none."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def members(body: Body, name: str) -> list[Body]:
    """The objects in the list under a name."""
    value = body.get(name)
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def text(body: Body, name: str, max_characters: int = MAX_TEXT_CHARACTERS) -> str | None:
    """The text under a name, truncated; None if it is empty."""
    value = body.get(name)
    return clean(value)[:max_characters] or None if isinstance(value, str) else None


def addresses(body: Body, name: str, max_addresses: int = 50) -> tuple[str, ...]:
    """The e-mail addresses under a name, a text or a list of texts, without display names."""
    value = body.get(name)
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    found = (email_address(parseaddr(clean(entry))[1]) for entry in listed if isinstance(entry, str))
    return tuple(dict.fromkeys(filter(None, found)))[:max_addresses]


def moment(body: Body, name: str) -> datetime | None:
    """A time in any format of ISO 8601; UTC if it has no offset."""
    try:
        at = datetime.fromisoformat(text(body, name) or "")
        return to_milliseconds(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def unix_time(body: Body, name: str) -> datetime | None:
    """A time in Unix seconds."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return to_milliseconds(datetime.fromtimestamp(value, UTC))
    except (ValueError, OverflowError, OSError):
        return None
