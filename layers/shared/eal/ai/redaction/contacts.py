"""E-mail addresses and street addresses, written and spoken."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.ai.redaction.tokens import Number, Token

_TOP_LEVEL = frozenset(
    {"com", "net", "org", "edu", "gov", "us", "co", "io", "biz", "info", "me", "mil", "example"}
)
_MAX_DOMAIN_WORDS = 5
_MAX_LOCAL_WORDS = 12
# Words that end the local part of a spoken address, going backwards from "at".
_BEFORE_EMAIL = frozenset(
    {
        "is", "it's", "its", "email", "mail", "address", "to", "that's", "thats", "me", "yeah", "yes", "uh", "um",
        "okay", "ok", "sure", "so", "the", "my", "try", "use", "be", "would", "again", "es", "correo", "arroba",
    }
)  # fmt: skip
_AT = frozenset({"at", "arroba"})
_DOT = frozenset({"dot", "punto", "period", "point"})

_STREETS = frozenset(
    {
        "street", "st", "avenue", "ave", "av", "road", "rd", "lane", "ln", "drive", "dr", "court", "ct",
        "boulevard", "blvd", "way", "place", "pl", "circle", "cir", "terrace", "ter", "parkway", "pkwy", "trail",
        "trl", "loop", "pike", "turnpike", "highway", "hwy", "square", "alley", "row", "run", "crescent", "cove",
        "crossing", "path", "spur", "plaza", "ridge", "hollow", "bend", "point", "landing", "broadway", "camino",
        "calle",
    }
)  # fmt: skip
_ROADS = frozenset(
    {"highway", "hwy", "route", "county", "state", "fm", "interstate", "calle", "avenida", "camino"}
)
_UNITS = frozenset({"apartment", "apt", "unit", "suite", "ste", "lot", "room", "number", "apartamento"})
_MAX_STREET_WORDS = 4
_MAX_HOUSE_DIGITS = 6
_MIN_SPOKEN_HOUSE_DIGITS = 2
"""Spoken numbers of one digit count things more often than houses: "two roof leaks", "one more point"."""
_NAMED_STREET_DIGITS = range(3, 6)
# After a number, these begin a quantity, a time or the rest of the sentence, not the name of a street.
_NOT_STREETS = frozenset(
    {
        "inch", "inches", "foot", "feet", "room", "rooms", "day", "days", "hour", "hours", "minute", "minutes",
        "week", "weeks", "month", "months", "year", "years", "percent", "people", "units", "floors", "gallons",
        "dollars", "bucks", "of", "or", "and", "to", "in", "is", "was", "were", "by", "on", "at", "the", "a", "my",
        "times", "miles", "blocks", "guys", "am", "pm", "o'clock", "kids", "square", "bedroom", "bedrooms", "bath",
        "story", "stories", "i", "we", "it", "that", "this", "with", "from", "for",
    }
)  # fmt: skip
_ADDRESS_ENDS = frozenset(
    {"in", "near", "off", "by", "just", "and", "right", "it's", "its", "but", "so", "here", "the"}
)


@cache
def _written_email() -> re.Pattern[str]:
    return re.compile(r"[^\W_][\w.%+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


def written_emails(text: str) -> Iterator[tuple[int, int]]:
    """The spans of written e-mail addresses."""
    for match in _written_email().finditer(text):
        yield match.span()


def spoken_emails(text: str, words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The spans of addresses such as "dana dot ruiz at harbor hotel dot com"."""
    for index, word in enumerate(words[:-1]):
        if word.key not in _DOT or words[index + 1].key not in _TOP_LEVEL:
            continue
        at = next(
            (i for i in range(index - 1, max(-1, index - 2 - _MAX_DOMAIN_WORDS), -1) if words[i].key in _AT),
            None,
        )
        if at is None:
            continue
        first = at
        while first > 0 and at - first < _MAX_LOCAL_WORDS and _joins(text, words[first - 1], words[first]):
            if words[first - 1].key in _BEFORE_EMAIL:
                break
            first -= 1
        yield words[first].start, words[index + 1].end


def _joins(text: str, before: Token, after: Token) -> bool:
    """Whether the words belong to one phrase: a sentence's end or a new line separates them."""
    return (
        not re.search(r"[.?!:\n]\s", text[before.end : after.start] + " ")
        and "\n" not in text[before.end : after.start]
    )


def addresses(
    text: str, words: Sequence[Token], found: Sequence[Number], *, requested: bool
) -> Iterator[tuple[int, int]]:
    """The spans of street addresses. `requested`: the agent requested one, so that a street needs no "Street"."""
    for number in found:
        spoken = not text[number.start].isdecimal()
        if len(number.digits) > _MAX_HOUSE_DIGITS or (
            spoken and len(number.digits) < _MIN_SPOKEN_HOUSE_DIGITS
        ):
            continue
        last = _street_end(text, words, number.last + 1)
        if last is None and not spoken:
            last = _name_end(text, words, number)
        if last is None and requested:
            last = _answer_end(text, words, number.last + 1)
        if last is not None:
            yield number.start, words[_unit_end(words, last)].end


def _street_end(text: str, words: Sequence[Token], at: int) -> int | None:
    """The index of the word that ends the street, if a street's name follows the house number."""
    for index in range(at, min(len(words), at + _MAX_STREET_WORDS + 1)):
        key = words[index].key
        if (
            not _joins(text, words[index - 1], words[index])
            or "," in text[words[index - 1].end : words[index].start]
        ):
            return None
        if key in _ROADS and index + 1 < len(words) and (words[index + 1].key.isdecimal() or index > at):
            return index + 1
        if key in _ROADS and index + 2 < len(words) and words[index + 1].key in ("road", "highway", "route"):
            return index + 2
        if key in _STREETS and (index > at or key == "broadway"):
            goes_on = index + 1 < len(words) and words[index + 1].key in _STREETS  # Birch Hollow Trail
            return index + 1 if goes_on and _joins(text, words[index], words[index + 1]) else index
        if key in _NOT_STREETS and not (index == at and text[words[index].start].isupper()):
            return None
    return None


def _name_end(text: str, words: Sequence[Token], number: Number) -> int | None:
    """The index of the word that ends a street without "Street": "2207 Cactus Wren, Yuma". A year is no house."""
    if len(number.digits) not in _NAMED_STREET_DIGITS or number.digits[:2] in ("19", "20"):
        return None
    last = number.last
    while last + 1 < len(words) and last - number.last < _MAX_STREET_WORDS:
        gap = text[words[last].end : words[last + 1].start]
        if gap not in (" ", ". ") or not text[words[last + 1].start].isupper():
            break
        last += 1
    ends = text[words[last].end : words[last].end + 1] in (",", ".", "")
    return last if ends and last > number.last else None


def _answer_end(text: str, words: Sequence[Token], at: int) -> int | None:
    last = None
    for index in range(at, min(len(words), at + _MAX_STREET_WORDS)):
        gap = text[words[index - 1].end : words[index].start]
        if words[index].key in _ADDRESS_ENDS | _NOT_STREETS or re.search(r"[,;.?!\n]", gap):
            break
        last = index
    return last


def _unit_end(words: Sequence[Token], last: int) -> int:
    """The last word of "apartment 4 B" after a street; `last` if no unit follows."""
    if last + 2 < len(words) and words[last + 1].key in _UNITS:
        is_letter = last + 3 < len(words) and len(words[last + 3].key) == 1
        return last + 3 if is_letter and words[last + 2].key.isdecimal() else last + 2
    return last
