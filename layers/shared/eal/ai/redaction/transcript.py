"""The redaction of a transcript: payment cards, social security and phone numbers, e-mail and street addresses, names.

Redaction replaces each letter and digit by an asterisk and keeps the length, so that the position of a quote in the
transcript is also its position in the redacted text.

The recogniser follows the conversation: a number after "your social?" is a social security number although it is said
in pieces. It prefers to redact too much. `tests/eal/ai/redaction` measures its recall.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.redaction import contacts, names, numbers
from eal.ai.redaction.tokens import numbers as numbers_in
from eal.ai.redaction.tokens import spelled, tokens
from eal.ai.transcript import MAX_CHARACTERS, MAX_TURNS, labels, located

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eal.ai.redaction.numbers import Topic
    from eal.ai.redaction.tokens import Token
    from eal.ai.transcript import Turn

type Kind = Literal["card", "ssn", "phone", "email", "address", "name"]

_MIN_SPELLED = 4
_MIN_SPELLED_IF_REQUESTED = 2
_TOPIC_TURNS = 6
"""Turns after a question in which its answer may still go on: the agent repeats each piece."""
_NAME_TURNS = 2
"""Turns after a question for a name, which is said at once."""
_GREETING_TURNS = 3
"""Turns in which people say who they are."""
_CHARACTERS_BEFORE = 60
"""Characters before a number that can name its kind."""


@dataclass(frozen=True, slots=True, order=True)
class MaskedSpan:
    """Personal data at `text[start:end]`."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Redacted:
    """The redacted text, of the same length, and what was redacted: spans in order that do not overlap.

    `turns` are those of the transcript, redacted. `parse(text)` may differ, because labels are redacted too.
    """

    text: str
    spans: tuple[MaskedSpan, ...]
    turns: tuple[Turn, ...]


def redact(text: str, *, known_names: Iterable[str] = ()) -> Redacted:
    """The transcript without personal data. `known_names` are names of its people from elsewhere, such as caller ID.

    Text beyond the limits of `parse` is dropped, because it is not searched.
    """
    places = tuple(located(text))
    text = _searched(text, places)
    spans = _without_overlaps(find(text, known_names=known_names))
    masked = _masked(text, spans)
    turns = tuple(replace(turn, text=masked[start : start + len(turn.text)]) for turn, start in places)
    return Redacted(masked, spans, turns)


def find(text: str, *, known_names: Iterable[str] = ()) -> list[MaskedSpan]:
    """All personal data; spans may overlap."""
    found: list[MaskedSpan] = []
    topics: frozenset[Topic] = frozenset()
    turns_left = 0
    for start, end in labels(text):
        found += (MaskedSpan(first, last, "name") for first, last in names.in_label(text, start, end))
    for turn, start in located(text):
        end = start + len(turn.text)
        requested: frozenset[Topic] = topics if turns_left > 0 else frozenset()
        if turn.speaker == "agent" or turns_left <= _TOPIC_TURNS - _NAME_TURNS:
            requested -= {"name"}
        found += _in_turn(text, start, end, requested)
        if turn.index < _GREETING_TURNS:
            found += (MaskedSpan(first, last, "name") for first, last in names.greeted(text, start, end))
        turns_left -= 1
        if turn.speaker != "caller" and (about := _topics_of(turn.text)):
            topics, turns_left = about, _TOPIC_TURNS
    said = [text[span.start : span.end] for span in found if span.kind == "name"]
    words = {word for name in said for word in re.findall(r"[^\W\d_]{2,}", name)}
    words |= {word for name in known_names for word in names.words_of(name)}
    return found + [MaskedSpan(start, end, "name") for start, end in names.mentions(text, words)]


def _searched(text: str, places: Sequence[tuple[Turn, int]]) -> str:
    if len(places) < MAX_TURNS:
        return text[:MAX_CHARACTERS]
    last, start = places[-1]
    return text[: start + len(last.text)]


