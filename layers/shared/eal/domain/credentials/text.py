"""The text of a credential: a prefix, 190 random bits and a checksum. Only its SHA-256 is stored."""

import hashlib
import re
import secrets
from typing import Literal
from zlib import crc32

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"(eal_(?:live|test|session)_[0-9A-Za-z]{32})([0-9A-Za-z]{6})")

SESSION_PREFIX = "eal_session_"


def new_text(kind: Literal["live", "test", "session"]) -> str:
    """A new credential: 190 random bits and a checksum."""
    body = f"eal_{kind}_" + "".join(secrets.choice(_BASE62) for _ in range(32))
    return body + checksum(body)


def checksum(body: str) -> str:
    """Six base62 digits of CRC32, most significant first: typing errors and random guesses cost no database call."""
    value, digits = crc32(body.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = _BASE62[digit] + digits
    return digits


def is_well_formed(text: str) -> bool:
    match = _SHAPE.fullmatch(text)
    return match is not None and checksum(match[1]) == match[2]


def fingerprint(text: str) -> str:
    """The hash under which a credential is stored. SHA-256 is enough for 190 random bits; a slow hash would only cost
    time."""
    return hashlib.sha256(text.encode()).hexdigest()
