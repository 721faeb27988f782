"""The evidence of a classification: the sentence of the transcript that speaks most for it, word by word."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from eal.ai.classification import Evidence
from eal.ai.engines.embedded import ngrams, relevance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eal.ai.engines.embedded.calls.reading import Reading
    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.ngrams import Block
    from eal.ai.engines.embedded.relevance import Exchange

MAX_QUOTE_CHARACTERS = 240

type Score = Callable[[tuple[Block, ...]], float]
"""Score of n-grams for a class: the higher, the more they speak for it."""


def of_exchange(field: str, exchange: Exchange, read: Reading, score: Score) -> Evidence:
    """The sentence of the exchange that speaks most for the class; the caller's, if the caller says anything."""
    sentences = [
        list(group)
        for _, group in groupby(
            exchange.caller or exchange.agent, key=lambda clause: (clause.turn, clause.sentence_id)
        )
    ]
    return _quoted(field, max(sentences, key=lambda sentence: score(ngrams.of_clauses(sentence))), read)


def of_sentence(field: str, clauses: Sequence[Clause], read: Reading) -> Evidence:
    """A sentence, or the caller's reply if it affirmed a question of the agent."""
    confirmed = next((clause.confirmed for clause in clauses if clause.confirmed is not None), None)
    if confirmed is not None:
        turn, start, end = confirmed
        return Evidence(field, _cut(read.turns[turn].text[start:end]), turn)
    return _quoted(field, clauses, read)


def _quoted(field: str, clauses: Sequence[Clause], read: Reading) -> Evidence:
    # Filler words may divide a sentence into several spans.
    span = max(relevance.spans(clauses, read.turns), key=lambda span: span.end - span.start)
    return Evidence(field, _cut(read.turns[span.turn].text[span.start : span.end]), span.turn)


def _cut(text: str) -> str:
    if len(text) <= MAX_QUOTE_CHARACTERS:
        return text
    cut = text[: MAX_QUOTE_CHARACTERS + 1]
    return cut[: cut.rfind(" ")] if " " in cut.strip() else cut[:MAX_QUOTE_CHARACTERS]
