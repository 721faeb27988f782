"""Numbers that identify a person or an account: payment cards, social security numbers, phone numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.redaction.tokens import Number

type Topic = Literal["card", "ssn", "phone", "name", "address", "email"]
"""Subject of a question."""

_NUMBER_TOPICS: tuple[Topic, ...] = ("card", "ssn", "phone")
# The least number of digits of a part of an answer, because people say a number in pieces.
_MIN_ANSWER_DIGITS = {"card": 2, "ssn": 2, "phone": 3}
# The least number of digits that a number has which the words before it announce: "the last four of my social".
_MIN_ANNOUNCED_DIGITS = {"card": 4, "ssn": 4, "phone": 7}
_CARD_DIGITS = range(13, 20)
_SSN = re.compile(r"\d{3}[ -]\d{2}[ -]\d{4}")
_LOCAL_PHONE = re.compile(r"\d{3}[ .-]\d{4}")
_REFERENCE = re.compile(
    r"\b(?:claim|policy|invoice|job|order|reference|tracking|serial|model|case)\b[^.?!\n]{0,24}$"
)


_WRITTEN_PHONE = re.compile(r"(?<![\d-])(?:\+?1[ .-])?\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}(?!\d)")


def written_phones(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of whole written numbers, also directly after another number: "between nine and two, 601-555-0169"."""
    for match in _WRITTEN_PHONE.finditer(text, start, end):
        yield match.span()


def kind_of(
    number: Number, text: str, *, announced: frozenset[Topic], requested: frozenset[Topic]
) -> Topic | None:
    """The kind of a number; None if it is none of these kinds.

    `announced` is what the words before the number name, `requested` what the agent's question asks for.
    """
    written = text[number.start : number.end]
    digits, count = number.digits, len(number.digits)
    if _SSN.fullmatch(written):
        return "ssn"
    if count in _CARD_DIGITS and (count > 14 or _passes_luhn(digits)):
        return "card"
    for topic in _NUMBER_TOPICS:
        if topic in announced and count >= _MIN_ANNOUNCED_DIGITS[topic]:
            return topic
    for topic in _NUMBER_TOPICS:
        if topic in requested and count >= _MIN_ANSWER_DIGITS[topic]:
            return topic
    if _REFERENCE.search(text[max(0, number.start - 48) : number.start].lower()):
        return None
    if count >= 13 or _is_phone(digits) or (count == 7 and _LOCAL_PHONE.fullmatch(written)):
        return "phone"
    return None


def _is_phone(digits: str) -> bool:
    """Whether the digits have the form of a North American number: neither part begins with 0 or 1."""
    national = digits.removeprefix("1") if len(digits) == 11 else digits
    return len(national) == 10 and national[0] not in "01" and national[3] not in "01"


def _passes_luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    rest = [int(digit) for digit in digits[-1::-2]]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == -sum(rest) % 10
