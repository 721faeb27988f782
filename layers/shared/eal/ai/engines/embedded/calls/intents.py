"""What the caller wants done: the evidence for each intent, weighed against the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.classification import Intent
from eal.ai.engines.embedded.calls import hints
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.signals import Signal

if TYPE_CHECKING:
    from eal.ai.engines.embedded.calls.mentions import MentionIndex
    from eal.ai.engines.embedded.language.cues import Mention

LOSSES = (
    Intent.WATER,
    Intent.SEWAGE,
    Intent.FIRE,
    Intent.MOLD,
    Intent.STORM,
    Intent.BIOHAZARD,
    Intent.REBUILD,
)
_LEAST = 1.4  # below this nothing was understood
_TOLD = 2.6  # below this no strong cue was index, and hints are weighed
_HINTED = 1.2  # hints that are enough, beside what cues there are
_SAID_OUTRIGHT = 4.0
_A_SENTENCE = 9  # spaces in what can be understood as a wish
_REFUSED = compiled(
    r"(?:oh |ah |uh )?(?:no|nope|unfortunately|i am afraid|afraid not|(?:i am )?sorry,? (?:we|but|no"
    r"|that|not)|we (?:dont|do not))\b"
)
_GARBLED = compiled(
    r"\b(?:inaudible|unintelligible|indiscernible|static|garbled|crosstalk|muffled|silence|noise)\b"
)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The intent that won, the weight of every candidate, and the mentions behind the winner."""

    intent: Intent
    weights: dict[Intent, float]
    mentions: tuple[Mention, ...]
    guessed: bool = False  # by hints alone

    @property
    def margin(self) -> float:
        """From 0 (a tie, or nothing) towards 1 (one strong candidate alone)."""
        ranked = sorted(self.weights.values(), reverse=True)
        top, second = ranked[0], ranked[1]
        return (top - second) / (top + second + 1.0) if top > 0 else 0.0


def weigh(index: MentionIndex, *, broken: bool) -> Weighing:
    """Which intent the evidence speaks for; `broken` when the call ends in the middle of something."""
    weights: dict[Intent, float] = {
        intent: index.score(Signal(intent.value)) for intent in Intent if intent is not Intent.UNKNOWN
    }
    board_up = 0.0
    if index.score(Signal.STORM) + index.score(Signal.FIRE) < _SAID_OUTRIGHT and _opened(index):
        board_up = index.score(Signal.OPENING)
    weights[Intent.OTHER] = max(weights[Intent.OTHER], board_up)
    weights[Intent.WATER] += min(4.0, 0.8 * index.score(Signal.ACTIVE_WATER))
    _mind_ownership(index, weights)
    _mind_purpose(index, weights)
    _mind_losses(index, weights, board_up)
    if turned_away(index) and not index.asserted(Signal.OUT_OF_AREA):
        _scale(weights, LOSSES, 0.3)
        weights[Intent.OTHER] += 4.0
    winner = max(weights, key=lambda intent: weights[intent])
    if weights[winner] < _TOLD:
        guess = _guess(index, weights)
        if guess:
            return guess
    if weights[winner] < _LEAST:
        return Weighing(Intent.UNKNOWN if broken else _without_evidence(index), weights, ())
    signals = (Signal(winner.value), *_ALSO.get(winner, ()))
    found = [m for signal in signals for m in index.by_signal.get(signal, []) if m.scope is not Scope.NEGATED]
    found.sort(key=lambda m: (-m.cue.weight, m.scope is not Scope.ASSERTED, index.position(m)))
    return Weighing(winner, weights, tuple(found))


# Signals that speak for an intent without being named after it.
_ALSO = {
    Intent.OTHER: (Signal.OPENING,),
    Intent.WATER: (Signal.ACTIVE_WATER,),
    Intent.REBUILD: (Signal.OTHER_COMPANY,),
}


