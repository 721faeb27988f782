"""The score of a lead, 0 to 100, as the sum of explained contributions.

The need alone decides the highest possible band of a lead; limits from other facts can only lower it. A request finds
the need by phrases. If the trained reading of the notes, which a worker makes afterwards, gives the lead another band,
the score moves there by one contribution, and details do not count.

| band | points | what it is |
|---|---|---|
| hot | 70 to 100 | a live loss or a same-day need, of a decision-maker who can be reached, in the area |
| warm | 40 to 69 | a need without hurry, a need that is not known yet, or a partner who refers work |
| cold | 20 to 39 | no need now, no authority, no contact, outside the area, or lost |
| junk | 0 to 19 | can never become a customer: sales, applicants, spam, another trade, competitors, disqualified |

NEEDS, LIMITS and DETAILS contain all weights. Details order the leads within their band and never lift one out of it;
in the lowest band they do not count. An unknown area or authority is no limit.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from eal.ai.leads import BANDS, LeadFacts
from eal.domain.leads.merging import without_kept_lines
from eal.domain.leads.model import Contribution, Lead, Score, StoredReading

if TYPE_CHECKING:
    from datetime import datetime

    from eal.ai.engines.embedded.leads import LeadReading
    from eal.ai.leads import Band, NotesReading

VERSION = "lead-rules-4"

HOT, WARM, COLD, JUNK = 70, 40, 20, 0
"""The lowest score of each band."""


class Weight(NamedTuple):
    """The points of a feature, or the highest score that a limit allows, and the phrase for it."""

    points: int
    reason: str


NEEDS = {
    "live": Weight(HOT, "a live loss"),
    "same_day": Weight(HOT, "needs help the same day"),
    "planned": Weight(WARM, "a real need that is not urgent"),
    "partner": Weight(WARM, "a partner who may refer work"),
    "unknown": Weight(WARM, "asks for contact, but the need is not known yet"),
    "listed": Weight(COLD, "a name from a list, without a known need"),
    "foreign": Weight(COLD, "asks for nothing that the organization does"),
    "none": Weight(COLD, "no need now"),
    "never": Weight(JUNK, "can never become a customer"),
}
"""A lead has one need. Its points are the lowest score of its band."""

LIMITS = {
    "authority_doubtful": Weight(WARM, "authority to order the work is in doubt"),
    "no_authority": Weight(COLD, "no authority to order the work: at most cold"),
    "unreachable": Weight(COLD, "no phone number or e-mail address: at most cold"),
    "outside": Weight(COLD, "outside the service area: at most cold"),
    "lost": Weight(COLD, "lost: at most cold"),
    "disqualified": Weight(JUNK, "disqualified by a person"),
}
"""The highest score that a fact allows, before details."""

DETAILS = {
    "phone": Weight(5, "a phone number"),
    "email": Weight(2, "an e-mail address"),
    "name": Weight(1, "a name"),
    "address": Weight(2, "an address"),
    "area": Weight(4, "inside the service area"),
    "source": Weight(2, "came from a call or a referral"),
    "loss_type": Weight(2, "the type of loss is known"),
    "decides": Weight(1, "the decision-maker, as they stated or since the first contact"),
}
"""Points within a band: at most 19 together, because the narrowest bands have 20 points."""

HURRY = {
    "emergency": Weight(10, "an emergency"),
    "high": Weight(6, "a live loss that is no emergency"),
    "understood": Weight(5, "the need is understood"),
    "partner": Weight(8, "a partner can refer more than one job"),
    "pressing": Weight(9, "a live loss that needs the owner's approval"),
}
"""At most one of these is added, only in the bands that are wide enough: hot and warm."""

READINGS: dict[Band, Weight] = {
    "hot": Weight(HOT, "the notes or answers read like those of a hot lead"),
    "warm": Weight(WARM, "the notes or answers read like those of a warm lead"),
    "cold": Weight(COLD, "the notes or answers read like those of a cold lead"),
    "junk": Weight(JUNK, "the notes or answers read like those of a lead that can never become a customer"),
}
"""The lowest score by the trained reading of the notes."""
NOTES = "notes"
MIN_NOTE_WORDS = 4
MIN_CONFIDENCE = 0.5
"""Below it the phrases decide: they are right as often, and a correction costs an event."""
MAX_SHARE_POINTS = 15
"""Maximum points of a reading within its band: the closer to the next band, the more."""

_SENT = frozenset({"phone", "call", "referral", "partner", "plumber", "agent", "adjuster", "carrier", "tpa"})
_LISTS = ("import", "list", "purchased", "scrape")
_OF_THE_VISIT = frozenset({
    "ad", "adgroup", "browser", "campaign", "device", "keyword", "landing", "medium", "page", "referer", "referrer",
    "url", "utm",
})  # fmt: skip
"""Words of the names under which websites send where a visitor came from, such as `utm_campaign`."""
_VOUCHED = frozenset({"contacted", "qualified", "scheduled", "won"})
_NEEDED = frozenset({"qualified", "scheduled", "won"})


def score(lead: Lead, *, in_service_area: bool | None, at: datetime) -> Score:
    """The lead's score. `in_service_area` is None if the lead's place or the area is not known."""
    reading = _read(lead)
    need = _need(lead, reading)
    contributions = [_counted("need", NEEDS[need])]
    left = NEEDS[need].points
    for feature, limit in _limits(lead, reading, in_service_area):
        if limit.points < left:
            contributions.append(
                Contribution(feature=feature, points=limit.points - left, reason=limit.reason)
            )
            left = limit.points
    version = VERSION
    if found := _reading_that_decides(lead, left, in_service_area):
        kept, lowest = found
        version = f"{VERSION}+{kept.model}"
        points = lowest.points + round(kept.share * MAX_SHARE_POINTS) - left
        contributions.append(Contribution(feature=NOTES, points=points, reason=lowest.reason))
    else:
        if left > JUNK:
            details = _details(lead, reading, in_service_area)
            contributions += [_counted(name, DETAILS[name]) for name in details]
        if left >= WARM:
            contributions += [_counted("hurry", weight) for weight in _hurry(lead, reading, need, left)]
    return Score(
        value=sum(contribution.points for contribution in contributions),
        scorer=version,
        scored_at=at,
        contributions=tuple(contributions),
    )


def band(points: int) -> Band:
    return BANDS[(points >= COLD) + (points >= WARM) + (points >= HOT)]


def notes_to_read(lead: Lead) -> str | None:
    """The text for the trained reading; None if it is too short, or a person or a call has told the need."""
    if lead.urgency or lead.status in _VOUCHED or lead.status in LIMITS:
        return None
    text = _text(lead)
    return text if len(text.split()) >= MIN_NOTE_WORDS else None


def _text(lead: Lead) -> str:
    """The answers of a form, one a line with its question, and the notes. Left out are answers without a word, such as
    an id; what the website knows of the visit, because an advertisement for burst pipes is no burst pipe; and the lines
    of the notes that keep values of captures.
    """
    answers = [
        f"{question.replace('_', ' ')}: {answer}"
        for question, answer in lead.metadata.items()
        if _OF_THE_VISIT.isdisjoint(question.lower().replace("-", "_").split("_"))
        and any(word.strip(",.;!?").isalpha() for word in answer.split())
    ]
    return "\n".join([*answers, without_kept_lines(lead.notes) or ""]).strip()


def facts(lead: Lead, in_service_area: bool | None) -> LeadFacts:
    """The facts that the trained reading gets besides the notes."""
    return LeadFacts(
        in_service_area=in_service_area,
        has_email=bool(lead.email or lead.additional_emails),
        has_phone=bool(lead.phones),
        has_loss_type=lead.loss_type is not None,
        has_company=lead.company is not None,
        source=lead.source,
    )


def reading_to_keep(lead: Lead, reading: NotesReading, model: str) -> StoredReading:
    return StoredReading(
        band=reading.band,
        share=reading.share,
        confidence=reading.confidence,
        model=model,
        notes_sha256=_sha256(lead),
    )


def has_reading(score: Score) -> bool:
    """Whether the trained reading of the notes decided the score."""
    return any(contribution.feature == NOTES for contribution in score.contributions)


def _sha256(lead: Lead) -> str:
    return hashlib.sha256((notes_to_read(lead) or "").encode(errors="replace")).hexdigest()


def _reading_that_decides(
    lead: Lead, points: int, in_service_area: bool | None
) -> tuple[StoredReading, Weight] | None:
    """The reading and its band, unless it is of other notes, too unsure, or of the band that the points are in. Facts
    limit it as they limit the need.
    """
    reading = lead.notes_reading
    if reading is None or reading.confidence < MIN_CONFIDENCE or reading.notes_sha256 != _sha256(lead):
        return None
    lowest = READINGS[reading.band]
    for _, limit in _limits(lead, None, in_service_area):
        if limit.points < lowest.points:
            lowest = READINGS[band(limit.points)]
    return None if band(lowest.points) == band(points) else (reading, lowest)


def _counted(feature: str, weight: Weight) -> Contribution:
    return Contribution(feature=feature, points=weight.points, reason=weight.reason)


def _read(lead: Lead) -> LeadReading | None:
    """The reading of the text. The engine is imported only if there is any, to keep other cold starts short."""
    text = _text(lead)
    if not text:
        return None
    from eal.ai.engines.embedded.leads import read_lead

    return read_lead(text)


def _need(lead: Lead, reading: LeadReading | None) -> str:
    vouched = lead.status in _NEEDED
    if reading and reading.customer == "never":
        return "planned" if vouched else "never"
    found = _need_by_priority(lead, reading)
    if found == "none" and vouched:
        return "planned"
    if reading and reading.customer == "partner" and found not in ("live", "same_day"):
        return "partner"
    return found


def _need_by_priority(lead: Lead, reading: LeadReading | None) -> str:
    """The need by the notes and by the call. A need stated in the notes takes precedence over a form's field."""
    stated = reading.need if reading else "unknown"
    if stated in ("live", "none"):
        return stated
    if lead.urgency in ("emergency", "high"):
        return "live"
    if stated in ("same_day", "planned"):
        return stated
    if lead.urgency == "low":
        return "none"
    if lead.loss_type and lead.loss_type != "other":
        return "same_day" if reading and reading.hurry else "planned"
    if lead.urgency == "normal" or lead.status in _NEEDED:
        return "planned"
    return stated if stated == "foreign" else _by_source(lead)


