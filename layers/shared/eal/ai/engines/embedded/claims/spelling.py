"""Words that are one slip away from a known word: a letter left out, doubled or added, or two letters exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_LETTERS = 7
"""Shorter words have too many neighbours: "taped" and "tarped"."""
_MAX_LETTERS = 20


class Speller:
    def __init__(self, words: Iterable[str]) -> None:
        self._known = frozenset(word for word in words if len(word) >= MIN_LETTERS and word.isalpha())
        self._shortened = {
            word[:at] + word[at + 1 :]: word for word in sorted(self._known) for at in range(1, len(word))
        }

    def corrected(self, word: str) -> str:
        """The known word, or the word itself. The first letter is never wrong."""
        if not MIN_LETTERS - 1 <= len(word) <= _MAX_LETTERS or word in self._known or not word.isalpha():
            return word
        if word in self._shortened:
            return self._shortened[word]
        for at in range(1, len(word)):
            shorter = word[:at] + word[at + 1 :]
            if shorter in self._known:
                return shorter
            swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else word
            if swapped in self._known:
                return swapped
        return word
