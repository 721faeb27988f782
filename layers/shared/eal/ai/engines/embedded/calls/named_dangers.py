"""Dangers to life that a caller names in plain words, in English and Spanish. No model removes what is found here.

Only grammar takes a named danger away: a sentence that denies it, tells of the past, supposes or compares, and a later
sentence that says it is over. A rule that had to weigh words would be wrong as often as it is right, so there is none:
the sentence reader finds the rest, and more (decision 0076).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from eal.ai import toml
from eal.ai.engines.embedded.language.patterns import compiled

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

_LATER_SENTENCES = 6
"""Number of sentences after a danger in which it may be said to be over."""
_MAX_CHARACTERS = 600
"""Length of a sentence that is searched; a longer one is searched in pieces."""

_NEGATORS = ("no", "not", "never", "without", "nobody", "nunca", "nada", "sin", "ni")

type Pattern = re.Pattern[str]


class Spoken(Protocol):
    """A sentence of a call or of a message."""

    @property
    def text(self) -> str: ...

    @property
    def by_agent(self) -> bool: ...


class _Stored(TypedDict):
    phrases: dict[str, dict[str, list[str]]]
    denied: dict[str, str]
    over: dict[str, str]
    supposed: dict[str, str]
    cleared: dict[str, str]


@dataclass(frozen=True, slots=True)
class Named:
    """A phrase that names a danger. `because` is `named`, or what takes it away: `denied`, `over` or `hypothetical`."""

    sentence: int
    hazard: str
    because: str

    @property
    def present(self) -> bool:
        return self.because == "named"


@dataclass(frozen=True, slots=True)
class _Grammar:
    denied: Pattern
    over: Pattern
    supposed: Pattern
    cleared: Pattern


def find(spoken: Sequence[Spoken]) -> list[Named]:
    """The dangers that the caller's sentences name, in the order of the call; one of each kind in a sentence."""
    texts = [plain(sentence.text) for sentence in spoken]
    found: list[Named] = []
    for number, sentence in enumerate(spoken):
        if sentence.by_agent:
            continue
        later = " ".join(texts[number + 1 : number + 1 + _LATER_SENTENCES])
        for language, hazard, match in _matches(texts[number]):
            named = Named(number, hazard, _because(language, texts[number], match, later, sentence.text))
            if not any(named.sentence == number and named.hazard == hazard for named in found):
                found.append(named)
    return found


def _matches(text: str) -> Iterator[tuple[str, str, re.Match[str]]]:
    for start in range(0, len(text), _MAX_CHARACTERS):
        piece = text[start : start + _MAX_CHARACTERS]
        for language, hazard, pattern in _phrases():
            if match := pattern.search(piece):
                yield language, hazard, match


def _because(language: str, text: str, match: re.Match[str], later: str, source: str) -> str:
    grammar = _grammar(language)
    around = f"{text[: match.start()]} {text[match.end() :]}"
    if grammar.denied.search(text[: match.start()]):
        return "denied"
    if grammar.over.search(around) or grammar.cleared.search(f"{around} {later}"):
        return "over"
    if source.rstrip().endswith("?") or grammar.supposed.search(around):
        return "hypothetical"
    return "named"


def plain(text: str) -> str:
    """Lower case without accents, apostrophes and punctuation."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("'", "").replace("\u2019", ""))
    bare = (letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare).split())


@cache
def _stored() -> _Stored:
    return cast("_Stored", toml.load(Path(__file__).with_name("named_dangers.toml")))


@cache
def _phrases() -> list[tuple[str, str, Pattern]]:
    return [
        (language, hazard, _compiled("|".join(phrases)))
        for hazard, by_language in _stored()["phrases"].items()
        for language, phrases in by_language.items()
    ]


@cache
def _grammar(language: str) -> _Grammar:
    stored = _stored()
    return _Grammar(
        denied=_compiled(stored["denied"][language]),
        over=_compiled(stored["over"][language]),
        supposed=_compiled(stored["supposed"][language]),
        cleared=_compiled(stored["cleared"][language]),
    )


def _compiled(phrases: str) -> Pattern:
    word = rf"(?: (?!(?:{'|'.join(_NEGATORS)})\b)\w+)"
    written = phrases.replace(" ~~ ", f"{word}{{0,10}} ").replace(" ~ ", f"{word}{{0,4}} ")
    return compiled(rf"\b(?:{written})\b")
