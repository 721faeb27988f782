"""Ids: TypeIDs (`lead_` + 26 lower-case base32 characters of a UUIDv7), so ids sort by creation.

Specifications: RFC 9562 section 5.7 and https://github.com/jetify-com/typeid (version 0.3).
"""

import hashlib
import re
import secrets
import threading
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_SHAPE = re.compile(r"[a-z_]{1,32}_[0-7][0-9a-hjkmnp-tv-z]{25}")
_RANDOM_BITS = 74
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_REMEMBERED = 64
_MAX_CHARACTERS_SHOWN = 64
"""Maximum length of an id in an error message: more than the 59 of the longest id that `_SHAPE` allows."""
_lock = threading.Lock()
_last: dict[int, int] = {}
"""The last random part used in each of the latest milliseconds."""


def new(prefix: str, at: datetime) -> str:
    """A new id. Within a process and a millisecond ids rise, so the items of a transaction keep their order.

    That holds while other threads make ids for other moments, as the parallel records of a batch do.
    """
    ms = _milliseconds(at)
    with _lock:
        if ms in _last:
            _last[ms] += 1 + secrets.randbits(32)
        else:
            _last[ms] = secrets.randbits(_RANDOM_BITS - 1)
            if len(_last) > _MAX_REMEMBERED:
                del _last[next(iter(_last))]
        return _format(prefix, ms, _last[ms])


def derived(prefix: str, origin: str, *parts: str) -> str:
    """An id derived from `origin` (an id) and `parts`: the same for the same input, with the time of `origin`.

    A consumer that runs twice derives the same ids, so its second run finds the items of the first.
    """
    digest = hashlib.sha256("\0".join((prefix, origin, *parts)).encode()).digest()
    return _format(prefix, _milliseconds(created_at(origin)), int.from_bytes(digest[:10]) >> 6)


def is_id(prefix: str, text: str) -> bool:
    """Whether `text` has the shape of an id with this prefix."""
    return text.startswith(f"{prefix}_") and len(text) == len(prefix) + 27 and bool(_SHAPE.fullmatch(text))


def shown(text: str) -> str:
    """An unknown id as an error message repeats it: whole, unless it is too long to be one."""
    return text[:_MAX_CHARACTERS_SHOWN]


def created_at(text: str) -> datetime:
    """The time of the id, in milliseconds."""
    value = 0
    for character in text[-26:]:
        value = value << 5 | _VALUE[character]
    return _EPOCH + timedelta(milliseconds=value >> 80)


def lowest(prefix: str, at: datetime) -> str:
    """The lowest id possible at `at`: the bound of a range by creation time."""
    return _format(prefix, max(0, _milliseconds(at)), 0)


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _format(prefix: str, ms: int, random: int) -> str:
    high, low = random >> 62 & 0xFFF, random & (1 << 62) - 1
    value = ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    return f"{prefix}_" + "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
