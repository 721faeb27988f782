"""How soon somebody has to act."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.ai.classification import Intent, Urgency
from eal.ai.engines.embedded.calls.intents import LOSSES, live_loss
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.ai.engines.embedded.calls.mentions import MentionIndex
    from eal.ai.engines.embedded.language.cues import Mention

type Assessment = tuple[Urgency, tuple[Mention, ...]]

_DEATH_OR_BLOOD = compiled(
    r"\b(?:blood|suicide|died|passed away|dead|deceased|body|decompos\w*|shot|stabb\w+|shooting|death"
    r"|was found|been gone|passed (?:at|in|alone|there|on)|found (?:him|her)"
    r"|crime scene|killed"
    r"|murder|homicide|own li(?:fe|ves)|hanged|hung|overdosed|fluids?|remains|trauma|found for|unattended)\b"
)
_SMALL = compiled(r"\b(?:small|little|tiny|minor|spots?|specks?|patch)\b")


def judge(intent: Intent, index: MentionIndex) -> Assessment:
    """The urgency of a call without danger to life."""
    settled = index.asserted(Signal.NO_NEED)
    if settled and intent in LOSSES:
        return Urgency.LOW, (settled[0],)
    found = _by_intent(intent, index)
    angry = index.asserted(Signal.ANGRY)
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


def _by_intent(intent: Intent, index: MentionIndex) -> Assessment:
    rule = _rules().get(intent)
    if rule:
        return rule(index)
    real = intent in (Intent.REBUILD, Intent.UNKNOWN) or (intent is Intent.INSURANCE and live_loss(index))
    return (Urgency.NORMAL if real else Urgency.LOW), ()


def _rules() -> dict[Intent, Callable[[MentionIndex], Assessment]]:
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


def uncontrolled(index: MentionIndex) -> Mention | None:
    """The mention of water that still comes in, unless a later one says that it stopped."""
    flowing = index.asserted(Signal.ACTIVE_WATER) + _not_stopped(index)
    if index.asserted(Signal.ACTIVE_DRIP):
        drips = {id(m.clause) for m in index.asserted(Signal.ACTIVE_DRIP)}
        flowing = [
            m for m in flowing if id(m.clause) not in drips and m.clause.sentence_id not in _sentences(index)
        ]
    if not flowing:
        return None
    last = max(flowing, key=index.position)
    ends = index.asserted(Signal.STOPPED) + [
        m
        for m in index.negated(Signal.ACTIVE_WATER)
        if not re.search(r"\bcant|wont|not? stop", m.clause.text)
    ]
    if any(index.position(end) >= index.position(last) for end in ends):
        return None
    return flowing[0]


def _sentences(index: MentionIndex) -> set[int]:
    return {m.clause.sentence_id for m in index.asserted(Signal.ACTIVE_DRIP)}


def _not_stopped(index: MentionIndex) -> list[Mention]:
    return [
        m
        for m in index.negated(Signal.STOPPED)
        if re.search(r"\b(?:cant|wont|hasnt|not|havent|couldnt)\b", m.clause.text)
    ]


def _water(index: MentionIndex) -> Assessment:
    flowing = uncontrolled(index)
    rain = _rain_through(index)
    if flowing:
        return Urgency.EMERGENCY, (flowing,)
    if rain:
        return Urgency.EMERGENCY, (rain,)
    return _wet(index)


def _wet(index: MentionIndex) -> Assessment:
    wet = index.asserted(Signal.WET_NOW)
    dry = index.asserted(Signal.DRY_NOW)
    if dry and _soaked(wet):
        # The dry thing may be another one: only a mention after the last wet one counts.
        last = max(index.position(m) for m in wet if _soaked([m]))
        dry = [m for m in dry if index.position(m) >= last]
    if (
        not wet
        or dry
        or (index.by_signal.get(Signal.OLD) and not index.asserted(Signal.RECENT) and not _soaked(wet))
    ):
        return Urgency.NORMAL, ()
    if (
        index.asserted(Signal.NO_HURRY)
        or (index.asserted(Signal.PRICE_SHOPPER) and not index.asserted(Signal.RECENT))
    ) and not _soaked(wet):
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


def _sewage(index: MentionIndex) -> Assessment:
    mentions = index.asserted(Signal.SEWAGE)
    over = index.asserted(Signal.SEWAGE_OVER)
    if not mentions or (index.by_signal.get(Signal.OLD) and not index.asserted(Signal.RECENT)):
        return Urgency.NORMAL, ()
    if over and not index.asserted(Signal.ACTIVE_WATER):
        return Urgency.HIGH, (over[0],)
    if index.asserted(Signal.NO_HURRY):
        return Urgency.NORMAL, ()
    return Urgency.EMERGENCY, (mentions[0],)


def _fire(index: MentionIndex) -> Assessment:
    recent, unlivable = index.asserted(Signal.RECENT), index.asserted(Signal.UNLIVABLE)
    old = index.by_signal.get(Signal.OLD)
    if unlivable and recent and not old:
        return Urgency.EMERGENCY, (recent[0], unlivable[0])
    flowing = uncontrolled(index)
    if flowing:
        return Urgency.EMERGENCY, (flowing,)
    if old and not recent:
        return Urgency.NORMAL, ()
    if index.asserted(Signal.NO_HURRY) and not recent:
        return Urgency.NORMAL, ()
    fire = index.asserted(Signal.FIRE)
    return (Urgency.HIGH, (fire[0],)) if fire else (Urgency.NORMAL, ())


def _rain_through(index: MentionIndex) -> Mention | None:
    """The mention of rain that enters the building now; rain alone is weather."""
    rain = index.asserted(Signal.RAIN_IN)
    if not rain or any(index.position(m) >= index.position(rain[-1]) for m in index.negated(Signal.RAIN_IN)):
        return None
    if any(index.position(end) > index.position(rain[-1]) for end in index.asserted(Signal.STOPPED)):
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
    breached = index.asserted(Signal.OPENING) or index.asserted(Signal.STORM) or index.asserted(Signal.WATER)
    if not enters and not (index.asserted(Signal.OPENING) and breached):
        return None
    if index.by_signal.get(Signal.OLD) and not index.asserted(Signal.RECENT):
        return None
    return (enters or rain)[0]


def _storm(index: MentionIndex) -> Assessment:
    rain = _rain_through(index)
    flowing = uncontrolled(index)
    if rain or flowing:
        reason = rain or flowing
        return Urgency.EMERGENCY, (reason,) if reason else ()
    opening = index.asserted(Signal.OPENING)
    if opening and not (index.by_signal.get(Signal.OLD) and not index.asserted(Signal.RECENT)):
        return Urgency.HIGH, (opening[0],)
    return _wet(index)


def _mold(index: MentionIndex) -> Assessment:
    flowing = uncontrolled(index)
    if flowing and flowing.cue.weight >= 3 and index.asserted(Signal.WATER):
        return Urgency.EMERGENCY, (flowing,)
    near = index.asserted(Signal.VULNERABLE) + index.asserted(Signal.DEADLINE)
    small = any(_SMALL.search(m.clause.text) for m in index.asserted(Signal.MOLD))
    large = index.asserted(Signal.LARGE)
    if near and (large or not small):
        return Urgency.HIGH, (near[0],)
    return Urgency.NORMAL, ()


def _biohazard(index: MentionIndex) -> Assessment:
    for mention in index.by_signal.get(Signal.BIOHAZARD, []):
        if mention.scope is not Scope.NEGATED and _DEATH_OR_BLOOD.search(mention.clause.text):
            return Urgency.HIGH, (mention,)
    near = index.asserted(Signal.VULNERABLE) + index.asserted(Signal.DEADLINE)
    if index.asserted(Signal.NO_HURRY):
        return Urgency.NORMAL, ()
    return (Urgency.HIGH, (near[0],)) if near else (Urgency.NORMAL, ())


def _existing_job(index: MentionIndex) -> Assessment:
    flowing = uncontrolled(index)
    if flowing and index.asserted(Signal.WATER):
        return Urgency.EMERGENCY, (flowing,)
    money = index.asserted(Signal.MONEY)
    return (Urgency.LOW, (money[0],)) if money else (Urgency.NORMAL, ())


def _other(index: MentionIndex) -> Assessment:
    opening = [m for m in index.asserted(Signal.OPENING) if m.cue.weight >= 3]
    if opening:
        rain = _rain_through(index)
        return (Urgency.EMERGENCY, (rain,)) if rain else (Urgency.HIGH, (opening[0],))
    named = index.asserted(Signal.OTHER) or index.asserted(Signal.WRONG_SERVICE)
    return (Urgency.NORMAL if index.asserted(Signal.REQUEST) and not named else Urgency.LOW), ()
