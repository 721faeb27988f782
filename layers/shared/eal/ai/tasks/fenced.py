"""A transcript as a model service sees it: without personal data and instructions, and fenced as data.

Each turn keeps its length until it is shown, so that a quote from it points at the original words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language import clauses
from eal.ai.engines.embedded.language.wording import plain
from eal.ai.redaction.transcript import redact
from eal.ai.transcript import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eal.ai.transcript import Turn

REMOVED = "\x1f"
SHOWN_REMOVED = " [removed] "
HARMLESS = str.maketrans("<>[]", "\u2039\u203a()")
"""Nothing that a caller says can look like the end of the fence, or like the number of a turn."""


@dataclass(frozen=True, slots=True)
class FencedTranscript:
    """`masked` has the text of each turn in `turns`, of the same length."""

    turns: tuple[Turn, ...]
    masked: tuple[str, ...]

    def shown(self) -> str:
        """One line for each turn, between tags."""
        lines = [
            f"[{turn.index}] {turn.speaker}: {_one_line(text)}"
            for turn, text in zip(self.turns, self.masked, strict=True)
        ]
        return "\n".join(["<transcript>", *lines, "</transcript>"])

    def find(self, quote: str, turn: int) -> tuple[int, str] | None:
        """The turn that contains the quote, and its words there; `turn` is where it should be.

        Case and white space may differ. None if no turn contains it.
        """
        for number in sorted(range(len(self.turns)), key=lambda number: number != turn):
            if span := span_of(quote, self.masked[number]):
                return number, self.turns[number].text[slice(*span)]
        return None


def span_of(quote: str, masked: str) -> tuple[int, int] | None:
    """The position of a quote's words in a masked text. Case and white space may differ."""
    words = quote.translate(HARMLESS).split()
    if not words or not any(letter.isalnum() for letter in quote):
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), masked, re.IGNORECASE)
    return found.span() if found else None


def fenced(text: str, known_names: Iterable[str] = ()) -> FencedTranscript:
    """`known_names` are names of its people from elsewhere, such as caller ID."""
    turns = parse(text)
    spoken = [turn.text for turn in redact(text, known_names=known_names).turns]
    speech = clauses.split(turns)
    if speech.instructed or len(speech.clauses) >= clauses.MAX_CLAUSES:
        kept: dict[int, list[tuple[int, int]]] = {turn.index: [] for turn in turns}
        for clause in speech.clauses:
            kept[clause.turn].append(clause.source)
        spoken = [_without(text, kept[turn.index]) for turn, text in zip(turns, spoken, strict=True)]
    return FencedTranscript(turns, tuple(text.translate(HARMLESS) for text in spoken))


def _without(text: str, kept: Sequence[tuple[int, int]]) -> str:
    """The turn without what is in no clause. Fillers and punctuation, which are in none either, remain."""
    for start, end in _gaps(len(text), kept):
        if plain(text[start:end]).text.strip(" .,?!"):
            text = text[:start] + REMOVED * (end - start) + text[end:]
    return text


def _gaps(length: int, kept: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in sorted(kept):
        if start > at:
            yield at, start
        at = max(at, end)
    if at < length:
        yield at, length


def _one_line(text: str) -> str:
    return " ".join(re.sub(f"{REMOVED}+", SHOWN_REMOVED, text).split())
