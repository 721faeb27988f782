"""What the caller wants done: the evidence for each intent, weighed against the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.classification import Intent
from eal.ai.engines.embedded.calls import hints
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope

if TYPE_CHECKING:
    from eal.ai.engines.embedded.calls.mentions import Heard
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
_TOLD = 2.6  # below this no strong cue was heard, and hints are weighed
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


def weigh(heard: Heard, *, broken: bool) -> Weighing:
    """Which intent the evidence speaks for; `broken` when the call ends in the middle of something."""
    weights: dict[Intent, float] = {
        intent: heard.score(intent.value) for intent in Intent if intent is not Intent.UNKNOWN
    }
    board_up = 0.0
    if heard.score("storm") + heard.score("fire") < _SAID_OUTRIGHT and _opened(heard):
        board_up = heard.score("opening")
    weights[Intent.OTHER] = max(weights[Intent.OTHER], board_up)
    weights[Intent.WATER] += min(4.0, 0.8 * heard.score("active_water"))
    _mind_ownership(heard, weights)
    _mind_purpose(heard, weights)
    _mind_losses(heard, weights, board_up)
    if turned_away(heard) and not heard.said("out_of_area"):
        _scale(weights, LOSSES, 0.3)
        weights[Intent.OTHER] += 4.0
    winner = max(weights, key=lambda intent: weights[intent])
    if weights[winner] < _TOLD:
        guess = _guess(heard, weights)
        if guess:
            return guess
    if weights[winner] < _LEAST:
        return Weighing(Intent.UNKNOWN if broken else _without_evidence(heard), weights, ())
    signals = (winner.value, *_ALSO.get(winner, ()))
    found = [m for signal in signals for m in heard.by_signal.get(signal, []) if m.scope is not Scope.NEGATED]
    found.sort(key=lambda m: (-m.cue.weight, m.scope is not Scope.ASSERTED, heard.place(m)))
    return Weighing(winner, weights, tuple(found))


# Signals that speak for an intent without being named after it.
_ALSO = {
    Intent.OTHER: ("opening",),
    Intent.WATER: ("active_water",),
    Intent.REBUILD: ("other_company",),
}


def _guess(heard: Heard, weights: dict[Intent, float]) -> Weighing | None:
    """What the words hint at together with the weak cues, where they hint clearly enough."""
    words = " ".join(clause.text for clause in heard.clauses if clause.counts)
    if heard.said("cut_off") or heard.said("will_call_back") or _GARBLED.search(words):
        return None
    hinted = hints.hints(heard.clauses)
    total = {intent: weights[intent] + hinted[intent.value][0] for intent in weights}
    if heard.said("owned") or heard.said("request"):
        _scale(total, (Intent.WRONG_NUMBER, Intent.SPAM), 0.7)
    winner = max(total, key=lambda intent: total[intent])
    said = hinted[winner.value][1]
    if total[winner] < _HINTED or not said:
        return None
    return Weighing(winner, total, said, guessed=True)


def _without_evidence(heard: Heard) -> Intent:
    """Understood but about nothing we know is other; too little to understand is unknown."""
    words = " ".join(clause.text for clause in heard.clauses if clause.counts)
    if heard.said("cut_off") or heard.said("will_call_back") or _GARBLED.search(words):
        return Intent.UNKNOWN
    if heard.said("price_shopper"):
        return _priced(heard)
    understood = heard.said("wrong_service") or turned_away(heard) or words.count(" ") >= _A_SENTENCE
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


def _priced(heard: Heard) -> Intent:
    """What a price is asked for, by the words of both sides."""
    words = " ".join(clause.text for clause in heard.clauses)
    for intent, said in _PRICED:
        if re.search(rf"\b(?:{said})\b", words):
            return intent
    return Intent.OTHER


def turned_away(heard: Heard) -> list[Mention]:
    """ "Do you install furnaces?" "No, sorry.": what the caller asked for is not offered."""
    asked: Mention | None = None
    for clause in heard.clauses:
        if clause.speaker != "agent":
            mention = next((m for m in heard.said("asks_for") if m.clause is clause), None)
            asked = mention or asked
        elif asked and _REFUSED.match(clause.text):
            return [asked]
        else:
            asked = None
    return []


def _scale(weights: dict[Intent, float], intents: tuple[Intent, ...], factor: float) -> None:
    for intent in intents:
        weights[intent] *= factor


def _mind_ownership(heard: Heard, weights: dict[Intent, float]) -> None:
    """A loss that is nobody's is only talk about the trade."""
    if not any(heard.said(s) for s in ("owned", "request", "referral", "owner", "granted")):
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
    _mind_existing_job(heard, weights)
    _mind_wrong_number(heard, weights)
    _mind_insurance(heard, weights, live=live)


