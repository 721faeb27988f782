"""The sentences of a call in windows: texts of at most `WINDOW_TOKENS`, in which each sentence has what was said around
it. The danger reader reads them, and is trained on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from eal.ai.engines.embedded import relevance

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from eal.ai.engines.embedded.calls.reading import Reading
    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.unigram import UnigramTokenizer

BODY_TOKENS = 144
"""Maximum size of the sentences that a window is read for."""
CONTEXT_TOKENS = 32
"""Maximum size of what was said before them, and of what was said after them."""
PART_TOKENS = 72
"""Maximum size of a part; a longer sentence has several. A recogniser may leave out all punctuation."""
MAX_CALL_TOKENS = 16_000
"""Maximum size of what is read of a call. The longest transcript that the API accepts has fewer, if it is speech."""
_PREFIX = "query:"
"""Prefix with which the encoder was trained to read a text."""
_AGENT, _CALLER = "A:", "C:"
_LABEL_TOKENS = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one speaker between two full stops, without instructions to the software."""

    clauses: tuple[Clause, ...]
    text: str
    by_agent: bool

    @property
    def turn(self) -> int:
        return self.clauses[0].turn


@dataclass(frozen=True, slots=True)
class Part:
    """The tokens of a sentence, or of a part of a long one. `sentence` is its position in the call."""

    sentence: int
    by_agent: bool
    turn: int
    tokens: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of tokens with those of a label."""
        return len(self.tokens) + _LABEL_TOKENS


@dataclass(frozen=True, slots=True)
class Window:
    """Ids of tokens, and of each part that the window is read for the sentence and its first and last token (the one
    after it).
    """

    tokens: tuple[int, ...]
    sentences: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def sentences(read: Reading) -> list[Sentence]:
    """The sentences of a call in their order."""
    return [
        Sentence(
            clauses=(own := tuple(group)),
            text=relevance.words(own, read.turns),
            by_agent=own[0].by_agent and own[0].confirmed is None,
        )
        for _, group in groupby(read.clauses, key=lambda clause: clause.sentence_id)
    ]


def windows(spoken: Sequence[Sentence], tokenizer: UnigramTokenizer) -> list[Window]:
    """The windows of a call. Each sentence of the caller is in exactly one, or its parts are."""
    parts = _parts(spoken, tokenizer)
    prefix, labels = _marks(tokenizer)
    found: list[Window] = []
    start = 0
    while start < len(parts):
        end, size = start + 1, parts[start].size
        while end < len(parts) and size + parts[end].size <= BODY_TOKENS:
            size += parts[end].size
            end += 1
        if not all(part.by_agent for part in parts[start:end]):
            first = _reach(parts, start, -1)
            last = _reach(parts, end - 1, 1)
            found.append(
                _window(parts, range(first, last + 1), range(start, end), prefix, labels, tokenizer.last)
            )
        start = end
    return found


def alone(spoken: Sequence[Sentence], chosen: Collection[int], tokenizer: UnigramTokenizer) -> list[Window]:
    """A window for each of the chosen sentences of the caller, without what is said around it."""
    prefix, labels = _marks(tokenizer)
    parts = [part for part in _parts(spoken, tokenizer) if part.sentence in chosen and not part.by_agent]
    return [_window([part], range(1), range(1), prefix, labels, tokenizer.last) for part in parts]


def _marks(tokenizer: UnigramTokenizer) -> tuple[tuple[int, ...], dict[bool, tuple[int, ...]]]:
    """The tokens before a text, and the labels of the agent (True) and of the caller."""
    labels = {True: tuple(tokenizer.pieces(_AGENT)), False: tuple(tokenizer.pieces(_CALLER))}
    return (tokenizer.first, *tokenizer.pieces(_PREFIX)), labels


def _parts(spoken: Sequence[Sentence], tokenizer: UnigramTokenizer) -> list[Part]:
    found: list[Part] = []
    left = MAX_CALL_TOKENS
    for number, sentence in enumerate(spoken):
        tokens = tuple(tokenizer.pieces(sentence.text))[:left]
        left -= len(tokens)
        found += [
            Part(number, sentence.by_agent, sentence.turn, tokens[start : start + PART_TOKENS])
            for start in range(0, len(tokens), PART_TOKENS)
        ]
    return found


def _reach(parts: Sequence[Part], start: int, step: int) -> int:
    """The last part in a direction that is within the context of the one at `start`."""
    position, size = start, 0
    while 0 <= position + step < len(parts):
        size += parts[position + step].size
        if size > CONTEXT_TOKENS:
            break
        position += step
    return position


def _window(
    parts: Sequence[Part],
    shown: range,
    body: range,
    prefix: tuple[int, ...],
    labels: dict[bool, tuple[int, ...]],
    last: int,
) -> Window:
    tokens = list(prefix)
    owners: list[int] = []
    spans: list[tuple[int, int]] = []
    turn = -1
    for position in shown:
        part = parts[position]
        if part.turn != turn:
            tokens += labels[part.by_agent]
            turn = part.turn
        if position in body and not part.by_agent:
            owners.append(part.sentence)
            spans.append((len(tokens), len(tokens) + len(part.tokens)))
        tokens += part.tokens
    return Window((*tokens, last), tuple(owners), tuple(spans))