def _by_source(lead: Lead) -> str:
    """The need if none is stated: of a partner's company, of a name from a list, or of a person who contacted us."""
    if lead.company and lead.source in ("partner", "prospect"):
        return "partner"
    return "listed" if any(part in lead.source for part in _LISTS) else "unknown"


def _limits(
    lead: Lead, reading: LeadReading | None, in_service_area: bool | None
) -> list[tuple[str, Weight]]:
    found: list[tuple[str, Weight]] = []
    if reading and reading.customer == "possible" and lead.status not in _VOUCHED:
        if reading.authority is None:
            found.append(("authority", LIMITS["authority_doubtful"]))
            if reading.need not in ("live", "same_day"):
                found.append(("authority", LIMITS["no_authority"]))
        elif reading.authority is False:
            found.append(("authority", LIMITS["no_authority"]))
    if not lead.contacts:
        found.append(("reach", LIMITS["unreachable"]))
    if in_service_area is False:
        found.append(("area", LIMITS["outside"]))
    if lead.status in LIMITS:
        found.append(("status", LIMITS[lead.status]))
    return found


def _details(lead: Lead, reading: LeadReading | None, in_service_area: bool | None) -> list[str]:
    has = {
        "phone": bool(lead.phones),
        "email": bool(lead.email or lead.additional_emails),
        "name": bool(lead.first_name or lead.last_name),
        "address": lead.address is not None,
        "area": in_service_area is True,
        "source": lead.source in _SENT or lead.call_id is not None,
        "loss_type": bool(lead.loss_type or (reading and reading.has_loss)),
        "decides": bool(reading and reading.decides) or lead.status in _VOUCHED,
    }
    return [name for name in DETAILS if has[name]]


def _hurry(lead: Lead, reading: LeadReading | None, need: str, left: int) -> list[Weight]:
    if need == "partner":
        return [HURRY["partner"]]
    if left == WARM:
        understood = {"live": "pressing", "same_day": "pressing", "planned": "understood"}.get(need)
        return [HURRY[understood]] if understood else []
    if lead.urgency == "emergency" or (reading and reading.danger):
        return [HURRY["emergency"]]
    return [HURRY["high"]] if need == "live" else []
