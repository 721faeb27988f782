"""Words, spoken numbers and spelled letters of a transcript, with their positions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7",
    "ocho": "8", "nueve": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3}
# What a recogniser writes for "two", "four" and "eight" in the middle of a number.
_HOMOPHONES = {"to": "2", "too": "2", "for": "4", "ate": "8"}
_HESITATIONS = frozenset({"uh", "um", "er", "dash", "hyphen", "dot", "then", "area", "code"})
# Between two parts of one number: "(612) 555-0144", "four one one one, one one one one".
_WITHIN_NUMBER = re.compile(r"[\s,.()/\u2013-]{0,4}")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a group of digits; `key` is its text in lower case."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """Consecutive digits, written or spoken. `first` and `last` are indexes of tokens."""

    digits: str
    start: int
    end: int
    first: int
    last: int


@cache
def _token() -> re.Pattern[str]:
    return re.compile(r"\d+|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`. Positions are those in `text`."""
    return [
        Token(match[0].lower().replace("\u2019", "'"), match.start(), match.end())
        for match in _token().finditer(text, start, end)
    ]


def numbers(text: str, words: Sequence[Token]) -> list[Number]:
    """The numbers among the words, in order. "twenty two ninety" is 2290, "double five" 55."""
    found: list[Number] = []
    index = 0
    while index < len(words):
        digits, last = _number_at(text, words, index)
        if digits:
            found.append(Number(digits, words[index].start, words[last].end, index, last))
            index = last + 1
        else:
            index += 1
    return found


def spelled(text: str, words: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
    """Spelled letters, as (letters, start, end): "M A R T I N", "K as in kite, O, R"."""
    index = 0
    while index < len(words):
        letters, last, at = 0, index, index
        while at < len(words) and len(words[at].key) == 1 and words[at].key.isalpha():
            if letters and not _WITHIN_NUMBER.fullmatch(text, words[at - 1].end, words[at].start):
                break
            letters, last, at = letters + 1, at, at + 1
            if [word.key for word in words[at : at + 2]] == ["as", "in"] and at + 2 < len(words):
                last, at = at + 2, at + 3
        if letters > 1 or last > index:
            yield letters, words[index].start, words[last].end
        index = max(last, index) + 1


def _number_at(text: str, words: Sequence[Token], index: int) -> tuple[str, int]:
    """The digits of the number that begins at `index`, and its last token; no digits if none begins there."""
    digits, last, at = "", index, index
    while at < len(words):
        if digits and not _WITHIN_NUMBER.fullmatch(text, words[at - 1].end, words[at].start):
            break
        part, used = _part_at(words, at, inside=bool(digits))
        if part:
            digits, last, at = digits + part, at + used - 1, at + used
        elif digits and words[at].key in _HESITATIONS:
            at += 1
        else:
            break
    if digits and all(words[i].key in ("o", "oh") for i in range(index, last + 1)):
        return "", index
    return digits, last


def _part_at(words: Sequence[Token], at: int, *, inside: bool) -> tuple[str, int]:
    key = words[at].key
    following = words[at + 1].key if at + 1 < len(words) else ""
    if key.isdecimal():
        return key, 1
    if key in _TEENS:
        return _TEENS[key], 1
    if key in _TENS:
        unit = _DIGITS.get(following, "0")
        return _TENS[key] + unit, 1 if unit == "0" else 2
    if key in _REPEATS and following in _DIGITS:
        return _DIGITS[following] * _REPEATS[key], 2
    if key in _DIGITS:
        if following == "hundred":
            return _DIGITS[key] + "00", 2
        if following == "thousand":
            return _DIGITS[key] + "000", 2
        return _DIGITS[key], 1
    if (
        inside
        and key in _HOMOPHONES
        and (following in _DIGITS or following in _TENS or following.isdecimal())
    ):
        return _HOMOPHONES[key], 1
    return "", 0
