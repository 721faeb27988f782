"""The notation of cues in the lexicon, and the search for its mentions in a call.

A phrase is a regular expression over the plain spelling, with two shorthands: a space also matches a comma and a
space, and ` ~ ` matches up to three words. Clauses have a bounded length and skipped words are counted, so the number
of clauses times the number of cues bounds the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope, scope_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.signals import Signal

Reach = Literal["sentence", "near", "call"]  # near: the sentence, two before it and two after it
_MAX_CALL_CHARACTERS = 20_000  # of a call, for the reach "call"


@dataclass(frozen=True, slots=True)
class Cue:
    """Phrases that indicate a signal, and how strongly."""

    signal: Signal
    weight: float
    phrases: tuple[str, ...]
    by_agent: bool = False  # also searched in what the agent says ("you have the wrong number")
    unless: tuple[str, ...] = ()  # other senses: a clause with one of these has no mention of the cue
    by_sentence: bool = False  # searched in the whole sentence, and asserted in any scope
    nearby: tuple[str, ...] = ()  # classes of words that must all occur within reach, in any order
    reach: Reach = "sentence"
    unless_nearby: str = ""  # with one of these within reach, the cue has no mention


@dataclass(frozen=True, slots=True)
class Mention:
    """An occurrence of a cue in a clause, with its scope."""

    cue: Cue
    clause: Clause
    start: int
    end: int
    scope: Scope


def cue(
    signal: Signal,
    weight: float,
    *phrases: str,
    unless: tuple[str, ...] = (),
    by_agent: bool = False,
    by_sentence: bool = False,
) -> Cue:
    """A cue that one of its phrases indicates."""
    return Cue(signal, weight, phrases, by_agent, unless, by_sentence)


def co_occurrence(
    signal: Signal,
    weight: float,
    lead: str,
    *nearby: str,
    unless: str = "",
    unless_nearby: str = "",
    reach: Reach = "sentence",
) -> Cue:
    """A cue that needs other classes of words near its lead: a thing, its place, what became of it."""
    return Cue(
        signal,
        weight,
        (lead,),
        unless=(unless,) if unless else (),
        nearby=nearby,
        unless_nearby=unless_nearby,
        reach=reach,
    )


def words(*alternatives: str) -> str:
    """A class of words, as one regular expression without a group around it."""
    return "|".join(alternatives)


def phrase(*steps: str | tuple[str, ...]) -> str:
    """A phrase too long for one line: its steps, in order. A tuple is a group of alternatives."""
    return "".join(step if isinstance(step, str) else f"(?:{'|'.join(step)})" for step in steps)


_SKIPPED = r"(?!(?:not|no|never|without|nobody|isnt|arent|wasnt|werent|dont|doesnt|didnt|hasnt|havent)\b)\w+"


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    # A phrase skips no negator: "its not raining" does not match "its (?:\w+ )raining".
    joined = "|".join(phrases).replace(" ~ ", "\0").replace(r"(?:\w+ )", f"(?:{_SKIPPED} )")
    joined = joined.replace(" ", ",? ").replace("\0", f"(?:,? {_SKIPPED}){{0,3}}?,? ")
    return compiled(rf"\b(?:{joined})\b")


@cache
def _compiled(
    cue: Cue,
) -> tuple[Callable[[str], re.Match[str] | None], Callable[[str], re.Match[str] | None] | None]:
    return _pattern(cue.phrases).search, _pattern(cue.unless).search if cue.unless else None


class _Surroundings:
    """The text around each clause; each question about it is answered once."""

    def __init__(self, clauses: tuple[Clause, ...]) -> None:
        texts_by_sentence: dict[int, list[str]] = {}
        for clause in clauses:
            if clause.counts:
                texts_by_sentence.setdefault(clause.sentence_id, []).append(clause.text)
        self._position = {sentence: position for position, sentence in enumerate(texts_by_sentence)}
        self._sentences = [" ".join(texts) for texts in texts_by_sentence.values()]
        self._known: dict[tuple[str, Reach, int], bool] = {}

    def have(self, word_class: str, clause: Clause, reach: Reach) -> bool:
        position = 0 if reach == "call" else self._position[clause.sentence_id]
        known = self._known.get((word_class, reach, position))
        if known is None:
            known = bool(_word_class(word_class)(self._text(position, reach)))
            self._known[word_class, reach, position] = known
        return known

    def _text(self, position: int, reach: Reach) -> str:
        if reach == "call":
            return " ".join(self._sentences)[:_MAX_CALL_CHARACTERS]
        spread = 2 if reach == "near" else 0
        return " ".join(self._sentences[max(0, position - spread) : position + spread + 1])


def _nearby_words_occur(cue: Cue, clause: Clause, around: _Surroundings) -> bool:
    if not all(around.have(word_class, clause, cue.reach) for word_class in cue.nearby):
        return False
    return not (cue.unless_nearby and around.have(cue.unless_nearby, clause, cue.reach))


@cache
def _word_class(word_class: str) -> Callable[[str], re.Match[str] | None]:
    return compiled(rf"\b(?:{word_class})\b").search


def mentions(cues: Iterable[Cue], clauses: tuple[Clause, ...]) -> list[Mention]:
    """The first mention of every cue in every clause that counts."""
    all_cues = tuple(cues)
    around = _Surroundings(clauses) if any(cue.nearby for cue in all_cues) else None
    agent_cues = tuple(cue for cue in all_cues if cue.by_agent)
    found: list[Mention] = []
    for clause in clauses:
        searched = all_cues if clause.counts else agent_cues if clause.speaker == "agent" else ()
        for cue in searched:
            search, other_sense = _compiled(cue)
            text = clause.sentence if cue.by_sentence else clause.text
            match = search(text)
            if not match or (other_sense and other_sense(text)):
                continue
            if around and cue.nearby and not _nearby_words_occur(cue, clause, around):
                continue
            if cue.by_sentence:
                found.append(Mention(cue, clause, 0, len(clause.text), Scope.ASSERTED))
                continue
            scope = scope_of(clause, match.start(), match.end())
            found.append(Mention(cue, clause, match.start(), match.end(), scope))
    return found
