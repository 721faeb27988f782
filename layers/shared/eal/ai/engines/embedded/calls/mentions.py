"""The mentions in a call, indexed by signal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.cues import Mention, mentions
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.lexicon import ALL
from eal.ai.engines.embedded.signals import Signal

if TYPE_CHECKING:
    from eal.ai.engines.embedded.language.clauses import Clause

_SCOPE_FACTORS = {Scope.ASSERTED: 1.0, Scope.PAST: 0.55, Scope.SUPPOSED: 0.25, Scope.NEGATED: 0.0}
# Callers speak of these in the past tense: "your crew was here last week".
_FULL_WEIGHT_IN_THE_PAST = frozenset({
    Signal.EXISTING_JOB, Signal.INSURANCE, Signal.EMPLOYMENT, Signal.SALES_PITCH, Signal.SPAM, Signal.REBUILD,
})  # fmt: skip
_OPENING_CLAUSES = 6  # callers give the reason for the call early
_OPENING_BONUS = 1.25
_REPEAT_BONUS = 0.25
_MAX_REPEATS = 4
_OVERLAP_BONUS = 0.25  # phrases and co-occurrences find the same fact twice


@dataclass(frozen=True, slots=True)
class MentionIndex:
    """The clauses of a call and the mentions in them."""

    clauses: tuple[Clause, ...]
    by_signal: dict[Signal, list[Mention]]
    positions: dict[int, int]  # by the id() of a clause

    def asserted(self, signal: Signal) -> list[Mention]:
        """The mentions that are asserted for the present."""
        return [m for m in self.by_signal.get(signal, []) if m.scope is Scope.ASSERTED]

    def negated(self, signal: Signal) -> list[Mention]:
        """The mentions that are negated."""
        return [m for m in self.by_signal.get(signal, []) if m.scope is Scope.NEGATED]

    def position(self, mention: Mention) -> int:
        """The position of a mention in the call, in clauses."""
        return self.positions[id(mention.clause)]

    def score(self, signal: Signal) -> float:
        """The strength of a signal: each cue counts once, and more if it is repeated or said at the start.

        Phrases add up. Co-occurrences repeat what phrases found, and count fully only if there are no phrases.
        """
        best: dict[int, float] = defaultdict(float)
        by_co_occurrence = 0.0
        repeats = 0
        for mention in self.by_signal.get(signal, []):
            past = mention.scope is Scope.PAST and signal in _FULL_WEIGHT_IN_THE_PAST
            weight = mention.cue.weight * (1.0 if past else _SCOPE_FACTORS[mention.scope])
            if self.position(mention) < _OPENING_CLAUSES:
                weight *= _OPENING_BONUS
            if mention.cue.nearby:
                by_co_occurrence = max(by_co_occurrence, weight)
                continue
            repeats += mention.scope is Scope.ASSERTED
            best[id(mention.cue)] = max(best[id(mention.cue)], weight)
        by_phrases = sum(best.values()) + _REPEAT_BONUS * min(_MAX_REPEATS, max(0, repeats - len(best)))
        return max(by_phrases, by_co_occurrence) + _OVERLAP_BONUS * min(by_phrases, by_co_occurrence)


def index_mentions(clauses: tuple[Clause, ...]) -> MentionIndex:
    """All mentions of all cues in a call."""
    by_signal: dict[Signal, list[Mention]] = defaultdict(list)
    for mention in mentions(ALL, clauses):
        by_signal[mention.cue.signal].append(mention)
    counting = [clause for clause in clauses if clause.counts]
    positions = {id(clause): position for position, clause in enumerate(counting)}
    last = len(counting)
    for clause in clauses:
        positions.setdefault(id(clause), last)
    return MentionIndex(clauses, dict(by_signal), positions)
