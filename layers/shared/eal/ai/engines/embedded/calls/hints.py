"""What a call is about when nothing was said outright: which words hint at it, all together."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.cues import Cue, Mention
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope, scope_of
from eal.ai.engines.embedded.lexicon.hint_words import VOCABULARY

if TYPE_CHECKING:
    import re

    from eal.ai.engines.embedded.language.clauses import Clause

_LONGEST = 400  # clauses in which hints are looked for


@cache
def _words(signal: str) -> re.Pattern[str]:
    return compiled(rf"\b(?:{VOCABULARY[signal]})\b")


def hints(clauses: tuple[Clause, ...]) -> dict[str, tuple[float, tuple[Mention, ...]]]:
    """For each signal how many different words hint at it, and where; denied words do not count.

    A word that hints at many things says little about each of them.
    """
    spoken = [clause for clause in clauses if clause.counts][:_LONGEST]
    found: dict[str, dict[str, Mention]] = {signal: _in(signal, spoken) for signal in VOCABULARY}
    shared: dict[str, int] = {}
    for words in found.values():
        for word in words:
            shared[word] = shared.get(word, 0) + 1
    return {
        signal: (sum(shared[word] ** -0.5 for word in words), tuple(words.values()))
        for signal, words in found.items()
    }


def _in(signal: str, spoken: list[Clause]) -> dict[str, Mention]:
    cue = Cue(signal, 1.0, ())
    words: dict[str, Mention] = {}
    for clause in spoken:
        for match in _words(signal).finditer(clause.text):
            if match[0] in words:
                continue
            if scope_of(clause, match.start(), match.end()) is not Scope.NEGATED:
                words[match[0]] = Mention(cue, clause, match.start(), match.end(), Scope.ASSERTED)
    return words
