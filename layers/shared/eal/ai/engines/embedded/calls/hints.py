"""What a call may be about if no cue says it outright: the subject that most of its words hint at."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.cues import Cue, Mention
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope, scope_of
from eal.ai.engines.embedded.lexicon.hint_words import HINT_WORDS

if TYPE_CHECKING:
    import re

    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.signals import Signal

_MAX_CLAUSES = 400  # that are searched for hints


@cache
def _words(signal: Signal) -> re.Pattern[str]:
    return compiled(rf"\b(?:{HINT_WORDS[signal]})\b")


def hints(clauses: tuple[Clause, ...]) -> dict[Signal, tuple[float, tuple[Mention, ...]]]:
    """For each signal, the number of different words that hint at it, and their mentions. Negated words do not count.

    A word that hints at several signals counts less for each of them.
    """
    searched = [clause for clause in clauses if clause.counts][:_MAX_CLAUSES]
    found: dict[Signal, dict[str, Mention]] = {signal: _find(signal, searched) for signal in HINT_WORDS}
    shared: dict[str, int] = {}
    for words in found.values():
        for word in words:
            shared[word] = shared.get(word, 0) + 1
    return {
        signal: (sum(shared[word] ** -0.5 for word in words), tuple(words.values()))
        for signal, words in found.items()
    }


def _find(signal: Signal, clauses: list[Clause]) -> dict[str, Mention]:
    cue = Cue(signal, 1.0, ())
    words: dict[str, Mention] = {}
    for clause in clauses:
        for match in _words(signal).finditer(clause.text):
            if match[0] in words:
                continue
            if scope_of(clause, match.start(), match.end()) is not Scope.NEGATED:
                words[match[0]] = Mention(cue, clause, match.start(), match.end(), Scope.ASSERTED)
    return words
