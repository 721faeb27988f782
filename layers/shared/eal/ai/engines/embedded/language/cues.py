"""How a cue is written, and how its mentions in a call are found.

A cue's phrases are regular expressions over the plain spelling with two shorthands: a space may hold a
comma, and ` ~ ` stands for up to three words. Clauses are short and skipped words are counted, so the work is
bounded by the number of clauses times the number of cues.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eal.ai.engines.embedded.language.clauses import Clause

Reach = Literal["sentence", "near", "call"]  # near: two sentences before and after too
_LONGEST_CALL = 20_000  # characters of it in which words are looked for


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for a signal, and how strongly."""

    signal: str
    weight: float
    phrases: tuple[str, ...]
    by_agent: bool = False  # also told by what the agent says ("you have the wrong number")
    unless: tuple[str, ...] = ()  # other senses: with one of these in the clause, the cue is silent
    by_sentence: bool = False  # looked for in the whole sentence, whatever its sense
    beside: tuple[str, ...] = ()  # kinds of words that must all stand near it, in any order
    reach: Reach = "sentence"  # how near
    unless_beside: str = ""  # with one of these as near, the cue is silent


@dataclass(frozen=True, slots=True)
class Mention:
    """A cue found in a clause, with its sense."""

    cue: Cue
    clause: Clause
    start: int
    end: int
    scope: Scope


def cue(
    signal: str,
    weight: float,
    phrases: str,
    unless: str = "",
    *,
    by_agent: bool = False,
    by_sentence: bool = False,
) -> Cue:
    """A cue from phrases written one a line."""
    return Cue(signal, weight, _lines(phrases), by_agent, _lines(unless), by_sentence)


def family(
    signal: str,
    weight: float,
    phrases: str,
    *beside: str,
    unless: str = "",
    unless_beside: str = "",
    reach: Reach = "sentence",
) -> Cue:
    """A cue that needs other kinds of words near it: a thing, its place, what became of it."""
    return Cue(
        signal,
        weight,
        _lines(phrases),
        unless=_lines(unless),
        beside=beside,
        unless_beside=unless_beside,
        reach=reach,
    )


def _lines(text: str) -> tuple[str, ...]:
    """One phrase a line; a line that begins with `|` continues the one before it."""
    joined = re.sub(r"\n\s*\|", "|", text)
    return tuple(line.strip() for line in joined.splitlines() if line.strip())


_SKIPPED = r"(?!(?:not|no|never|without|nobody|isnt|arent|wasnt|werent|dont|doesnt|didnt|hasnt|havent)\b)\w+"


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    # A word skipped inside of a phrase is never a negator: "its not raining" is no "its (…) raining".
    joined = "|".join(phrases).replace(" ~ ", "\0").replace(r"(?:\w+ )", f"(?:{_SKIPPED} )")
    joined = joined.replace(" ", ",? ").replace("\0", f"(?:,? {_SKIPPED}){{0,3}}?,? ")
    return compiled(rf"\b(?:{joined})\b")


@cache
def _compiled(
    one: Cue,
) -> tuple[Callable[[str], re.Match[str] | None], Callable[[str], re.Match[str] | None] | None]:
    return _pattern(one.phrases).search, _pattern(one.unless).search if one.unless else None


class _Surroundings:
    """What is said around a clause; each question is answered once."""

    def __init__(self, clauses: tuple[Clause, ...]) -> None:
        said: dict[int, list[str]] = {}
        for clause in clauses:
            if clause.counts:
                said.setdefault(clause.sentence_id, []).append(clause.text)
        self._place = {sentence: place for place, sentence in enumerate(said)}
        self._sentences = [" ".join(texts) for texts in said.values()]
        self._known: dict[tuple[str, Reach, int], bool] = {}

    def have(self, words: str, clause: Clause, reach: Reach) -> bool:
        place = 0 if reach == "call" else self._place[clause.sentence_id]
        known = self._known.get((words, reach, place))
        if known is None:
            known = self._known[words, reach, place] = bool(_words(words)(self._text(place, reach)))
        return known

    def _text(self, place: int, reach: Reach) -> str:
        if reach == "call":
            return " ".join(self._sentences)[:_LONGEST_CALL]
        spread = 2 if reach == "near" else 0
        return " ".join(self._sentences[max(0, place - spread) : place + spread + 1])


def _stands_beside(one: Cue, clause: Clause, around: _Surroundings) -> bool:
    if not all(around.have(words, clause, one.reach) for words in one.beside):
        return False
    return not (one.unless_beside and around.have(one.unless_beside, clause, one.reach))


@cache
def _words(words: str) -> Callable[[str], re.Match[str] | None]:
    return compiled(rf"\b(?:{words})\b").search


def mentions(cues: Iterable[Cue], clauses: tuple[Clause, ...]) -> list[Mention]:
    """The first mention of every cue in every clause that counts."""
    everything = tuple(cues)
    around = _Surroundings(clauses) if any(one.beside for one in everything) else None
    agent_cues = tuple(one for one in everything if one.by_agent)
    found: list[Mention] = []
    for clause in clauses:
        heard = everything if clause.counts else agent_cues if clause.speaker == "agent" else ()
        for one in heard:
            search, other_sense = _compiled(one)
            text = clause.sentence if one.by_sentence else clause.text
            match = search(text)
            if not match or (other_sense and other_sense(text)):
                continue
            if around and one.beside and not _stands_beside(one, clause, around):
                continue
            if one.by_sentence:
                found.append(Mention(one, clause, 0, len(clause.text), Scope.ASSERTED))
                continue
            scope = scope_of(clause, match.start(), match.end())
            found.append(Mention(one, clause, match.start(), match.end(), scope))
    return found
