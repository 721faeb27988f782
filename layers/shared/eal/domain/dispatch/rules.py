"""The rules that decide what happens after a call. docs/dispatch.md has the policy and the reasons.

Each rule draws one conclusion from facts and settings, which the trace shows. `_outcome` combines the conclusions, in
the order of precedence. Everything here is pure: time is a fact.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from eal.ai.classification import LOSSES, Intent, Urgency, most_urgent
from eal.core.clock import rfc3339
from eal.domain.dispatch.model import Decision, Facts, Reason
from eal.domain.organization_settings import hours, service_area

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from eal.ai.classification import DangerSign
    from eal.core.json import Json
    from eal.domain.dispatch.model import Action, RuleId, Settings
    from eal.domain.organization_settings.hours import OnCall
    from eal.domain.organization_settings.service_area import Point

LOW_CONFIDENCE = 0.5
"""A confidence below it is low."""
MAX_WET_HOURS = 24
"""Mold can start to grow after 24 to 48 hours (EPA, "Mold Cleanup in Your Home")."""

_NO_SERVICE = frozenset({Intent.EMPLOYMENT, Intent.SALES_PITCH, Intent.WRONG_NUMBER, Intent.SPAM})
_UNWANTED = frozenset({Intent.SALES_PITCH, Intent.SPAM})
_AT_ONCE = frozenset({Urgency.EMERGENCY, Urgency.HIGH})

_OF_CLASSIFIED_CALLS: frozenset[RuleId] = frozenset(
    {"safety_first", "in_service_area", "qualified", "urgency"}
)

type _Area = Literal["inside", "outside", "unknown", "not_set"]
type _Hours = Literal["open", "closed", "not_set"]
type _OnCall = Literal["available", "nobody", "not_set"]


class _Conclusions(NamedTuple):
    """The conclusions of the rules. `people` are on call and have capacity, in the order of the rota."""

    facts: Facts
    area: _Area
    hours: _Hours
    next_opening: datetime | None
    on_call: _OnCall
    people: Sequence[OnCall]

    @property
    def is_confident(self) -> bool:
        return self.facts.confidence >= LOW_CONFIDENCE and not self.facts.unsure

    @property
    def is_urgent(self) -> bool:
        return self.facts.urgency in _AT_ONCE

    @property
    def is_loss(self) -> bool:
        return self.facts.intent in LOSSES

    @property
    def somebody_is_available(self) -> bool:
        return self.hours == "open" or bool(self.people)

    @property
    def needs_nothing(self) -> bool:
        """Whether the caller needs no service. A low urgency means that, unless the caller is, or may be, qualified for
        a service."""
        if self.facts.intent in _NO_SERVICE:
            return self.facts.urgency is Urgency.LOW and self.facts.qualified is not True
        return self.facts.urgency is Urgency.LOW and self.facts.qualified is False

    @property
    def is_question(self) -> bool:
        """A question about a claim, a bill or a document, without a need of work."""
        return self.facts.intent is Intent.INSURANCE and self.facts.urgency is Urgency.LOW

    @property
    def is_contradictory(self) -> bool:
        """A caller who wants no service, and yet is qualified for one or in a hurry."""
        return self.facts.intent in _NO_SERVICE and (self.facts.qualified is True or self.is_urgent)

    @property
    def may_be_urgent(self) -> bool:
        """Whether it is urgent, or its urgency is unsure and may be: a review must not come too late to find out."""
        if "urgency" not in self.facts.unsure:
            return self.is_urgent
        likely = self.facts.likely_urgencies or tuple(Urgency)
        return most_urgent((self.facts.urgency, *likely)) in _AT_ONCE

    @property
    def due_at(self) -> datetime | None:
        """The time by which somebody must act: at once if the call may be urgent, otherwise the next opening. None if
        there are no business hours."""
        return self.facts.at if self.may_be_urgent else self.next_opening


class _Outcome(NamedTuple):
    """`because` are the rules whose conclusions lead to the action. `assigns`: the first person on call gets it."""

    action: Action
    due_at: datetime | None
    because: tuple[RuleId, ...]
    assigns: bool = False


def decide(facts: Facts, settings: Settings) -> Decision:
    """The decision about a call, with the conclusion of every rule."""
    conclusions, reasons = _conclude(facts, settings)
    outcome = _outcome(conclusions)
    person = conclusions.people[0] if outcome.assigns and conclusions.people else None
    # Who is on call depends on their capacity.
    decisive = {*outcome.because, *(("capacity",) if "on_call_available" in outcome.because else ())}
    return Decision(
        action=outcome.action,
        reasons=tuple(
            Reason(rule=rule, saw=saw, concluded=concluded, decisive=rule in decisive)
            for rule, saw, concluded in reasons
        ),
        due_at=outcome.due_at,
        assigned_to=person["name"] if person else None,
        assigned_phone=person["phone"] if person else None,
    )


def decide_unclassified(at: datetime, settings: Settings, open_dispatches: Mapping[str, int]) -> Decision:
    """The decision about a call that could not be classified: it may be an emergency, so its review is as urgent.

    The trace leaves out the rules that read only the classification and the place.
    """
    facts = Facts(
        at=at,
        intent=Intent.UNKNOWN,
        urgency=Urgency.EMERGENCY,
        qualified=None,
        confidence=0.0,
        unsure=("intent", "urgency", "qualified"),
        open_dispatches=open_dispatches,
    )
    decision = decide(facts, settings)
    known = tuple(reason for reason in decision.reasons if reason.rule not in _OF_CLASSIFIED_CALLS)
    return replace(decision, reasons=known)


def available_people(settings: Settings, at: datetime, open_dispatches: Mapping[str, int]) -> list[OnCall]:
    """The people on call at `at` who have capacity, in the order of the rota."""
    limit = settings.max_open_per_person
    return [
        person
        for person in hours.on_call_at(settings.on_call, settings.timezone, at)
        if limit is None or open_dispatches.get(person["phone"], 0) < limit
    ]


# ---------------------------------------------------------------- conclusions to action


def _outcome(seen: _Conclusions) -> _Outcome:
    """The first rule that decides."""
    if seen.facts.safety:
        return _for_danger(seen)
    if not seen.is_confident:
        return _Outcome("needs_review", seen.due_at, ("confidence",), assigns=seen.may_be_urgent)
    if seen.is_question:
        return _for_question(seen)
    if seen.needs_nothing:
        return _for_no_need(seen)
    if seen.area == "outside":
        return _Outcome("refer_out", seen.due_at, ("in_service_area",))
    if seen.is_contradictory:
        return _Outcome("needs_review", seen.facts.at, ("qualified", "urgency"))
    if seen.area == "not_set":
        return _Outcome("needs_review", seen.due_at, ("in_service_area",), assigns=seen.is_urgent)
    if seen.facts.urgency is Urgency.EMERGENCY:
        return _for_emergency(seen)
    if seen.facts.qualified is None:
        return _for_undetermined(seen)
    return _for_high(seen) if seen.facts.urgency is Urgency.HIGH else _for_normal(seen)


def _for_danger(seen: _Conclusions) -> _Outcome:
    """A crew goes to a loss; any other danger goes to a person, who tells the caller to leave and to call 911."""
    at = seen.facts.at
    if seen.area == "outside":
        return _Outcome("refer_out", at, ("safety_first", "in_service_area"))
    is_possible = seen.area == "inside" and seen.is_loss and seen.facts.qualified is not False
    if is_possible and seen.somebody_is_available:
        because: tuple[RuleId, ...] = ("safety_first", "in_service_area", _availability(seen))
        return _Outcome("dispatch_now", at, because, assigns=True)
    return _Outcome("transfer", at, ("safety_first",), assigns=True)


def _for_no_need(seen: _Conclusions) -> _Outcome:
    if seen.area == "outside":
        return _Outcome("reject", None, ("in_service_area", "qualified", "urgency"))
    action: Action = "reject" if seen.facts.intent in _UNWANTED else "no_action"
    return _Outcome(action, None, ("qualified", "urgency"))


def _for_question(seen: _Conclusions) -> _Outcome:
    """Customers, lenders and adjusters with a question are called back, wherever they are."""
    because: tuple[RuleId, ...] = ("qualified", "urgency", "within_business_hours")
    if seen.next_opening is None:
        return _Outcome("needs_review", None, because)
    return _Outcome("callback", seen.next_opening, because)


def _for_emergency(seen: _Conclusions) -> _Outcome:
    at = seen.facts.at
    is_ours = seen.facts.qualified is True and seen.is_loss
    if not seen.somebody_is_available:
        return _Outcome("needs_review", at, ("urgency", "within_business_hours", "on_call_available"))
    if is_ours and seen.area == "inside":
        because: tuple[RuleId, ...] = ("in_service_area", "qualified", "urgency", _availability(seen))
        return _Outcome("dispatch_now", at, because, assigns=True)
    missing: RuleId = "in_service_area" if is_ours else "qualified"
    return _Outcome("callback", at, (missing, "urgency", _availability(seen)), assigns=True)


def _for_undetermined(seen: _Conclusions) -> _Outcome:
    """Somebody must ask the caller what the transcript leaves open."""
    at = seen.facts.at
    if seen.facts.urgency is Urgency.HIGH and seen.somebody_is_available:
        return _Outcome("callback", at, ("qualified", "urgency", _availability(seen)), assigns=True)
    if seen.next_opening is None:
        return _Outcome("needs_review", seen.due_at, ("qualified", "within_business_hours"))
    return _Outcome("callback", seen.next_opening, ("qualified", "within_business_hours"))


def _for_high(seen: _Conclusions) -> _Outcome:
    """A crew goes while the organization is open, or if the loss would stay wet for too long until it opens."""
    at = seen.facts.at
    is_ours = seen.facts.qualified is True and seen.is_loss and seen.area == "inside"
    if is_ours and seen.hours == "open":
        because: tuple[RuleId, ...] = ("in_service_area", "qualified", "urgency", "within_business_hours")
        return _Outcome("dispatch_now", at, because, assigns=True)
    if seen.next_opening is None:
        return _Outcome("needs_review", at, ("urgency", "within_business_hours"), assigns=True)
    if is_ours and seen.people and seen.next_opening - at > timedelta(hours=MAX_WET_HOURS):
        because = ("in_service_area", "qualified", "urgency", "within_business_hours", "on_call_available")
        return _Outcome("dispatch_now", at, because, assigns=True)
    return _Outcome("schedule_inspection", seen.next_opening, ("urgency", "within_business_hours"))


def _for_normal(seen: _Conclusions) -> _Outcome:
    """The outcome for a normal urgency, and for a low one with a need."""
    if seen.next_opening is None:
        return _Outcome("needs_review", None, ("urgency", "within_business_hours"))
    is_ours = seen.facts.qualified is True and seen.is_loss and seen.area == "inside"
    action: Action = "schedule_inspection" if is_ours and seen.facts.urgency is Urgency.NORMAL else "callback"
    because: tuple[RuleId, ...] = ("in_service_area", "qualified", "urgency", "within_business_hours")
    return _Outcome(action, seen.next_opening, because)


def _availability(seen: _Conclusions) -> RuleId:
    return "on_call_available" if seen.people else "within_business_hours"


# ---------------------------------------------------------------- facts to conclusions


def _conclude(
    facts: Facts, settings: Settings
) -> tuple[_Conclusions, list[tuple[RuleId, dict[str, Json], str]]]:
    """The conclusions, and for the trace each rule with what it saw and concluded, in order of precedence."""
    area, area_saw = _in_service_area(facts, settings)
    next_opening = hours.next_opening(settings.business_hours, settings.timezone, facts.at)
    people = available_people(settings, facts.at, facts.open_dispatches)
    conclusions = _Conclusions(
        facts=facts,
        area=area,
        hours=_within_business_hours(facts, settings),
        next_opening=next_opening,
        on_call="available" if people else "nobody" if settings.on_call else "not_set",
        people=people,
    )
    clock: dict[str, Json] = {
        "at": rfc3339(facts.at),
        "timezone": settings.timezone,
        "next_opening": rfc3339(next_opening) if next_opening else None,
    }
    reasons: list[tuple[RuleId, dict[str, Json], str]] = [
        (
            "safety_first",
            {
                "safety": facts.safety,
                "hazards": list(facts.hazards),
                **({"signs": [_shown(sign) for sign in facts.danger_signs]} if facts.danger_signs else {}),
            },
            "danger" if facts.safety else "no_danger",
        ),
        (
            "confidence",
            {
                "confidence": facts.confidence,
                "low_below": LOW_CONFIDENCE,
                "unsure": list(facts.unsure),
                **(
                    {"likely_urgencies": [urgency.value for urgency in facts.likely_urgencies]}
                    if facts.likely_urgencies
                    else {}
                ),
            },
            "sufficient" if conclusions.is_confident else "low",
        ),
        ("in_service_area", area_saw, area),
        (
            "qualified",
            {"qualified": facts.qualified, "intent": facts.intent.value},
            {True: "qualified", False: "unqualified", None: "undetermined"}[facts.qualified],
        ),
        ("urgency", {"urgency": facts.urgency.value, "intent": facts.intent.value}, facts.urgency.value),
        ("within_business_hours", clock, conclusions.hours),
        ("on_call_available", {"on_call": [person["name"] for person in people]}, conclusions.on_call),
    ]
    if settings.max_open_per_person is not None:
        reasons.append(_capacity(facts, settings, people))
    return conclusions, reasons


def _shown(sign: DangerSign) -> dict[str, Json]:
    return {**asdict(sign), "found_by": list(sign.found_by)}


def _in_service_area(facts: Facts, settings: Settings) -> tuple[_Area, dict[str, Json]]:
    area = settings.service_area or {}
    point: Point | None = None
    if facts.latitude is not None and facts.longitude is not None:
        point = {"latitude": facts.latitude, "longitude": facts.longitude}
    center, radius = area.get("center"), area.get("radius_miles")
    has_circle = center is not None and radius is not None
    saw: dict[str, Json] = {
        "postal_code": facts.postal_code,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
        "miles": round(service_area.miles(center, point), 1) if center and has_circle and point else None,
        "radius_miles": radius,
    }
    if not has_circle and not area.get("postal_codes"):
        return "not_set", saw
    inside = service_area.contains(area, postal_code=facts.postal_code, point=point)
    return "unknown" if inside is None else "inside" if inside else "outside", saw


def _within_business_hours(facts: Facts, settings: Settings) -> _Hours:
    if not any(settings.business_hours.values()):
        return "not_set"
    return "open" if hours.is_open(settings.business_hours, settings.timezone, facts.at) else "closed"


def _capacity(
    facts: Facts, settings: Settings, people: Sequence[OnCall]
) -> tuple[RuleId, dict[str, Json], str]:
    on_call = hours.on_call_at(settings.on_call, settings.timezone, facts.at)
    saw: dict[str, Json] = {
        "max_open_per_person": settings.max_open_per_person,
        "open_dispatches": {
            person["name"]: facts.open_dispatches.get(person["phone"], 0) for person in on_call
        },
    }
    return "capacity", saw, "exhausted" if on_call and not people else "available"
