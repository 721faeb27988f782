"""The confidence of a classification: how clearly the intent won, on how many cues, and how much they explain.

The weights were set on what the engine got right and wrong in batches of calls that it was not tuned on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.classification import Intent
from eal.ai.engines.embedded.calls.intents import LOSSES
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.signals import Signal

if TYPE_CHECKING:
    from eal.ai.engines.embedded.calls.intents import Weighing
    from eal.ai.engines.embedded.calls.mentions import MentionIndex

_UNKNOWN = 0.3
_BY_DEFAULT = 0.35  # "other" without evidence
_MAX_FOR_HINTS = 0.45
_MAX_FOR_ONE_CUE = 0.68
_MIN, _MAX = 0.05, 0.97
_BASE = 0.28
_FOR_MARGIN = 0.55
_FOR_A_CUE = 0.06
_MAX_CUES = 4
_FOR_UNEXPLAINED = 0.12
_UNEXPLAINED_SHARE = 0.5
_MIN_SPACES = 3  # in a sentence that a cue should explain
# Signals of calls of every kind: they explain nothing.
_SMALL_TALK = frozenset({
    Signal.OWNED, Signal.REQUEST, Signal.ASKS_FOR, Signal.NAME, Signal.RECENT, Signal.LARGE, Signal.OLD,
})  # fmt: skip


def confidence(weighing: Weighing, index: MentionIndex, qualified: bool | None) -> float:
    """From 0 to 1. Below 0.5, a person should read the call."""
    if weighing.intent is Intent.UNKNOWN:
        return _UNKNOWN
    if not weighing.mentions:
        return _BY_DEFAULT
    cues = len({id(m.cue) for m in weighing.mentions if m.scope is Scope.ASSERTED})
    value = _BASE + _FOR_MARGIN * weighing.margin + _FOR_A_CUE * min(_MAX_CUES, cues)
    if _unexplained_share(index) > _UNEXPLAINED_SHARE:
        value -= _FOR_UNEXPLAINED
    if qualified is None:
        value -= 0.08
    if weighing.intent in LOSSES and not any(
        index.asserted(signal) for signal in (Signal.OWNED, Signal.REQUEST, Signal.OWNER, Signal.REFERRAL)
    ):
        value -= 0.08
    maximum = _MAX_FOR_HINTS if weighing.guessed else _MAX_FOR_ONE_CUE if cues <= 1 else _MAX
    return round(min(maximum, max(_MIN, value)), 3)


def _unexplained_share(index: MentionIndex) -> float:
    """The share of the caller's sentences that no cue explains."""
    sentences = {c.sentence_id for c in index.clauses if c.counts and c.text.count(" ") >= _MIN_SPACES}
    explained = {
        mention.clause.sentence_id
        for signal, found in index.by_signal.items()
        if signal not in _SMALL_TALK
        for mention in found
    }
    return len(sentences - explained) / max(1, len(sentences))