def _mind_existing_job(heard: Heard, weights: dict[Intent, float]) -> None:
    if weights[Intent.EXISTING_JOB] < 5:
        return
    if heard.said("new_loss"):
        weights[Intent.EXISTING_JOB] *= 0.35
    else:
        _scale(weights, (*LOSSES, Intent.INSURANCE, Intent.OTHER), 0.35)


def _mind_wrong_number(heard: Heard, weights: dict[Intent, float]) -> None:
    if heard.said("out_of_area"):
        weights[Intent.WRONG_NUMBER] *= 0.3  # "my mistake" is said of the place too
    if weights[Intent.WRONG_NUMBER] >= 5:
        _scale(weights, (*LOSSES, Intent.OTHER, Intent.EXISTING_JOB), 0.4)


def _mind_insurance(heard: Heard, weights: dict[Intent, float], *, live: bool) -> None:
    if weights[Intent.INSURANCE] >= 3 and heard.said("no_loss") and not heard.said("active_water"):
        _scale(weights, LOSSES, 0.3)
    elif live:
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
    near = any(heard.said(s) for s in ("request", "recent", "wet_now", "active_water", "referral"))
    return bool(strong and tied and near)


def _mind_losses(heard: Heard, weights: dict[Intent, float], board_up: float) -> None:
    """Which of several losses is the one to be dealt with."""
    active = bool(heard.said("active_water"))
    if weights[Intent.SEWAGE] >= 5:
        _scale(weights, (Intent.WATER, Intent.MOLD, Intent.STORM, Intent.OTHER), 0.45)
    if weights[Intent.BIOHAZARD] >= 6:
        _scale(weights, (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.SEWAGE, Intent.OTHER), 0.5)
    _mind_rebuild(heard, weights, active=active)
    if weights[Intent.FIRE] >= 4:
        _scale(weights, (Intent.WATER, Intent.STORM), 0.5)
    if weights[Intent.STORM] >= 5:
        weights[Intent.WATER] *= 0.6
    if weights[Intent.MOLD] >= 4:
        one, factor = (Intent.MOLD, 0.5) if active else (Intent.WATER, 0.55)
        weights[one] *= factor
    if max(weights[intent] for intent in LOSSES) >= 4 and not heard.said("wrong_service"):
        weights[Intent.OTHER] *= 1.0 if board_up else 0.4


def _mind_rebuild(heard: Heard, weights: dict[Intent, float], *, active: bool) -> None:
    """What another company left behind is to be rebuilt, unless it is still wet."""
    if heard.said("other_company"):
        weights[Intent.EXISTING_JOB] *= 0.35
        if not (active or heard.said("wet_now")):
            weights[Intent.REBUILD] += 3.0
    if active:
        weights[Intent.REBUILD] *= 0.4
    elif weights[Intent.REBUILD] >= 5:
        if heard.said("wet_now") and not heard.said("old"):
            weights[Intent.REBUILD] *= 0.4
        else:
            _scale(
                weights,
                (Intent.WATER, Intent.FIRE, Intent.MOLD, Intent.STORM, Intent.OTHER, Intent.INSURANCE),
                0.45,
            )
