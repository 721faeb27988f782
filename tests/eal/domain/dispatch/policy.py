"""The policy of dispatch as a second implementation, for comparison with the rules.

It is written from the policy alone and in another way: sets of permitted actions instead of one decision, a calendar of
open minutes instead of spans, and vectors instead of the haversine formula.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import acos, cos, radians, sin
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

type Case = dict[str, Any]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ACTIONS = {
    "dispatch_now", "schedule_inspection", "callback", "transfer", "refer_out", "reject", "no_action", "needs_review",
}  # fmt: skip
LOSSES = {"water", "sewage", "fire", "mold", "storm", "biohazard", "rebuild", "other"}
URGENCIES = {"emergency", "high", "normal", "low"}
STRANGERS = {"employment", "sales_pitch", "wrong_number", "spam"}
"""Callers who want no service."""
WEEK = 7 * 24 * 60
BY_A_PERSON = {"transfer", "callback", "needs_review"}


def permitted(facts: Case, settings: Case) -> set[str]:
    """The actions that the policy permits."""
    where, has_need = inside(facts, settings), needs_service(facts)
    if facts["safety"]:
        return {"refer_out"} if where == "no" else {"dispatch_now", "transfer"}
    if facts["confidence"] < 0.5 or facts["unsure"]:
        return {"needs_review"}
    if facts["intent"] == "insurance" and facts["urgency"] == "low":
        return {"callback"} if any(settings["business_hours"].values()) else {"needs_review"}
    if where == "no":
        return {"refer_out"} if has_need else {"reject"}
    if not has_need:
        return {"no_action", "reject"}
    if facts["intent"] in STRANGERS and (facts["qualified"] or facts["urgency"] in ("emergency", "high")):
        return {"needs_review"}
    if where == "not set":
        return {"needs_review"}
    return _by_urgency(facts, settings, where)


def _by_urgency(facts: Case, settings: Case, where: str) -> set[str]:
    is_customer = facts["qualified"] is True and facts["intent"] in LOSSES
    has_hours = any(settings["business_hours"].values())
    if facts["urgency"] == "emergency":
        can_go = is_open(facts, settings) or people_on_call(facts, settings)
        if is_customer and where == "yes" and can_go:
            return {"dispatch_now"}
        return BY_A_PERSON if can_go else {"needs_review"}
    if facts["qualified"] is None:
        return BY_A_PERSON if has_hours or facts["urgency"] == "high" else {"needs_review"}
    if not has_hours or opening(facts, settings) is None:
        return {"needs_review"}
    if facts["urgency"] == "high":
        crew = {"dispatch_now"} if is_customer and where == "yes" else set()
        return {"schedule_inspection"} | crew
    return {"schedule_inspection", "callback"} if facts["urgency"] == "normal" else {"callback"}


def needs_service(facts: Case) -> bool:
    """Low means no need, unless the caller is qualified or may be. Nobody may be who wants no service."""
    if facts["urgency"] != "low" or facts["qualified"] is True:
        return True
    return facts["qualified"] is None and facts["intent"] not in STRANGERS


# ---------------------------------------------------------------- places


def inside(facts: Case, settings: Case) -> str:
    """yes, no, unknown, or not set."""
    area = settings["service_area"] or {}
    tests: list[bool | None] = []
    if codes := area.get("postal_codes"):
        code = facts["postal_code"]
        tests.append(None if not code else any(code.strip()[:5] == listed[:5] for listed in codes))
    if area.get("center"):
        known = facts["latitude"] is not None
        tests.append(_angle_miles(area["center"], facts) <= area["radius_miles"] if known else None)
    if not tests:
        return "not set"
    if any(tests):
        return "yes"
    return "unknown" if None in tests else "no"


def _angle_miles(first: Case, second: Case) -> float:
    left, other = _vector(first), _vector(second)
    cosine = sum(mine * theirs for mine, theirs in zip(left, other, strict=True))
    return 3958.8 * acos(max(-1.0, min(1.0, cosine)))


def _vector(point: Case) -> tuple[float, float, float]:
    north, east = radians(point["latitude"]), radians(point["longitude"])
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


# ---------------------------------------------------------------- times


def is_open(facts: Case, settings: Case) -> bool:
    return minute_of_week(settings, facts["at"]) in open_minutes(settings["business_hours"])


def people_on_call(facts: Case, settings: Case) -> list[Case]:
    minute = minute_of_week(settings, facts["at"])
    return [
        person
        for person in settings["on_call"]
        if minute in open_minutes({day: [(person["from"], person["to"])] for day in person["days"]})
    ]


def opening(facts: Case, settings: Case) -> datetime | None:
    """The first open minute from the facts' time on, by stepping through two weeks."""
    at: datetime = facts["at"]
    minutes = open_minutes(settings["business_hours"])
    if minute_of_week(settings, at) in minutes:
        return at
    step = at.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(2 * WEEK):
        step += timedelta(minutes=1)
        if minute_of_week(settings, step) in minutes:
            return step
    return None


def minute_of_week(settings: Case, at: datetime) -> int:
    wall = at.astimezone(ZoneInfo(settings["timezone"]))
    return (wall.weekday() * 24 + wall.hour) * 60 + wall.minute


def open_minutes(hours: dict[str, Iterable[Iterable[str]]]) -> set[int]:
    found: set[int] = set()
    for day, spans in hours.items():
        for begins, ends in spans:
            start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (begins, ends))
            length = (end - start) % (24 * 60) or 24 * 60
            first = DAYS.index(day) * 24 * 60 + start
            found.update((first + passed) % WEEK for passed in range(length))
    return found
