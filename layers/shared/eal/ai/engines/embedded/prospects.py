"""The task "qualify a prospect": whether a company has buildings, or sends work to restorers.

| reason | qualified | meaning |
|---|---|---|
| `industry_fit:<kind>` | true | the kind of the company by its name, industry or description (KINDS) |
| `title_fit` | true | the contact is responsible for buildings, whatever the company does |
| `decision_maker` | any | the contact's title is that of a decision maker |
| `size:<key>` | any | the number of units, rooms, beds, locations or the like is known |
| `in_area`, `area_unknown` | any | its location |
| `outside_area` | false | it is outside the service area |
| `competitor` | false | a restoration company |
| `vendor` | false | it sells to companies like ours |
| `consumer` | false | a person at home, not a company |
| `applicant` | false | a person who looks for work |
| `defunct` | false | closed, dissolved or torn down |
| `asked_not_to_be_contacted` | false | the notes say so |
| `no_way_to_reach` | null | neither an e-mail address nor a phone number |
| `industry_no_fit` | null | its industry is known, and is none of KINDS |
| `too_little_known` | null | its industry is unknown |
| `free_mail_domain` | any | a mailbox of a free provider, which lowers the confidence |
| `instruction_ignored` | any | instructions to the system were ignored |

Instructions to the system in the notes and the enrichment have no effect.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language import clauses
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.transcript import Turn

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from eal.ai.provenance import Provenance

ENGINE = "rules"
VERSION = "prospect-rules-1"

_MAX_TEXT_CHARACTERS = 4_000
_MAX_ENRICHMENT_ENTRIES = 100


def words(*alternatives: str) -> str:
    """Returns one regular expression for several, without a group around it."""
    return "|".join(alternatives)


KINDS = {
    "hoa": words(
        r"hoas?|homeowners? associations?|condominium associations?",
        r"condo associations?|owners association|community association",
    ),
    "property_management": words(
        r"property management|propert(?:y|ies) manage\w*|property services|management group",
        r"apartments?|multi ?family|mobile home park|third party management|lofts",
        r"residential management|rental homes|rentals?|landlords?|apartment buildings?|housing|units",
    ),
    "insurance": r"insurance|insurers?|mutual|independent agents?",
    "claims": r"adjusters?|adjusting|claims? (?:service|management|adjust\w*)|tpa",
    "plumbing": r"plumb\w*|rooter|drains?(?: and sewer)? (?:cleaning|services?)|sewer service",
    "building_trades": words(
        r"hvac|heating|air conditioning|roof\w*|electric(?:al|ians?)?|gutters?|foundation repair",
    ),
    "hospitality": words(
        r"hotels?|motels?|inns?|resorts?|hospitality|lodging|guest rooms",
        r"bed and breakfast|country club|golf club|conference center",
    ),
    "education": r"schools?|academy|universit\w+|college|school district|education|montessori",
    "childcare": r"day ?care|child ?care|preschool|early learning",
    "healthcare": r"hospitals?|medical|clinics?|surgical|dental|dentists?|healthcare|health care|urgent care",
    "senior_living": words(
        r"assisted living|senior (?:living|communit\w+|care)|nursing home",
        r"memory care|skilled nursing|retirement communit\w+",
    ),
    "real_estate": words(
        r"real estate|realty|realtors?|realt\w*|brokerage|title (?:company|and|agency)",
        r"escrow|home inspect\w*|shopping centers?|retail centers?|office buildings?",
    ),
    "construction": r"general contract\w*|builders?|construction|remodel\w*|home ?builder",
    "religious": r"church\w*|ministr\w+|synagogue|mosque|temple|parish|religious|cathedral",
    "government": words(
        r"city of|county|municipal\w*|town of|village of|library|libraries|fire district|public works",
    ),
    "storage": r"self storage|storage|warehous\w*",
    "retail": words(
        r"restaurant (?:group|chain)|franchisee|fitness|gyms?",
        r"health club|grocery|supermarket|shopping mall|bowling",
    ),
}
"""Companies that have buildings, or that see damaged ones first."""

_COMPETITOR = words(
    r"(?:water|flood|fire|smoke|storm|damage|disaster|property|emergency)(?: \w+){0,3} "
    r"(?:restoration|mitigation|cleanup|recovery)",
    r"water damage|damage restoration",
    r"restoration (?:company|contractor|services?|franchise|pros?)",
    r"mold (?:remediation|removal|mitigation)|structural drying",
    r"water (?:extraction|removal)|flood cleanup|mitigation (?:services?|company)",
    r"(?:crime scene|biohazard|trauma) (?:clean\w*|remediation)",
    r"(?:fire|smoke|water) and (?:flood|water|smoke|fire)",
    r"mold inspection and remediation|disaster (?:recovery|kleenup|cleanup)",
    r"restoration company like us|soot removal",
)
_COMPETITOR_NAME = r"restoration|mitigation|remediation"
_VENDOR = words(
    r"marketing|seo|advertis\w+|ad sales|digital agency|web (?:design|works)",
    r"ppc|social media|lead gen\w*|leads|pay per (?:call|lead)|staffing",
    r"recruit\w*|talent\w*|payment processing|merchant (?:services?|pay\w*)",
    r"(?:business|commercial) (?:lending|loans?|funding)",
    r"working capital|answering service|virtual receptionists?|distributor of|wholesale",
    r"(?:vehicle|fleet) (?:graphics|wraps?)|reputation management|online reviews",
    r"(?:software|platform|crm|app|tools?|services?|receptionists|graphics|supplies|coaching|consult\w+)"
    r" for (?:\w+ ){0,3}(?:contractors|restor\w+|home service\w*|businesses)",
    r"crm|media group|business coaching|uniform (?:service|rental)|equipment supply",
)
_VENDOR_TITLE = words(
    r"account (?:executive|manager)|business development",
    r"sales(?: (?:rep|manager|representative))?",
    r"ad sales|partnerships|recruit\w*|loan officer",
)
_CONSUMER = r"home ?owners?|private person|residential(?: customer)?|individual|consumer|renter|tenant"
_APPLICANT = r"job seeker|applicant|applying for|looking for (?:a )?(?:job|work)|resume|candidate"
_DEFUNCT = words(
    r"out of business|went under|bankrupt\w*|liquidat\w*|permanently closed",
    r"closed (?:permanently|down|for good|its doors)",
    r"shut down|dissolved|defunct",
    r"no longer (?:exists?|in business|operat\w+)",
    r"demolished|torn down",
)
_CLOSED_STATUS = r"closed|permanently closed|dissolved|inactive|defunct|bankrupt\w*|revoked|out of business"
_NO_CONTACT = words(
    r"(?:do not|dont|never) (?:contact|call|e ?mail|reach out)",
    r"not to (?:contact|call|e ?mail)|(?:told|asked) us to stop",
    r"stop (?:contacting|calling|e ?mailing)|opted out|unsubscribe\w*|remove (?:them|us|me) from",
)
_TITLE_FIT = words(
    r"facilit(?:y|ies)|property manager",
    r"building (?:engineer|manager|services|operations)",
    r"maintenance (?:director|supervisor|manager)",
    r"risk manager|community (?:association )?manager|real estate|chief engineer",
    r"superintendent|asset manager|portfolio manager|residence life|plant operations",
)
_DECIDES = words(
    r"owner|president|ceo|coo|principal|partner|general manager|gm|director|vp|vice president",
    r"broker|chief|founder|manager|administrator|head|pastor|treasurer|chair|executive",
)
_NO_COMPANY = frozenset(
    {"", "n/a", "na", "none", "self", "individual", "homeowner", "private", "-", "unknown"}
)
_FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "msn.com", "aol.com",
    "icloud.com", "me.com", "mac.com", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net",
    "protonmail.com", "proton.me", "gmx.com", "ymail.com", "cox.net", "charter.net",
})  # fmt: skip
_SIZES = {
    "units": "property_management", "doors": "property_management", "buildings": "property_management",
    "homes": "hoa", "lots": "hoa", "rooms": "hospitality", "beds": "healthcare", "students": "education",
    "locations": None, "sites": None, "square_feet": None,
}  # fmt: skip
"""The sizes in an enrichment, and the kind of company that each implies."""


@dataclass(frozen=True, slots=True)
class ProspectFacts:
    """The facts about a prospect. `in_service_area` is None if its location or the service area is unknown."""

    company: str | None = None
    contact_title: str | None = None
    email: str | None = None
    has_phone: bool = False
    enrichment: Mapping[str, str | float | bool | None] = field(default_factory=dict)
    notes: str | None = None
    in_service_area: bool | None = None

    @property
    def sha256(self) -> str:
        """Equal for equal facts, which the same rules need not qualify twice."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ProspectJudgement:
    """Whether to contact the prospect; None if the facts do not decide. The module lists the reasons."""

    qualified: bool | None
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts in plain spelling, without instructions to the system."""

    name: str
    trade: str  # industry, category and description
    title: str
    notes: str
    status: str
    sizes: tuple[str, ...]
    free_mail: bool
    instructed: bool


def qualify_prospect(facts: ProspectFacts) -> ProspectJudgement:
    """The qualification of a prospect. Any facts are valid."""
    known = _known(facts)
    kind = _kind(known)
    ignored = ("instruction_ignored",) if known.instructed else ()
    against, sure = _against(facts, known, kind)
    if against:
        return ProspectJudgement(False, sure, (*against, *ignored))
    fits = _fits(known, kind)
    more = (*_more(facts, known), *ignored)
    if not facts.email and not facts.has_phone:
        return ProspectJudgement(None, 0.5 if fits else 0.3, ("no_way_to_reach", *fits, *more))
    if not fits:
        why = "industry_no_fit" if known.trade else "too_little_known"
        return ProspectJudgement(None, 0.4 if known.trade else 0.3, (why, *more))
    return ProspectJudgement(True, _confidence(facts, known, kind, fits), (*fits, *more))


def judge(facts: ProspectFacts) -> tuple[ProspectJudgement, Provenance]:
    """The qualification with its provenance."""
    from eal.ai.provenance import timed  # here: storing the patterns needs no models

    return timed(lambda: qualify_prospect(facts), engine=ENGINE, model=VERSION, input_sha256=facts.sha256)


def _known(facts: ProspectFacts) -> _Known:
    values = list(facts.enrichment.items())[:_MAX_ENRICHMENT_ENTRIES]
    texts = [
        str(value) for key, value in values if isinstance(value, str) and _of_trade().search(key.lower())
    ]
    states = [str(value) for key, value in values if isinstance(value, str) and "status" in key.lower()]
    trade, by_trade = _plain(". ".join(texts))
    notes, by_notes = _plain(facts.notes or "")
    sizes = [key.lower() for key, value in values if _is_count(value) and key.lower() in _SIZES]
    domain = (facts.email or "").rpartition("@")[2].lower()
    return _Known(
        name=_plain(facts.company or "")[0],
        trade=trade,
        title=_plain(facts.contact_title or "")[0],
        notes=notes,
        status=_plain(". ".join(states))[0],
        sizes=tuple(dict.fromkeys(sizes)),
        free_mail=domain in _FREE_MAIL,
        instructed=by_trade or by_notes,
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


@cache
def _of_trade() -> re.Pattern[str]:
    return compiled(r"industr|sector|categor|type|descri|summary|about|keyword|tag|speciali|service|business")


def _plain(text: str) -> tuple[str, bool]:
    """The text in plain spelling, with a full stop between clauses, and whether it had instructions to the system."""
    words = (
        text[:_MAX_TEXT_CHARACTERS]
        .replace("/", " ")
        .replace("-", " ")
        .replace("_", " ")
        .replace("&", " and ")
    )
    speech = clauses.split((Turn(0, "caller", words),))
    return " . ".join(clause.text.rstrip(".?!") for clause in speech.clauses), speech.instructed


@cache
def _words(pattern: str) -> re.Pattern[str]:
    return compiled(rf"\b(?:{pattern})\b")


def _says(pattern: str, *texts: str) -> bool:
    return any(_words(pattern).search(text) for text in texts)


def _kind(known: _Known) -> str | None:
    """The kind of the company: by its industry, else its name, else its sizes, else the notes."""
    for text in (known.trade, known.name):
        found = next((kind for kind, pattern in KINDS.items() if _says(pattern, text)), None)
        if found:
            return found
    counted = next((_SIZES[key] for key in known.sizes if _SIZES[key]), None)
    return counted or next((kind for kind, pattern in KINDS.items() if _says(pattern, known.notes)), None)


def _against(facts: ProspectFacts, known: _Known, kind: str | None) -> tuple[tuple[str, ...], float]:
    """The reasons against the prospect and their confidence; empty if there are none."""
    found = [
        (reason, sure)
        for reason, sure, holds in (
            ("asked_not_to_be_contacted", 0.95, _says(_NO_CONTACT, known.notes)),
            (
                "defunct",
                0.9,
                _says(_CLOSED_STATUS, known.status) or _says(_DEFUNCT, known.notes, known.trade),
            ),
            ("outside_area", 0.95, facts.in_service_area is False),
            ("competitor", 0.9, _competes(known, kind)),
            ("vendor", 0.85, _sells(known, kind)),
            ("applicant", 0.85, _says(_APPLICANT, known.title, known.notes)),
            ("consumer", 0.8, _at_home(facts, known, kind)),
        )
        if holds
    ]
    return tuple(reason for reason, _ in found), max((sure for _, sure in found), default=0.0)


def _competes(known: _Known, kind: str | None) -> bool:
    if _sells(known, kind):
        return False
    if _says(_COMPETITOR, known.trade) or _says(
        r"restoration company like us|compet\w+ (?:for|with)", known.notes
    ):
        return True
    named = _says(_COMPETITOR, known.name) or _says(_COMPETITOR_NAME, known.name)
    other = kind is not None and kind not in ("construction", "building_trades")
    return named and not (other and _says(KINDS[kind or ""], known.trade, known.name))


def _sells(known: _Known, kind: str | None) -> bool:
    if _says(_TITLE_FIT, known.title):
        return False
    if _says(_VENDOR, known.trade, known.name):
        return True
    return kind is None and _says(_VENDOR_TITLE, known.title)


def _at_home(facts: ProspectFacts, known: _Known, kind: str | None) -> bool:
    nameless = (facts.company or "").strip().lower() in _NO_COMPANY
    consumer = _says(_CONSUMER, known.title, known.notes, known.trade)
    return nameless and kind is None and (consumer or known.free_mail)


def _fits(known: _Known, kind: str | None) -> tuple[str, ...]:
    by_kind = (f"industry_fit:{kind}",) if kind else ()
    return (*by_kind, *(("title_fit",) if _says(_TITLE_FIT, known.title) else ()))


def _more(facts: ProspectFacts, known: _Known) -> tuple[str, ...]:
    area = {True: ("in_area",), None: ("area_unknown",)}.get(facts.in_service_area, ())
    return (
        *(("decision_maker",) if _says(_DECIDES, known.title) else ()),
        *(f"size:{key}" for key in known.sizes[:3]),
        *area,
        *(("free_mail_domain",) if known.free_mail else ()),
    )


def _confidence(facts: ProspectFacts, known: _Known, kind: str | None, fits: tuple[str, ...]) -> float:
    """Higher if the name, the industry, the title, the size and the location agree."""
    value = 0.55 + 0.05 * len(fits)
    if kind:
        value += 0.1 * sum(_says(KINDS[kind], text) for text in (known.trade, known.name))
    value += 0.05 * (bool(known.sizes) + _says(_DECIDES, known.title) + bool(facts.email))
    value += 0.1 if facts.in_service_area else 0.0
    value -= 0.1 if known.free_mail else 0.0
    return round(min(0.95, value), 2)
