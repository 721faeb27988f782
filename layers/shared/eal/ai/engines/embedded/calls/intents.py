"""The intent of a call: the evidence for each intent, weighed against the others."""

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
_MIN_WEIGHT = 1.4  # below it, no intent has evidence
_MIN_WEIGHT_WITHOUT_HINTS = 2.6  # below it, no cue is strong, and hints are weighed too
_MIN_HINTS = 1.2  # cues and hints together that are enough for a guess
_SAID_OUTRIGHT = 4.0
_UNDERSTOOD_SPACES = 9  # in the words of a call that can be understood
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
    guessed: bool = False  # hints decided

    @property
    def margin(self) -> float:
        """From 0 (a tie, or no evidence) towards 1 (a single strong candidate)."""
        ranked = sorted(self.weights.values(), reverse=True)
        top, second = ranked[0], ranked[1]
        return (top - second) / (top + second + 1.0) if top > 0 else 0.0


def weigh(index: MentionIndex, *, broken: bool) -> Weighing:
    """The intent with the most evidence. `broken`: the call ends in the middle of a sentence."""
    weights: dict[Intent, float] = {
        intent: index.score(Signal(intent.value)) for intent in Intent if intent is not Intent.UNKNOWN
    }
    board_up = 0.0
    if index.score(Signal.STORM) + index.score(Signal.FIRE) < _SAID_OUTRIGHT and _opened(index):
        board_up = index.score(Signal.OPENING)
    weights[Intent.OTHER] = max(weights[Intent.OTHER], board_up)
    weights[Intent.WATER] += min(4.0, 0.8 * index.score(Signal.ACTIVE_WATER))
    _weigh_ownership(index, weights)
    _weigh_purpose(index, weights)
    _weigh_losses(index, weights, board_up)
    if turned_away(index) and not index.asserted(Signal.OUT_OF_AREA):
        _scale(weights, LOSSES, 0.3)
        weights[Intent.OTHER] += 4.0
    winner = max(weights, key=lambda intent: weights[intent])
    if weights[winner] < _MIN_WEIGHT_WITHOUT_HINTS:
        guess = _guess(index, weights)
        if guess:
            return guess
    if weights[winner] < _MIN_WEIGHT:
        return Weighing(Intent.UNKNOWN if broken else _without_evidence(index), weights, ())
    signals = (Signal(winner.value), *_MORE_SIGNALS.get(winner, ()))
    found = [m for signal in signals for m in index.by_signal.get(signal, []) if m.scope is not Scope.NEGATED]
    found.sort(key=lambda m: (-m.cue.weight, m.scope is not Scope.ASSERTED, index.position(m)))
    return Weighing(winner, weights, tuple(found))


# Signals that support an intent without having its name.
_MORE_SIGNALS = {
    Intent.OTHER: (Signal.OPENING,),
    Intent.WATER: (Signal.ACTIVE_WATER,),
    Intent.REBUILD: (Signal.OTHER_COMPANY,),
}


def _guess(index: MentionIndex, weights: dict[Intent, float]) -> Weighing | None:
    """The intent that hints and weak cues support together, if they are enough."""
    words = " ".join(clause.text for clause in index.clauses if clause.counts)
    if index.asserted(Signal.CUT_OFF) or index.asserted(Signal.WILL_CALL_BACK) or _GARBLED.search(words):
        return None
    hinted = hints.hints(index.clauses)
    total = {intent: weights[intent] + hinted[Signal(intent.value)][0] for intent in weights}
    if index.asserted(Signal.OWNED) or index.asserted(Signal.REQUEST):
        _scale(total, (Intent.WRONG_NUMBER, Intent.SPAM), 0.7)
    winner = max(total, key=lambda intent: total[intent])
    mentions = hinted[Signal(winner.value)][1]
    if total[winner] < _MIN_HINTS or not mentions:
        return None
    return Weighing(winner, total, mentions, guessed=True)