def _guess(index: MentionIndex, weights: dict[Intent, float]) -> Weighing | None:
    """What the words hint at together with the weak cues, where they hint clearly enough."""
    words = " ".join(clause.text for clause in index.clauses if clause.counts)
    if index.asserted(Signal.CUT_OFF) or index.asserted(Signal.WILL_CALL_BACK) or _GARBLED.search(words):
        return None
    hinted = hints.hints(index.clauses)
    total = {intent: weights[intent] + hinted[Signal(intent.value)][0] for intent in weights}
    if index.asserted(Signal.OWNED) or index.asserted(Signal.REQUEST):
        _scale(total, (Intent.WRONG_NUMBER, Intent.SPAM), 0.7)
    winner = max(total, key=lambda intent: total[intent])
    said = hinted[Signal(winner.value)][1]
    if total[winner] < _HINTED or not said:
        return None
    return Weighing(winner, total, said, guessed=True)


def _without_evidence(index: MentionIndex) -> Intent:
    """Understood but about nothing we know is other; too little to understand is unknown."""
    words = " ".join(clause.text for clause in index.clauses if clause.counts)
    if index.asserted(Signal.CUT_OFF) or index.asserted(Signal.WILL_CALL_BACK) or _GARBLED.search(words):
        return Intent.UNKNOWN
    if index.asserted(Signal.PRICE_SHOPPER):
        return _priced(index)
    understood = index.asserted(Signal.WRONG_SERVICE) or turned_away(index) or words.count(" ") >= _A_SENTENCE
    return Intent.OTHER if understood else Intent.UNKNOWN


_PRICED = (
    (Intent.SEWAGE, r"sewage|sewer|septic"),
    (Intent.MOLD, r"mold|mildew|air quality"),
    (Intent.FIRE, r"fire|smoke|soot"),
    (Intent.BIOHAZARD, r"biohazard|hoard\w*|crime scene|blood|trauma"),
    (Intent.REBUILD, r"rebuild\w*|drywall|reconstruct\w*"),
    (
        Intent.WATER,
        r"water|flood\w*|leak\w*|dry\w*|fans?|dehumidifiers?|extract\w*|wet|pump\w*|carpet|basement",
    ),
)


def _priced(index: MentionIndex) -> Intent:
    """What a price is asked for, by the words of both sides."""
    words = " ".join(clause.text for clause in index.clauses)
    for intent, said in _PRICED:
        if re.search(rf"\b(?:{said})\b", words):
            return intent
    return Intent.OTHER


def turned_away(index: MentionIndex) -> list[Mention]:
    """ "Do you install furnaces?" "No, sorry.": what the caller asked for is not offered."""
    asked: Mention | None = None
    for clause in index.clauses:
        if clause.speaker != "agent":
            mention = next((m for m in index.asserted(Signal.ASKS_FOR) if m.clause is clause), None)
            asked = mention or asked
        elif asked and _REFUSED.match(clause.text):
            return [asked]
        else:
            asked = None
    return []


def _scale(weights: dict[Intent, float], intents: tuple[Intent, ...], factor: float) -> None:
    for intent in intents:
        weights[intent] *= factor


def _mind_ownership(index: MentionIndex, weights: dict[Intent, float]) -> None:
    """A loss that is nobody's is only talk about the trade."""
    if not any(
        index.asserted(signal)
        for signal in (Signal.OWNED, Signal.REQUEST, Signal.REFERRAL, Signal.OWNER, Signal.GRANTED)
    ):
        _scale(weights, LOSSES, 0.6)


def _mind_purpose(index: MentionIndex, weights: dict[Intent, float]) -> None:
    """Who sells, applies or asks about a job speaks of losses too, without having one."""
    live = live_loss(index)
    if weights[Intent.SPAM] >= 6:
        _scale(
            weights, (*LOSSES, Intent.SALES_PITCH, Intent.INSURANCE, Intent.OTHER, Intent.EXISTING_JOB), 0.4
        )
    if weights[Intent.SALES_PITCH] >= 5:
        _scale(
            weights, (*LOSSES, Intent.INSURANCE, Intent.EXISTING_JOB, Intent.OTHER, Intent.EMPLOYMENT), 0.4
        )
    elif live:
        weights[Intent.SALES_PITCH] *= 0.5
    if weights[Intent.EMPLOYMENT] >= 6:
        _scale(weights, (*LOSSES, Intent.EXISTING_JOB, Intent.INSURANCE, Intent.OTHER), 0.4)
    _mind_existing_job(index, weights)
    _mind_wrong_number(index, weights)
    _mind_insurance(index, weights, live=live)


