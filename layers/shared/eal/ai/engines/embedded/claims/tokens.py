"""The tokens of a text with their places, and the numbers among them, in digits and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_VULGAR = {
    "½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3),
    "⅛": Fraction(1, 8), "⅜": Fraction(3, 8), "⅝": Fraction(5, 8), "⅞": Fraction(7, 8),
}  # fmt: skip
_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000}
_PARTS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
_MAX_NUMBER_WORDS = 12
"""A number in words that is longer is no measure; without a limit, a text of number words takes quadratic time."""

_TOKEN = re.compile(
    r"(?P<newline>\n)"
    r"|(?P<column>(?<!\.)\.{3,}(?=[^\s.])|(?<=[^\s|])(?:\t+| {3,})(?=[^\s|]))"  # between the columns of a list
    r"|(?P<joined>\b(?:r ?& ?r|d ?& ?r|r/r|d/r|m&r|w/o?(?!\w))|\b(?:m|ft|in)(?:2\b|²|\^2)|\ba/c\b)"
    r"|(?P<ordinal>\d{1,2}(?:st|nd|rd|th)\b)"
    r"|(?P<digits>\d{8,})"  # an identifier, not a measure
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d{1,7})?|\d{1,7},\d{1,3}(?=\s{0,2}(?:m2|m\u00b2|m\^2|m"
    r"|cm|mm|sqm|sq|meters?|metres?)\b)"
    r"|\d{1,7}(?:\.\d{1,7})?|\.\d{1,7})"
    r"|(?P<vulgar>[½¼¾⅓⅔⅛⅜⅝⅞])"
    r"|(?P<mark>''|\u2032\u2032|\u2019\u2019|\u2018\u2018|[\"\u2033\u201d\u201c\u201e\u201f\uff02]"
    r"|['\u2032\u2019\u2018\u02b9\u02bc\uff07])"
    r"|(?P<word>[^\W\d_]+(?:['\u2019](?:s|t|re|ll|ve|d)\b)?)"
    r"|(?P<other>\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NoteToken:
    """`text` is in lower case, with straight apostrophes. `start` and `end` are its place in the source."""

    kind: str
    text: str
    start: int
    end: int
    capital: bool = False


def tokens(text: str) -> list[NoteToken]:
    found = []
    for match in _TOKEN.finditer(text):
        raw = match[0]
        kind = match.lastgroup or "other"
        if kind == "column":
            found.append(NoteToken("other", "|", match.start(), match.end()))
            continue
        lowered = raw.lower().replace("\u2019", "'") if kind == "word" else raw.lower()
        found.append(NoteToken(kind, lowered, match.start(), match.end(), raw[0].isupper()))
    return found


def text_at(sequence: Sequence[NoteToken], at: int) -> str:
    """The text of a token, or nothing beyond the ends."""
    return sequence[at].text if 0 <= at < len(sequence) else ""


def kind_at(sequence: Sequence[NoteToken], at: int) -> str:
    return sequence[at].kind if 0 <= at < len(sequence) else ""


def number(sequence: Sequence[NoteToken], at: int) -> tuple[Fraction, int] | None:
    """The number that begins at a token, and the index after it: 12, 12.5, 12 1/2, 12-1/2, ½, "twenty-two", "twelve
    and a half", "three hundred fifty two".
    """
    found = _digits(sequence, at) if kind_at(sequence, at) in ("number", "vulgar") else _words(sequence, at)
    if found is None:
        return None
    value, after = found
    if text_at(sequence, after) == "and" and text_at(sequence, after + 1) == "a":
        part = _PARTS.get(text_at(sequence, after + 2))
        if part is not None:
            return value + part, after + 3
    return value, after


def _digits(sequence: Sequence[NoteToken], at: int) -> tuple[Fraction, int]:
    token = sequence[at]
    if token.kind == "vulgar":
        return _VULGAR[token.text], at + 1
    value = _value(token.text)
    if quotient := _fraction(sequence, at):
        return quotient
    whole = "." not in token.text and "," not in token.text
    after = at + 1
    if kind_at(sequence, after) == "vulgar":
        return value + _VULGAR[sequence[after].text], after + 1
    if whole:
        for skipped in (0, 1):
            if skipped and text_at(sequence, after) not in ("-", "\u2013"):
                break
            part = _fraction(sequence, after + skipped)
            if part is not None and part[0] < 1:
                return value + part[0], part[1]
    return value, after


def _value(text: str) -> Fraction:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return Fraction(text.replace(",", ""))
    return Fraction(text.replace(",", "."))


def _fraction(sequence: Sequence[NoteToken], at: int) -> tuple[Fraction, int] | None:
    """A numerator, a slash and a denominator, without spaces."""
    if not (
        kind_at(sequence, at) == kind_at(sequence, at + 2) == "number"
        and text_at(sequence, at + 1) in ("/", "\u2044")
        and sequence[at].end == sequence[at + 1].start
        and sequence[at + 1].end == sequence[at + 2].start
    ):
        return None
    above, below = sequence[at].text, sequence[at + 2].text
    if not (above.isdigit() and below.isdigit() and len(below) <= 3 and int(below)):
        return None
    return Fraction(int(above), int(below)), at + 3


def _words(sequence: Sequence[NoteToken], at: int) -> tuple[Fraction, int] | None:
    if text_at(sequence, at) in ("a", "one") and text_at(sequence, at + 1) in _SCALES:
        total, group, index = 0, 1, at + 1
    elif text_at(sequence, at) in _ONES or text_at(sequence, at) in _TENS:
        total, group, index = 0, 0, at
    else:
        return None
    expects_one = False
    while index < min(len(sequence), at + _MAX_NUMBER_WORDS):
        word = sequence[index].text
        if word in _TENS and group % 100 == 0 and not expects_one:
            group, expects_one = group + _TENS[word], True
        elif word in _ONES and (
            (expects_one and 0 < _ONES[word] < 10) or (group % 100 == 0 and not expects_one)
        ):
            group, expects_one = group + _ONES[word], False
            index += 1
            if text_at(sequence, index) not in _SCALES:
                break
            continue
        elif word in _SCALES and 0 < group < 1000:
            total, group, expects_one = (
                (total + group * 1000, 0, False) if word == "thousand" else (total, group * 100, False)
            )
        elif not (word == "-" and expects_one and _ONES.get(text_at(sequence, index + 1), 0) in range(1, 10)):
            break
        index += 1
        if (
            word in _SCALES
            and text_at(sequence, index) == "and"
            and text_at(sequence, index + 1) in (*_TENS, *_ONES)
        ):
            index += 1
    return Fraction(total + group), index
