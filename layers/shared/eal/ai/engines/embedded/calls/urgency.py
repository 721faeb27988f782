"""How soon somebody has to act."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.ai.classification import Intent, Urgency
from eal.ai.engines.embedded.calls.intents import LOSSES, live_loss
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.ai.engines.embedded.calls.mentions import Heard
    from eal.ai.engines.embedded.language.cues import Mention

type Judged = tuple[Urgency, tuple[Mention, ...]]

_DEATH_OR_BLOOD = compiled(
    r"\b(?:blood|suicide|died|passed away|dead|deceased|body|decompos\w*|shot|stabb\w+|shooting|death"
    r"|was found|been gone|passed (?:at|in|alone|there|on)|found (?:him|her)"
    r"|crime scene|killed"
    r"|murder|homicide|own li(?:fe|ves)|hanged|hung|overdosed|fluids?|remains|trauma|found for|unattended)\b"
)
_SMALL = compiled(r"\b(?:small|little|tiny|minor|spots?|specks?|patch)\b")


def judge(intent: Intent, heard: Heard) -> Judged:
    """The urgency of a call without danger to life."""
    settled = heard.said("no_need")
    if settled and intent in LOSSES:
        return Urgency.LOW, (settled[0],)
    found = _by_intent(intent, heard)
    angry = heard.said("angry")
    if angry and intent not in _CALM and found[0] in (Urgency.NORMAL, Urgency.LOW):
        return Urgency.HIGH, (angry[0],)
    return found


_CALM = (
    Intent.EMPLOYMENT,
    Intent.SALES_PITCH,
    Intent.WRONG_NUMBER,
    Intent.SPAM,
    Intent.UNKNOWN,
    Intent.MOLD,
    Intent.INSURANCE,
    Intent.OTHER,
)


def _by_intent(intent: Intent, heard: Heard) -> Judged:
    rule = _rules().get(intent)
    if rule:
        return rule(heard)
    real = intent in (Intent.REBUILD, Intent.UNKNOWN) or (intent is Intent.INSURANCE and live_loss(heard))
    return (Urgency.NORMAL if real else Urgency.LOW), ()


def _rules() -> dict[Intent, Callable[[Heard], Judged]]:
    return {
        Intent.WATER: _water,
        Intent.SEWAGE: _sewage,
        Intent.FIRE: _fire,
        Intent.STORM: _storm,
        Intent.MOLD: _mold,
        Intent.BIOHAZARD: _biohazard,
        Intent.EXISTING_JOB: _existing_job,
        Intent.OTHER: _other,
    }


def uncontrolled(heard: Heard) -> Mention | None:
    """Water that still comes in: said so, and not said later that it stopped."""
    flowing = heard.said("active_water") + _not_stopped(heard)
    if heard.said("active_drip"):
        drips = {id(m.clause) for m in heard.said("active_drip")}
        flowing = [
            m for m in flowing if id(m.clause) not in drips and m.clause.sentence_id not in _sentences(heard)
        ]
    if not flowing:
        return None
    last = max(flowing, key=heard.place)
    ends = heard.said("stopped") + [
        m for m in heard.denied("active_water") if not re.search(r"\bcant|wont|not? stop", m.clause.text)
    ]
    if any(heard.place(end) >= heard.place(last) for end in ends):
        return None
    return flowing[0]


def _sentences(heard: Heard) -> set[int]:
    return {m.clause.sentence_id for m in heard.said("active_drip")}


def _not_stopped(heard: Heard) -> list[Mention]:
    return [
        m
        for m in heard.denied("stopped")
        if re.search(r"\b(?:cant|wont|hasnt|not|havent|couldnt)\b", m.clause.text)
    ]


def _water(heard: Heard) -> Judged:
    flowing = uncontrolled(heard)
    rain = _rain_through(heard)
    if flowing:
        return Urgency.EMERGENCY, (flowing,)
    if rain:
        return Urgency.EMERGENCY, (rain,)
    return _wet(heard)


def _wet(heard: Heard) -> Judged:
    wet = heard.said("wet_now")
    dry = heard.said("dry_now")
    if dry and _soaked(wet):
        # What is dry may be another thing: only what is said after the wetness takes it back.
        last = max(heard.place(m) for m in wet if _soaked([m]))
        dry = [m for m in dry if heard.place(m) >= last]
    if not wet or dry or (heard.by_signal.get("old") and not heard.said("recent") and not _soaked(wet)):
        return Urgency.NORMAL, ()
    if (heard.said("no_hurry") or (heard.said("price_shopper") and not heard.said("recent"))) and not _soaked(
        wet
    ):
        return Urgency.NORMAL, ()
    return Urgency.HIGH, (wet[0],)


def _soaked(wet: list[Mention]) -> bool:
    return any(
        re.search(
            (
                r"\b(?:standing|inch|inches|soak\w*|ruined|satur\w*|squish\w*|drench\w*|still wet|is wet"
                r"|are wet)\b"
            ),
            m.clause.text,
        )
        for m in wet
    )


def _sewage(heard: Heard) -> Judged:
    mentions = heard.said("sewage")
    over = heard.said("sewage_over")
    if not mentions or (heard.by_signal.get("old") and not heard.said("recent")):
        return Urgency.NORMAL, ()
    if over and not heard.said("active_water"):
        return Urgency.HIGH, (over[0],)
    if heard.said("no_hurry"):
        return Urgency.NORMAL, ()
    return Urgency.EMERGENCY, (mentions[0],)


def _fire(heard: Heard) -> Judged:
    recent, unlivable = heard.said("recent"), heard.said("unlivable")
    old = heard.by_signal.get("old")
    if unlivable and recent and not old:
        return Urgency.EMERGENCY, (recent[0], unlivable[0])
    flowing = uncontrolled(heard)
    if flowing:
        return Urgency.EMERGENCY, (flowing,)
    if old and not recent:
        return Urgency.NORMAL, ()
    if heard.said("no_hurry") and not recent:
        return Urgency.NORMAL, ()
    said = heard.said("fire")
    return (Urgency.HIGH, (said[0],)) if said else (Urgency.NORMAL, ())


def _rain_through(heard: Heard) -> Mention | None:
    """Rain that enters now; rain alone is weather."""
    rain = heard.said("rain_in")
    if not rain or any(heard.place(m) >= heard.place(rain[-1]) for m in heard.denied("rain_in")):
        return None
    if any(heard.place(end) > heard.place(rain[-1]) for end in heard.said("stopped")):
        return None
    enters = [
        m
        for m in rain
        if re.search(
            (
                r"\b(?:in|into|inside|through|roof|leaking|pouring|dripping|dumping|down|on (?:everything"
                r"|us|our|my|top))\b"
            ),
            m.clause.text,
        )
    ]
    breached = heard.said("opening") or heard.said("storm") or heard.said("water")
    if not enters and not (heard.said("opening") and breached):
        return None
    if heard.by_signal.get("old") and not heard.said("recent"):
        return None
    return (enters or rain)[0]


def _storm(heard: Heard) -> Judged:
    rain = _rain_through(heard)
    flowing = uncontrolled(heard)
    if rain or flowing:
        reason = rain or flowing
        return Urgency.EMERGENCY, (reason,) if reason else ()
    opening = heard.said("opening")
    if opening and not (heard.by_signal.get("old") and not heard.said("recent")):
        return Urgency.HIGH, (opening[0],)
    return _wet(heard)


def _mold(heard: Heard) -> Judged:
    flowing = uncontrolled(heard)
    if flowing and flowing.cue.weight >= 3 and heard.said("water"):
        return Urgency.EMERGENCY, (flowing,)
    near = heard.said("vulnerable") + heard.said("deadline")
    small = any(_SMALL.search(m.clause.text) for m in heard.said("mold"))
    large = heard.said("large")
    if near and (large or not small):
        return Urgency.HIGH, (near[0],)
    return Urgency.NORMAL, ()


def _biohazard(heard: Heard) -> Judged:
    for mention in heard.by_signal.get("biohazard", []):
        if mention.scope is not Scope.NEGATED and _DEATH_OR_BLOOD.search(mention.clause.text):
            return Urgency.HIGH, (mention,)
    near = heard.said("vulnerable") + heard.said("deadline")
    if heard.said("no_hurry"):
        return Urgency.NORMAL, ()
    return (Urgency.HIGH, (near[0],)) if near else (Urgency.NORMAL, ())


def _existing_job(heard: Heard) -> Judged:
    flowing = uncontrolled(heard)
    if flowing and heard.said("water"):
        return Urgency.EMERGENCY, (flowing,)
    money = heard.said("money")
    return (Urgency.LOW, (money[0],)) if money else (Urgency.NORMAL, ())


def _other(heard: Heard) -> Judged:
    opening = [m for m in heard.said("opening") if m.cue.weight >= 3]
    if opening:
        rain = _rain_through(heard)
        return (Urgency.EMERGENCY, (rain,)) if rain else (Urgency.HIGH, (opening[0],))
    named = heard.said("other") or heard.said("wrong_service")
    return (Urgency.NORMAL if heard.said("request") and not named else Urgency.LOW), ()