def _in_turn(text: str, start: int, end: int, requested: frozenset[Topic]) -> Iterator[MaskedSpan]:
    words = tokens(text, start, end)
    found = numbers_in(text, words)
    for number in found:
        announced = _topics_of(text[max(start, number.start - _CHARACTERS_BEFORE) : number.start])
        kind = numbers.kind_of(number, text, announced=announced, requested=requested)
        if kind in ("card", "ssn", "phone"):
            yield from _contact(text, start, MaskedSpan(number.start, number.end, kind))
    for first, last in numbers.written_phones(text, start, end):
        yield from _contact(text, start, MaskedSpan(first, last, "phone"))
    for first, last in contacts.written_emails(text[start:end]):
        yield MaskedSpan(start + first, start + last, "email")
    for first, last in contacts.spoken_emails(text, words):
        yield MaskedSpan(first, last, "email")
    for first, last in contacts.addresses(text, words, found, requested="address" in requested):
        yield from _contact(text, start, MaskedSpan(first, last, "address"))
    yield from _names(text, start, end, words, requested)


def _contact(text: str, start: int, span: MaskedSpan) -> Iterator[MaskedSpan]:
    """A phone number or an address, and the name directly before it."""
    yield span
    for first, last in names.before_contact(text, start, span.start):
        yield MaskedSpan(first, last, "name")


def _names(
    text: str, start: int, end: int, words: list[Token], requested: frozenset[Topic]
) -> Iterator[MaskedSpan]:
    for first, last in (
        *names.introduced(text, start, end),
        *names.alone(text, start, end),
        *names.given(text, words),
    ):
        yield MaskedSpan(first, last, "name")
    if "name" in requested:
        for first, last in names.answered(text, start, end):
            yield MaskedSpan(first, last, "name")
    least = _MIN_SPELLED_IF_REQUESTED if requested & {"name", "email", "address"} else _MIN_SPELLED
    for letters, first, last in spelled(text, words):
        if letters >= least:
            yield MaskedSpan(first, last, "name")


@cache
def _topics() -> tuple[tuple[Topic, re.Pattern[str]], ...]:
    patterns: dict[Topic, str] = {
        "card": r"(?:credit|debit) card|(?:the|your|my|that) card|card (?:number|is)|visa|mastercard|amex|expir\w+"
        r"|c ?v ?v|security code|tarjeta",
        "ssn": r"social|ssn|s s n|seguro social",
        "email": r"e-?mail|correo",
        "phone": r"phone|cell|mobile|call ?back|reach (?:you|me|us|him|her)|call (?:me|us|you|him|her)|dial"
        r"|(?:best|good|my|your|the|contact|home|work|his|her) number|text (?:me|us|you)|tel[e\u00e9]fono",
        "address": r"address|street|where (?:are you|is (?:it|this|the)|do you live|'s the)|located|direcci\w+",
        "name": r"name|spell|who(?:'s| is| am i)|nombre",
    }
    return tuple((topic, re.compile(rf"\b(?:{words})\b")) for topic, words in patterns.items())


def _topics_of(text: str) -> frozenset[Topic]:
    """The topics that the text asks for or names."""
    lower = text.lower()
    return frozenset(topic for topic, pattern in _topics() if pattern.search(lower))


def _without_overlaps(spans: list[MaskedSpan]) -> tuple[MaskedSpan, ...]:
    """The spans in order; overlapping ones are joined under the kind of the first and longest."""
    joined: list[MaskedSpan] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if joined and span.start < joined[-1].end:
            joined[-1] = MaskedSpan(joined[-1].start, max(joined[-1].end, span.end), joined[-1].kind)
        else:
            joined.append(span)
    return tuple(joined)


def _masked(text: str, spans: tuple[MaskedSpan, ...]) -> str:
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], re.sub(r"[^\W_]", "*", text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])
