"""The language in which a caller speaks, so that a call is not classified by an engine that does not read it.

Counts frequent words, and letters of other scripts. A language is named only if it clearly outweighs English: in a call
that mixes two, the engine reads the English part.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from eal.ai import toml

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = "en"
_MIN_WORDS = 2
"""Number of frequent words that a language needs."""
_MIN_SHARE = 0.2
"""Share of all words that are frequent words of the language."""
_OUTWEIGHS = 1.5
"""Minimum ratio of the language's frequent words to the English ones."""
_MIN_SCRIPT_SHARE = 0.3
"""Share of all letters that belong to another script."""
_MAX_CHARACTERS = 20_000
"""Length of the text that is counted; a call does not change its language after an hour."""

# Names of Unicode begin with the script.
_SCRIPTS = {
    "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CYRILLIC": "ru", "ARABIC": "ar", "HEBREW": "he",
    "DEVANAGARI": "hi", "BENGALI": "bn", "THAI": "th", "GREEK": "el", "ARMENIAN": "hy", "GURMUKHI": "pa",
    "ETHIOPIC": "am",
}  # fmt: skip


def spoken(text: str) -> str:
    """The code of the language that a text is in (ISO 639-1), `en` unless another one is clear. A script that several
    languages share stands for the one with the most speakers.
    """
    text = text[:_MAX_CHARACTERS]
    letters = [letter for letter in text if letter.isalpha()]
    by_script = Counter(_script(letter) for letter in letters)
    by_script.pop(None, None)
    for script, count in by_script.most_common(1):
        if script and count >= _MIN_SCRIPT_SHARE * len(letters):
            return script
    words = _plain(text).split()
    counts = Counter(language for word in words for language in _frequent().get(word, ()))
    english = counts.pop(ENGLISH, 0)
    # The first of the file wins a tie: most callers who speak no English speak Spanish.
    likely = max(_codes(), key=lambda language: counts[language])
    if counts[likely] >= max(_MIN_WORDS, _MIN_SHARE * len(words), _OUTWEIGHS * english):
        return likely
    return ENGLISH


def _script(letter: str) -> str | None:
    return None if letter.isascii() else _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0])


def _plain(text: str) -> str:
    """Words in lower case without accents and punctuation."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("'", "").replace("\u2019", ""))
    return "".join(
        letter if letter.isalnum() else " " for letter in decomposed if unicodedata.category(letter) != "Mn"
    )


@cache
def _lists() -> Mapping[str, str]:
    return toml.load(Path(__file__).with_name("languages.toml"))


def _codes() -> list[str]:
    return [language for language in _lists() if language != ENGLISH]


@cache
def _frequent() -> Mapping[str, frozenset[str]]:
    """The languages in which a word is frequent. One that is also frequent in English counts for none."""
    found: dict[str, set[str]] = {}
    for language, words in _lists().items():
        for word in words.split():
            found.setdefault(word, set()).add(language)
    return {
        word: frozenset(languages)
        for word, languages in found.items()
        if ENGLISH not in languages or len(languages) == 1
    }
