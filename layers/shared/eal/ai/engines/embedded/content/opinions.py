"""Praise and complaints in a review, by the words of its clauses."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

type Aspect = Literal[
    "speed", "crew", "communication", "cleanliness", "quality", "insurance", "care", "price"
]

_ASPECTS: tuple[tuple[Aspect, str], ...] = (
    (
        "price",
        r"\bpric\w+|\bcost\w*|\bexpensive|\bbill(?:ed|s)?\b|\binvoice|\bcharg\w+|\bovercharg\w+|\bestimate"
        r"|\bfair\b|\brip",
    ),
    (
        "communication",
        r"\bcommunicat\w+|\bexplain\w*|\binform\w*|\bupdates?\b|\bcall(?:ed)? (?:me |us )?back|\bno (?:one"
        r"|body) (?:ever )?call\w*|\banswer\w*|\breturn\w* (?:my |our |any )?calls?|\bkept (?:me|us)"
        r"|\bquestions?\b|\bphone\b",
    ),
    (
        "speed",
        r"\bfast\b|\bquick\w*|\bprompt\w*|\bon time|\bright away|\bwithin (?:an|the|\d|one|two)"
        r"|\brespon\w+ time|\blate\b|\bwait\w*|\bdelay\w*|\bslow\w*|\bno(?:-| )show|\bnever (?:came|showed)"
        r"|\bno(?:body| one) (?:ever )?(?:came|showed|arrived)|\bhours? later"
        r"|\btook (?:forever|too long|over)|\bsame day|\bimmediately",
    ),
    (
        "cleanliness",
        r"\bclean(?:ed)? (?:up)?\b|\bclean\b|\btidy|\bmess\w*|\bdust\w*|\bspotless|\bdirt\w*|\bdebris"
        r"|\btrash",
    ),
    ("insurance", r"\binsur\w+|\badjuster\w*|\bclaims?\b|\bpaper ?work|\bdocument\w*"),
    (
        "care",
        r"\bkind\w*|\bcompassion\w*|\bcaring|\bempath\w+|\bunderstanding|\bcare[ds]?\b|\brude\w*"
        r"|\bdisrespect\w*|\blisten\w*|\bpatient|\bgentle",
    ),
    (
        "crew",
        r"\bcrew\b|\bteam\b|\btechnicians?|\btechs?\b|\bguys?\b|\bmen\b|\bworkers?\b|\bstaff"
        r"|\bprofessional\w*|\bcourteous|\bfriendly|\bpolite|\bmanager|\bpeople\b",
    ),
    (
        "quality",
        r"\bwork(?:manship)?\b|\bjob\b|\bresults?\b|\bquality|\blooks? (?:like new|great|good|amazing)"
        r"|\bdry\b|\bsmell\w*|\bdamag\w+|\bfix\w*|\bbroke\w*|\bscratch\w*|\bmold\b|\bcame back|\brestor\w+"
        r"|\bthorough",
    ),
)
_NEGATIVE = re.compile(
    r"\b(?:not|never|no|nobody|none|wasn't|weren't|didn't|don't|isn't|won't|couldn't|poor\w*|bad\w*"
    r"|terribl\w+|awful\w*|horribl\w+|worst|rude\w*|late|slow\w*|delay\w*|mess\w*|dirt\w*|dust\w*"
    r"|expensive|overcharg\w+|overpriced|rip|wait\w*|disappoint\w+|unprofessional|damag\w+|broke\w*"
    r"|scratch\w*|ignored?|failed|lack\w*|only (?:complaint|issue|downside)|wish|too (?:long|much|high)"
    r"|forever|took over"
    r"|still (?:open|wait\w*|not|there|wet|smell\w*|broken)|ripped|no-show|unhappy"
    r"|frustrat\w+|disrespect\w*|trash|lost)\b",
    re.IGNORECASE,
)
_POSITIVE = re.compile(
    r"\b(?:great|good|excellent|amazing|awesome|wonderful|fantastic|friendly|kind\w*|polite|courteous"
    r"|professional\w*|prompt\w*|quick\w*|fast|clean|tidy|helpful|thank\w*|love[ds]?|best|perfect\w*"
    r"|recommend\w*|happy|pleased|nice|on time|thorough|fair|smooth\w*|easy|spotless|outstanding|caring"
    r"|compassion\w*|patient|well|grateful|impressed|like new)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:no|not|never|nothing|none|without|zero)\b|n't\b)(?: \w+){0,2}? (?:complain|mess|dust|dirt|damag|brok"
    r"|late\b|wait|delay|bad\b|problem|issue|surprise|hassle|hidden|better|smoother|easier)\w*",
    re.IGNORECASE,
)
"""Praise by denial, as in "no mess". Reviews with few stars seldom mean it."""
MISTAKEN = re.compile(
    r"\b(?:never|didn't|did not) (?:\w+ )?(?:hired?|used?|work(?:ed)? with)\b|\bwrong (?:business|company|place)\b"
    r"|\bnot (?:a|their) customer\b",
    re.IGNORECASE,
)
GOOD, MIXED = 4, 3
"""Stars: a good review has at least so many, and a mixed one."""


_MAX_ASPECTS_OF_CLAUSE = 2


class Opinion(NamedTuple):
    """The praise and the complaints of a review, in its order."""

    praised: tuple[Aspect, ...]
    criticised: tuple[Aspect, ...]


def opinion(text: str, rating: int | None) -> Opinion:
    praised: dict[Aspect, None] = {}
    criticised: dict[Aspect, None] = {}
    for clause in re.split(r"[.!?;,\n]|,? but\b|,? although\b|,? however\b|,? though\b|,? except\b", text):
        negative, positive = bool(_NEGATIVE.search(clause)), bool(_POSITIVE.search(clause))
        if (rating or MIXED) >= MIXED and _DENIED.search(clause):
            negative, positive = False, True
        is_complaint = negative if negative != positive else (rating or MIXED) < GOOD
        if not negative and not positive and (rating or MIXED) == MIXED:
            continue
        named = [aspect for aspect, cue in _ASPECTS if re.search(cue, clause, re.IGNORECASE)]
        for aspect in named[:_MAX_ASPECTS_OF_CLAUSE]:
            (criticised if is_complaint else praised)[aspect] = None
    return Opinion(tuple(aspect for aspect in praised if aspect not in criticised), tuple(criticised))
