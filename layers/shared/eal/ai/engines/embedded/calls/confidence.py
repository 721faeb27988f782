"""How sure a verdict is: how clearly it won, on how many different cues, and how much of the call it leaves open.

The weights were set on what the engine got right and wrong in batches of calls that it had not seen before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.classification import Intent
from eal.ai.engines.embedded.calls.intents import LOSSES
from eal.ai.engines.embedded.language.scope import Scope

if TYPE_CHECKING:
    from eal.ai.engines.embedded.calls.intents import Weighing
    from eal.ai.engines.embedded.calls.mentions import Heard

_NOT_UNDERSTOOD = 0.3
_BY_DEFAULT = 0.35  # no evidence: other, because nothing known was named
_BY_HINTS = 0.45  # the most for a guess
_ONE_CUE = 0.68  # the most for a single cue
_LEAST, _MOST = 0.05, 0.97
_START = 0.28
_FOR_MARGIN = 0.55
_FOR_A_CUE = 0.06
_MOST_CUES = 4
_FOR_WHAT_IS_OPEN = 0.12
_MUCH_IS_OPEN = 0.5
_A_STATEMENT = 3  # spaces in a sentence that ought to mean something
# Signals that a call of any kind has: they explain nothing.
_SMALL_TALK = frozenset({"owned", "request", "asks_for", "name", "recent", "large", "old"})


def confidence(weighing: Weighing, heard: Heard, qualified: bool | None) -> float:
    """From 0 to 1; below a half a person should look."""
    if weighing.intent is Intent.UNKNOWN:
        return _NOT_UNDERSTOOD
    if not weighing.mentions:
        return _BY_DEFAULT
    cues = len({id(m.cue) for m in weighing.mentions if m.scope is Scope.ASSERTED})
    value = _START + _FOR_MARGIN * weighing.margin + _FOR_A_CUE * min(_MOST_CUES, cues)
    if _open_share(heard) > _MUCH_IS_OPEN:
        value -= _FOR_WHAT_IS_OPEN
    if qualified is None:
        value -= 0.08
    if weighing.intent in LOSSES and not any(
        heard.said(s) for s in ("owned", "request", "owner", "referral")
    ):
        value -= 0.08
    most = _BY_HINTS if weighing.guessed else _ONE_CUE if cues <= 1 else _MOST
    return round(min(most, max(_LEAST, value)), 3)


def _open_share(heard: Heard) -> float:
    """How many of the caller's sentences no cue explains."""
    said = {c.sentence_id for c in heard.clauses if c.counts and c.text.count(" ") >= _A_STATEMENT}
    explained = {
        mention.clause.sentence_id
        for signal, found in heard.by_signal.items()
        if signal not in _SMALL_TALK
        for mention in found
    }
    return len(said - explained) / max(1, len(said))