def _without_evidence(index: MentionIndex) -> Intent:
    """`other` if the call can be understood, `unknown` if it says too little."""
    words = " ".join(clause.text for clause in index.clauses if clause.counts)
    if index.asserted(Signal.CUT_OFF) or index.asserted(Signal.WILL_CALL_BACK) or _GARBLED.search(words):
        return Intent.UNKNOWN
    if index.asserted(Signal.PRICE_SHOPPER):
        return _priced(index)
    understood = (
        index.asserted(Signal.WRONG_SERVICE) or turned_away(index) or words.count(" ") >= _UNDERSTOOD_SPACES
    )
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
    """The service whose price the caller asks for, by the words of both sides."""
    words = " ".join(clause.text for clause in index.clauses)
    for intent, service in _PRICED:
        if re.search(rf"\b(?:{service})\b", words):
            return intent
    return Intent.OTHER


def turned_away(index: MentionIndex) -> list[Mention]:
    """ "Do you install furnaces?" "No, sorry.": the mention of a service that the agent does not offer, if any."""
    request: Mention | None = None
    for clause in index.clauses:
        if clause.speaker != "agent":
            mention = next((m for m in index.asserted(Signal.ASKS_FOR) if m.clause is clause), None)
            request = mention or request
        elif request and _REFUSED.match(clause.text):
            return [request]
        else:
            request = None
    return []


def _scale(weights: dict[Intent, float], intents: tuple[Intent, ...], factor: float) -> None:
    for intent in intents:
        weights[intent] *= factor


def _weigh_ownership(index: MentionIndex, weights: dict[Intent, float]) -> None:
    """A loss without an owner is talk about the trade."""
    if not any(
        index.asserted(signal)
        for signal in (Signal.OWNED, Signal.REQUEST, Signal.REFERRAL, Signal.OWNER, Signal.GRANTED)
    ):
        _scale(weights, LOSSES, 0.6)


def _weigh_purpose(index: MentionIndex, weights: dict[Intent, float]) -> None:
    """Salespeople, applicants and existing customers mention losses without having one."""
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
    _weigh_existing_job(index, weights)
    _weigh_wrong_number(index, weights)
    _weigh_insurance(index, weights, live=live)


def _weigh_existing_job(index: MentionIndex, weights: dict[Intent, float]) -> None:
    if weights[Intent.EXISTING_JOB] < 5:
        return
    if index.asserted(Signal.NEW_LOSS):
        weights[Intent.EXISTING_JOB] *= 0.35
    else:
        _scale(weights, (*LOSSES, Intent.INSURANCE, Intent.OTHER), 0.35)


def _weigh_wrong_number(index: MentionIndex, weights: dict[Intent, float]) -> None:
    if index.asserted(Signal.OUT_OF_AREA):
        weights[Intent.WRONG_NUMBER] *= 0.3  # "my mistake" may refer to the area
    if weights[Intent.WRONG_NUMBER] >= 5:
        _scale(weights, (*LOSSES, Intent.OTHER, Intent.EXISTING_JOB), 0.4)


def _weigh_insurance(index: MentionIndex, weights: dict[Intent, float], *, live: bool) -> None:
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
    """Whether the caller asserts a present loss, at their own property or that of a client."""
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


def _weigh_losses(index: MentionIndex, weights: dict[Intent, float], board_up: float) -> None:
    """Weighs several losses against each other."""
    active = bool(index.asserted(Signal.ACTIVE_WATER))
    if weights[Intent.SEWAGE] >= 5:
        _scale(weights, (Intent.WATER, Intent.MOLD, Intent.STORM, Intent.OTHER), 0.45)
    if weights[Intent.BIOHAZARD] >= 6:
        _scale(weights, (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.SEWAGE, Intent.OTHER), 0.5)
    _weigh_rebuild(index, weights, active=active)
    if weights[Intent.FIRE] >= 4:
        _scale(weights, (Intent.WATER, Intent.STORM), 0.5)
    if weights[Intent.STORM] >= 5:
        weights[Intent.WATER] *= 0.6
    if weights[Intent.MOLD] >= 4:
        weaker, factor = (Intent.MOLD, 0.5) if active else (Intent.WATER, 0.55)
        weights[weaker] *= factor
    if max(weights[intent] for intent in LOSSES) >= 4 and not index.asserted(Signal.WRONG_SERVICE):
        weights[Intent.OTHER] *= 1.0 if board_up else 0.4


def _weigh_rebuild(index: MentionIndex, weights: dict[Intent, float], *, active: bool) -> None:
    """The work that another company left unfinished is a rebuild, unless the place is still wet."""
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
