"""What the caller wants done: the evidence for each intent, weighed against the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.engines.rules.scope import Scope
from eal.calls.classification import Intent

if TYPE_CHECKING:
    from eal.ai.engines.rules.cues import Mention
    from eal.ai.engines.rules.heard import Heard

LOSSES = (
    Intent.WATER,
    Intent.SEWAGE,
    Intent.FIRE,
    Intent.MOLD,
    Intent.STORM,
    Intent.BIOHAZARD,
    Intent.REBUILD,
)
NO_NEED = (Intent.EMPLOYMENT, Intent.SALES_PITCH, Intent.WRONG_NUMBER, Intent.SPAM)
_LEAST = 1.4  # below this nothing was understood
_SAID_OUTRIGHT = 4.0
_A_SENTENCE = 9  # spaces in what can be understood as a wish
_GARBLED = re.compile(
    r"\b(?:inaudible|unintelligible|indiscernible|static|garbled|crosstalk|muffled|silence|noise)\b"
)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The intent that won, the weight of every candidate, and the mentions behind the winner."""

    intent: Intent
    weights: dict[Intent, float]
    mentions: tuple[Mention, ...]

    @property
    def margin(self) -> float:
        """From 0 (a tie, or nothing) towards 1 (one strong candidate alone)."""
        ranked = sorted(self.weights.values(), reverse=True)
        top, second = ranked[0], ranked[1]
        return (top - second) / (top + second + 1.0) if top > 0 else 0.0


def weigh(heard: Heard, *, broken: bool) -> Weighing:
    """Which intent the evidence speaks for; `broken` when the call ends in the middle of something."""
    weights: dict[Intent, float] = {
        intent: heard.score(intent.value) for intent in Intent if intent is not Intent.UNKNOWN
    }
    board_up = 0.0
    if heard.score("storm") + heard.score("fire") < _SAID_OUTRIGHT and _opened(heard):
        board_up = heard.score("opening")
    weights[Intent.OTHER] = max(weights[Intent.OTHER], board_up)
    weights[Intent.WATER] += min(3.0, 0.5 * heard.score("active_water"))
    _mind_ownership(heard, weights)
    _mind_purpose(heard, weights)
    _mind_losses(heard, weights, board_up)
    winner = max(weights, key=lambda intent: weights[intent])
    if weights[winner] < _LEAST:
        return Weighing(Intent.UNKNOWN if broken else _without_evidence(heard), weights, ())
    signals = (winner.value, *_ALSO.get(winner, ()))
    found = [m for signal in signals for m in heard.by_signal.get(signal, []) if m.scope is not Scope.NEGATED]
    found.sort(key=lambda m: (-m.cue.weight, m.scope is not Scope.ASSERTED, heard.place(m)))
    return Weighing(winner, weights, tuple(found))


# Signals that speak for an intent without being named after it.
_ALSO = {Intent.OTHER: ("opening",), Intent.WATER: ("active_water",)}


def _without_evidence(heard: Heard) -> Intent:
    """Understood but about nothing we know is other; too little to understand is unknown."""
    words = " ".join(clause.text for clause in heard.clauses if clause.counts)
    if heard.said("cut_off") or _GARBLED.search(words):
        return Intent.UNKNOWN
    understood = heard.said("wrong_service") or turned_away(heard) or words.count(" ") >= _A_SENTENCE
    return Intent.OTHER if understood else Intent.UNKNOWN


def turned_away(heard: Heard) -> list[Mention]:
    """ "Do you install furnaces?" "No, sorry.": what the caller asked for is not offered."""
    asked = [m for m in heard.said("request") if re.search(r"\bdo (?:you|yall)\b", m.clause.text)]
    for mention in asked:
        place = heard.clauses.index(mention.clause)
        for clause in heard.clauses[place + 1 : place + 3]:
            if clause.speaker == "agent" and re.match(
                r"(?:no|sorry|unfortunately|im sorry|i am sorry|afraid not)\b", clause.text
            ):
                return [mention]
    return []


def _scale(weights: dict[Intent, float], intents: tuple[Intent, ...], factor: float) -> None:
    for intent in intents:
        weights[intent] *= factor


def _mind_ownership(heard: Heard, weights: dict[Intent, float]) -> None:
    """A loss that is nobody's is only talk about the trade."""
    if not (heard.said("owned") or heard.said("request") or heard.said("referral")):
        _scale(weights, LOSSES, 0.6)


def _mind_purpose(heard: Heard, weights: dict[Intent, float]) -> None:
    """Who sells, applies or asks about a job speaks of losses too, without having one."""
    live = live_loss(heard)
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
    if weights[Intent.EXISTING_JOB] >= 5:
        if heard.said("new_loss"):
            weights[Intent.EXISTING_JOB] *= 0.35
        else:
            _scale(weights, (*LOSSES, Intent.INSURANCE, Intent.OTHER), 0.35)
    if weights[Intent.WRONG_NUMBER] >= 5:
        _scale(weights, (*LOSSES, Intent.OTHER), 0.4)
    if live:
        weights[Intent.INSURANCE] *= 0.35
    elif weights[Intent.INSURANCE] >= 4:
        _scale(weights, LOSSES, 0.5)


def _opened(heard: Heard) -> bool:
    return any(m.cue.weight >= _SAID_OUTRIGHT for m in heard.said("opening"))


def live_loss(heard: Heard) -> bool:
    """Whether somebody says that a loss is there now, and theirs to tell of."""
    strong = any(
        m.cue.weight >= 3 and m.scope is Scope.ASSERTED
        for intent in LOSSES
        for m in heard.by_signal.get(intent.value, [])
    )
    tied = heard.said("owned") or heard.said("referral")
    near = (
        heard.said("request") or heard.said("recent") or heard.said("wet_now") or heard.said("active_water")
    )
    return bool(strong and tied and near)


def _mind_losses(heard: Heard, weights: dict[Intent, float], board_up: float) -> None:
    """Which of several losses is the one to be dealt with."""
    active = bool(heard.said("active_water"))
    if weights[Intent.SEWAGE] >= 5:
        _scale(weights, (Intent.WATER, Intent.MOLD, Intent.STORM, Intent.OTHER), 0.45)
    if weights[Intent.BIOHAZARD] >= 6:
        _scale(weights, (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.SEWAGE, Intent.OTHER), 0.5)
    if weights[Intent.REBUILD] >= 5:
        if active or (heard.said("wet_now") and not heard.said("old")):
            weights[Intent.REBUILD] *= 0.4
        else:
            _scale(
                weights,
                (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.STORM, Intent.OTHER, Intent.INSURANCE),
                0.45,
            )
    if weights[Intent.FIRE] >= 4:
        _scale(weights, (Intent.WATER, Intent.STORM), 0.5)
    if weights[Intent.STORM] >= 5:
        weights[Intent.WATER] *= 0.6
    if weights[Intent.MOLD] >= 4:
        if active:
            weights[Intent.MOLD] *= 0.5
        else:
            weights[Intent.WATER] *= 0.55
    if max(weights[intent] for intent in LOSSES) >= 4 and not heard.said("wrong_service"):
        weights[Intent.OTHER] *= 1.0 if board_up else 0.4
