"""Everything that was heard in a call, by signal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.cues import Mention, mentions
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.lexicon import ALL

if TYPE_CHECKING:
    from eal.ai.engines.embedded.language.clauses import Clause

_SENSE = {Scope.ASSERTED: 1.0, Scope.PAST: 0.55, Scope.SUPPOSED: 0.25, Scope.NEGATED: 0.0}
# What is told in the past tense by nature: "your crew was here last week".
_TOLD_OF_THE_PAST = frozenset({"existing_job", "insurance", "employment", "sales_pitch", "spam", "rebuild"})
_OPENING_CLAUSES = 6  # callers say early why they call
_OPENING_BONUS = 1.25
_REPEAT_BONUS = 0.25
_MOST_REPEATS = 4
_BOTH_WAYS = 0.25  # phrases and families of words see the same thing twice


@dataclass(frozen=True, slots=True)
class Heard:
    """The clauses of a call and the mentions in them."""

    clauses: tuple[Clause, ...]
    by_signal: dict[str, list[Mention]]
    order: dict[int, int]

    def said(self, signal: str) -> list[Mention]:
        """The mentions that are asserted about now."""
        return [m for m in self.by_signal.get(signal, []) if m.scope is Scope.ASSERTED]

    def denied(self, signal: str) -> list[Mention]:
        """The mentions that are denied."""
        return [m for m in self.by_signal.get(signal, []) if m.scope is Scope.NEGATED]

    def place(self, mention: Mention) -> int:
        """Where in the call a mention stands, in clauses."""
        return self.order[id(mention.clause)]

    def score(self, signal: str) -> float:
        """How much speaks for a signal: each cue once, a little more when repeated or said at the start.

        Phrases add up; families of words say again what phrases said, and count where these are missing.
        """
        best: dict[int, float] = defaultdict(float)
        pieced = 0.0
        repeats = 0
        for mention in self.by_signal.get(signal, []):
            past = mention.scope is Scope.PAST and signal in _TOLD_OF_THE_PAST
            weight = mention.cue.weight * (1.0 if past else _SENSE[mention.scope])
            if self.place(mention) < _OPENING_CLAUSES:
                weight *= _OPENING_BONUS
            if mention.cue.beside:
                pieced = max(pieced, weight)
                continue
            repeats += mention.scope is Scope.ASSERTED
            best[id(mention.cue)] = max(best[id(mention.cue)], weight)
        told = sum(best.values()) + _REPEAT_BONUS * min(_MOST_REPEATS, max(0, repeats - len(best)))
        return max(told, pieced) + _BOTH_WAYS * min(told, pieced)


def listen(clauses: tuple[Clause, ...]) -> Heard:
    """All mentions of all cues in a call."""
    by_signal: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions(ALL, clauses):
        by_signal[mention.cue.signal].append(mention)
    spoken = [clause for clause in clauses if clause.counts]
    order = {id(clause): place for place, clause in enumerate(spoken)}
    late = len(spoken)
    for clause in clauses:
        order.setdefault(id(clause), late)
    return Heard(clauses, dict(by_signal), order)