def _mind_existing_job(index: MentionIndex, weights: dict[Intent, float]) -> None:
    if weights[Intent.EXISTING_JOB] < 5:
        return
    if index.asserted(Signal.NEW_LOSS):
        weights[Intent.EXISTING_JOB] *= 0.35
    else:
        _scale(weights, (*LOSSES, Intent.INSURANCE, Intent.OTHER), 0.35)


def _mind_wrong_number(index: MentionIndex, weights: dict[Intent, float]) -> None:
    if index.asserted(Signal.OUT_OF_AREA):
        weights[Intent.WRONG_NUMBER] *= 0.3  # "my mistake" is said of the place too
    if weights[Intent.WRONG_NUMBER] >= 5:
        _scale(weights, (*LOSSES, Intent.OTHER, Intent.EXISTING_JOB), 0.4)


def _mind_insurance(index: MentionIndex, weights: dict[Intent, float], *, live: bool) -> None:
    if (
        weights[Intent.INSURANCE] >= 3
        and index.asserted(Signal.NO_LOSS)
        and not index.asserted(Signal.ACTIVE_WATER)
    ):
        _scale(weights, LOSSES, 0.3)
    elif live:
        weights[Intent.INSURANCE] *= 0.35
    elif weights[Intent.INSURANCE] >= 4:
        _scale(weights, LOSSES, 0.5)


def _opened(index: MentionIndex) -> bool:
    return any(m.cue.weight >= _SAID_OUTRIGHT for m in index.asserted(Signal.OPENING))


def live_loss(index: MentionIndex) -> bool:
    """Whether somebody says that a loss is there now, and theirs to tell of."""
    strong = any(
        m.cue.weight >= 3 and m.scope is Scope.ASSERTED
        for intent in LOSSES
        for m in index.by_signal.get(Signal(intent.value), [])
    )
    tied = index.asserted(Signal.OWNED) or index.asserted(Signal.REFERRAL)
    near = any(
        index.asserted(signal)
        for signal in (Signal.REQUEST, Signal.RECENT, Signal.WET_NOW, Signal.ACTIVE_WATER, Signal.REFERRAL)
    )
    return bool(strong and tied and near)


def _mind_losses(index: MentionIndex, weights: dict[Intent, float], board_up: float) -> None:
    """Which of several losses is the one to be dealt with."""
    active = bool(index.asserted(Signal.ACTIVE_WATER))
    if weights[Intent.SEWAGE] >= 5:
        _scale(weights, (Intent.WATER, Intent.MOLD, Intent.STORM, Intent.OTHER), 0.45)
    if weights[Intent.BIOHAZARD] >= 6:
        _scale(weights, (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.SEWAGE, Intent.OTHER), 0.5)
    _mind_rebuild(index, weights, active=active)
    if weights[Intent.FIRE] >= 4:
        _scale(weights, (Intent.WATER, Intent.STORM), 0.5)
    if weights[Intent.STORM] >= 5:
        weights[Intent.WATER] *= 0.6
    if weights[Intent.MOLD] >= 4:
        one, factor = (Intent.MOLD, 0.5) if active else (Intent.WATER, 0.55)
        weights[one] *= factor
    if max(weights[intent] for intent in LOSSES) >= 4 and not index.asserted(Signal.WRONG_SERVICE):
        weights[Intent.OTHER] *= 1.0 if board_up else 0.4


def _mind_rebuild(index: MentionIndex, weights: dict[Intent, float], *, active: bool) -> None:
    """What another company left behind is to be rebuilt, unless it is still wet."""
    if index.asserted(Signal.OTHER_COMPANY):
        weights[Intent.EXISTING_JOB] *= 0.35
        if not (active or index.asserted(Signal.WET_NOW)):
            weights[Intent.REBUILD] += 3.0
    if active:
        weights[Intent.REBUILD] *= 0.4
    elif weights[Intent.REBUILD] >= 5:
        if index.asserted(Signal.WET_NOW) and not index.asserted(Signal.OLD):
            weights[Intent.REBUILD] *= 0.4
        else:
            _scale(
                weights,
                (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.STORM, Intent.OTHER, Intent.INSURANCE),
                0.45,
            )
