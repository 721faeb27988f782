"""Phrases with a meaning, found in tokens by their longest match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.engines.embedded.claims.spelling import Speller
from eal.ai.engines.embedded.claims.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal.ai.engines.embedded.claims.tokens import NoteToken

_NO_PLURAL = ("ss", "us", "is", "as")
_PLURALS = {"shelves": "shelf", "ac's": "ac"}


def singular(word: str) -> str:
    """The singular of an English word, as far as the gazetteers need it. The words of phrases pass it too."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith("'s"):
        return word[:-2]
    if len(word) < 4 or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return word[:-1] if word in ("ams", "dhs", "dehus", "afds") else word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


class Gazetteer[T]:
    """Phrases of several words, by their first word. A hyphen in a text or a phrase is a space."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in entries:
            words = tuple(singular(token.text) for token in tokens(phrase) if token.text != "-")
            self._by_first.setdefault(words[0], []).append((words, meaning))
        for options in self._by_first.values():
            options.sort(key=lambda option: -len(option[0]))
        self._speller = Speller(self._by_first)

    def match(self, sequence: Sequence[NoteToken], at: int) -> tuple[T, int] | None:
        """The meaning of the longest phrase that begins at a token, and the index after it."""
        if at >= len(sequence):
            return None
        first = singular(sequence[at].text)
        options = self._by_first.get(first) or self._by_first.get(self._speller.corrected(first)) or []
        for words, meaning in options:
            after = at
            for place, word in enumerate(words):
                if place and after < len(sequence) and sequence[after].text == "-":
                    after += 1
                if after >= len(sequence) or (place and singular(sequence[after].text) != word):
                    break
                after += 1
            else:
                return meaning, after
        return None

    def name(self, text: str) -> T | None:
        """The meaning of the last phrase in a text, which is its head in English."""
        sequence = tokens(text)
        found, at = None, 0
        while at < len(sequence):
            match = self.match(sequence, at)
            if match:
                found = match[0]
            at = match[1] if match else at + 1
        return found
