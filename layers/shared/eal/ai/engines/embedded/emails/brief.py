"""Reading of the instructions for an e-mail: its goal, the loss, and the points to make or to ask.

Instructions are the tenant's own, but may quote others. What is taken from them is a word of a closed list or, after
"mention that" and "ask whether", a statement that the content policy has read. Notes give words of closed lists only,
so nothing in them can steer or appear in an e-mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from eal.ai import content_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.engines.embedded.emails.sentences import Goal

MAX_POINTS = 3
_MAX_POINT_CHARACTERS = 240

_GOALS: tuple[tuple[Goal, str], ...] = (
    ("apology", r"\bapolog\w*|\bsay(?:ing)? sorry|\bsorry (?:for|about|that)|\bmake (?:it )?(?:up|right)"),
    (
        "missed_call",
        r"\bmissed (?:\w+ )?call|\breturn(?:ing)? (?:\w+ )?call|\bvoice ?mail|\bcalled (?:us|back|in)\b",
    ),
    (
        "referral_partner",
        r"\breferral|\bpartner(?:s|ship|ing)?\b|\brefer (?:\w+ )?(?:customers?|clients?|owners?|jobs?|work"
        r"|tenants?)|\bsend us (?:\w+ )?(?:work|jobs|customers)",
    ),
    ("feedback", r"\bfeedback|\bhow (?:did )?(?:we|it) (?:did|do|went|go)\b|\bsatisf\w+|\bsurvey|\bopinion"),
    (
        "estimate_follow_up",
        r"\b(?:estimates?|quotes?|proposals?|bids?)\b(?=.{0,200}\b(?:follow|sent|send|check|hear|heard"
        r"|decid|question|thought|nudge|look|review|waiting|still)\w*)"
        r"|\b(?:follow|check|hear|heard|ask|remind|decid|nudge)\w*\b.{0,200}\b(?:estimates?|quotes?"
        r"|proposals?|bids?)\b",
    ),
    ("thank_you", r"\bthank(?:s|ing|ful)?\b|\bgratitude|\bappreciat\w+"),
    (
        "documents",
        r"\bdocuments?\b|\bpaper ?work|\bpapers\b|\b(?:send|need|request|ask for"
        r"|missing) (?:\w+ ){0,3}(?:photos?|pictures?|forms?|receipts?|signature)|\bsign(?:ed)? (?:the|our"
        r"|an?)\b|\bauthori[sz]ation|\bclaim number",
    ),
    (
        "scheduling",
        r"\bschedul\w+|\bappointment|\b(?:book|set up|arrange|find|agree on|propose"
        r"|offer) (?:\w+ ){0,3}(?:visit|time|inspection|walk ?-?through|meeting|day|date|slot)"
        r"|\binspection\b|\bcome (?:out|by)\b",
    ),
    (
        "seasonal",
        r"\bseason\w*|\bwinter\w*|\bhurricane|\bfreez\w+|\bprepar\w+ (?:for|their)|\bmonsoon|\brainy",
    ),
    (
        "job_update",
        r"\bupdate\b|\bprogress|\bstatus of\b|\bnext steps?\b|\bwhere (?:we|things) (?:are|stand)"
        r"|\bkeep (?:\w+ )?(?:posted|informed)",
    ),
    (
        "re_engagement",
        r"\b(?:re-?engage|reconnect|win back|wake up|revive|reviv\w+)|\bhaven't heard|\bhave not heard"
        r"|\bgone (?:quiet|silent|cold)|\bwent (?:quiet|silent|cold)|\bold (?:lead|request|inquiry)"
        r"|\bmonths? ago|\blong time",
    ),
    (
        "introduction",
        r"\bintroduc\w+|\bfirst (?:contact|e-?mail|touch)|\bcold e-?mail|\bwho we are|\breach out to\b"
        r"|\bpresent (?:us|our)",
    ),
    (
        "follow_up",
        r"\bfollow(?:ing)?(?: |-)?up|\bcheck(?:ing)? in|\btouch base|\bhow (?:\w+ ){1,3}(?:is|are) doing"
        r"|\bnudge|\bremind\w*",
    ),
)
"""Goals in the order of precedence: the first that occurs is the goal."""

_LOSSES = {
    "sewage": r"\bsew(?:age|er)\b",
    "smoke": r"\bsmoke|\bsoot",
    "fire": r"\bfire\b|\bburn(?:t|ed)\b",
    "mold": r"\bmou?ld\b",
    "storm": r"\bstorm|\bhail\b|\bhurricane|\btornado|\bwind damage",
    "water": r"\bwater|\bflood\w*|\bleak\w*|\bburst|\bpipe\b|\bwet\b",
    "biohazard": r"\bbiohazard|\btrauma|\bunattended death",
    "rebuild": r"\brebuild|\breconstruct\w*|\bremodel",
}
_PLACES = {
    "in your basement": r"\bbasement|\bcellar",
    "in your kitchen": r"\bkitchen|\bdish ?washer",
    "in your bathroom": r"\bbath(?:room)?\b|\btoilet|\bshower",
    "in your attic": r"\battic",
    "in your crawl space": r"\bcrawl ?space",
    "in your garage": r"\bgarage",
    "in your laundry room": r"\blaundry|\bwashing machine",
    "in your living room": r"\bliving room",
    "in your bedroom": r"\bbedroom",
    "in your office": r"\b(?:the|our|my) office\b|\boffice (?:floor|suite)",
    "in your warehouse": r"\bwarehouse",
    "in your restaurant": r"\brestaurant",
    "at your ceiling": r"\bceiling",
    "at your roof": r"\broof",
}
_REQUESTS = {
    "an inspection": r"\binspect\w*",
    "an estimate": r"\bestimate|\bquote|\bprice\b|\bhow much",
    "the papers for the insurer": r"\binsur\w+|\bclaim\b|\badjuster",
    "drying": r"\bdry(?:ing)?\b|\bdehumidif\w+",
    "a mold test": r"\bmou?ld test\w*|\btest(?:ing)? for mou?ld|\bair test",
    "boarding up": r"\bboard(?:ing)?(?: |-)?up|\btarp",
    "what happens with your belongings": r"\bcontents\b|\bbelongings|\bfurniture",
    "the smell": r"\bsmell|\bodor",
    "how long the work takes": r"\bhow long",
}
_DOCUMENTS = {
    "photos of the damage": r"\bphotos?\b|\bpictures?\b",
    "the signed work authorization": r"\bauthori[sz]ation",
    "the signed contract": r"\bcontract\b",
    "the claim number": r"\bclaim (?:number|no\b|#)",
    "the name of your adjuster": r"\badjuster",
    "the receipts": r"\breceipts?\b",
    "the plumber's invoice": r"\bplumber'?s? (?:invoice|bill)",
    "a list of the damaged things": r"\b(?:list|inventory)\b",
    "the keys": r"\bkeys?\b",
}
_ASKS = (
    r"\b(?:asks?|asked|asking|wants?|wanted|needs?|looking for|interested in|would like|requested|how much"
    r"|how long)\b[^.;\n]{0,80}"
)

_ORDER = (
    r"(?:mention|say|ask|tell|thank|offer|keep|make|do|don't|please|include|let|invite|remind|propose"
    r"|request|add|end|sign"
    r"|avoid|use|write|explain|check|find out)\b"
)
_POINT = rf"((?:(?!,?(?: and| then| but)(?: then| also)? {_ORDER}|, {_ORDER})[^.;\n!?])+)"
"""A statement, up to the end of the sentence or the next order."""
_WHOM = r"(?:him|her|them|the (?:owner|customer|client|manager|lead|prospect))"
_SAY = (
    rf"\b(?:mention|say|note|explain|add|stress|point out|write|state"
    rf"|include)(?:ing)?(?: to {_WHOM})? that {_POINT}"
    rf"|\b(?:tell|remind|let|inform)(?:ing|ting)? (?:{_WHOM}|\w+)(?: know)? that {_POINT}"
)
_ASK = rf"\b(?:ask|find out|check)(?:ing)?(?: {_WHOM})? (?:if|whether) {_POINT}"
_YOU = (
    (r"\b(?:he|she|they) (?:is|are)\b", "you are"),
    (r"\b(?:he|she|they) (?:was|were)\b", "you were"),
    (r"\b(?:he|she|they) (?:has|have)\b", "you have"),
    (r"\b(?:he|she|they) (?:does|do)\b", "you do"),
    (r"\b(?:he|she|they)(?:'s|'re)\b", "you are"),
    (r"\b(?:he|she|they)(?:'d)\b", "you would"),
    (r"\b(?:he|she|they)(?:'ll)\b", "you will"),
    (
        r"\b(?:he|she|they)( still| also| already| ever)? (want|need|know|think|like|prefer|live|own|plan"
        r"|hear|get|see)s\b",
        r"you\1 \2",
    ),
    (
        r"\b(?:he|she) (will|would|can|could|may|might|should|had|did|got|sent|called|asked|still|already"
        r"|ever)\b",
        r"you \1",
    ),
    (r"\bthey\b", "you"),
    (r"\bthem(?:selves)?\b", "you"),
    (r"\btheir\b", "your"),
    (r"\bhis\b", "your"),
    (r"\bhim\b", "you"),
    (r"\bher (?=[a-z])", "your "),
    (r"\bher\b", "you"),
)
"""The recipient, as the e-mail addresses it."""
_THIRD_PERSON = r"\b(?:he|she|the (?:owner|customer|client|lead|prospect))\b"


@dataclass(frozen=True, slots=True)
class EmailBrief:
    """`says` and `asks` are parts of sentences, in lower case at the beginning unless that is a name."""

    goal: Goal
    says: tuple[str, ...]
    asks: tuple[str, ...]
    loss: str | None
    left_out: tuple[str, ...]


def read(instructions: str) -> EmailBrief:
    plain = " ".join(instructions.replace("\u2019", "'").split())
    says: list[str] = []
    asks: list[str] = []
    left_out: list[str] = []
    for match in _compiled(f"(?i:{_SAY})").finditer(plain):
        _take(match[1] or match[2], says, left_out)
    for match in _compiled(f"(?i:{_ASK})").finditer(plain):
        _take(match[1], asks, left_out)
    rest = _compiled(f"{_SAY}|{_ASK}").sub(" ", plain.lower()) if says or asks else plain.lower()
    return EmailBrief(
        goal=_goal(rest) or _goal(plain.lower()) or "general",
        says=tuple(says[:MAX_POINTS]),
        asks=tuple(asks[:MAX_POINTS]),
        loss=loss_in(plain),
        left_out=tuple(dict.fromkeys(left_out)),
    )


def loss_in(text: str) -> str | None:
    """The first kind of loss in the order of the list, as a key of `LOSSES`."""
    return next((loss for loss, cue in _LOSSES.items() if _compiled(cue).search(text.lower())), None)


def place_in(text: str) -> str | None:
    """The place, if the text names exactly one."""
    places = [place for place, cue in _PLACES.items() if _compiled(cue).search(text.lower())]
    return places[0] if len(places) == 1 else None


def request_in(notes: str) -> str | None:
    """The service that the person asked for."""
    asking = " ".join(match[0] for match in _compiled(_ASKS).finditer(notes.lower()))
    return next((request for request, cue in _REQUESTS.items() if _compiled(cue).search(asking)), None)


def documents_in(instructions: str) -> str | None:
    """The documents that the instructions name: "a, b and c"."""
    named = [words for words, cue in _DOCUMENTS.items() if _compiled(cue).search(instructions.lower())]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:]))) or None


def _goal(lowered: str) -> Goal | None:
    return next((goal for goal, cue in _GOALS if _compiled(cue).search(lowered)), None)


def _take(words: str, taken: list[str], left_out: list[str]) -> None:
    """Add a point, as it is said to the recipient, or why it is left out."""
    point = words.strip(" ,")
    for cue, yours in _YOU:
        point = re.sub(cue, yours, point, flags=re.IGNORECASE)
    if not point or len(point) > _MAX_POINT_CHARACTERS or _compiled(_THIRD_PERSON).search(point.lower()):
        left_out.append("not_understood")
        return
    rules = [*_forbidden(point)]
    left_out += [f"left_out:{rule}" for rule in rules]
    if not rules:
        taken.append(point)


def _forbidden(point: str) -> Iterator[str]:
    facts = content_policy.PolicyFacts(sender_names=("",))
    for finding in content_policy.findings({"body": f"{point}."}, facts):
        if finding.level == "block" or finding.rule == "unknown_contact":
            yield finding.rule


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
