"""The content policy: what a text that leaves the company must not say, as deterministic rules.

A finding names its rule, its level, the place and what to do instead. `block` refuses the text; `warn` leaves it to a
person. The rules know nothing of drafts or engines: they read named fields of plain text and the few facts that a rule
needs. Sources of the rules: 16 CFR 316.3 and 316.4 (CAN-SPAM: truthful headers and subjects); FTC Act, section 5, and
the FTC's guides on deceptive pricing (16 CFR 233) and on "free" (16 CFR 251); 16 CFR 465.4 (incentives for reviews);
the EPA's guide on mold cleanup.

A promise is a statement. A question, a negation ("we cannot promise that …") and what is only possible ("your policy
may cover …") are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from eal.core.contact import e164, email_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

type Level = Literal["block", "warn"]
type Rule = Literal[
    "price_promise",
    "free_offer",
    "deductible_waiver",
    "coverage_promise",
    "arrival_promise",
    "completion_promise",
    "appointment_time",
    "fake_urgency",
    "identity_number",
    "contact_of_others",
    "unknown_contact",
    "missing_sender",
    "unnamed_sender",
    "misleading_subject",
    "guarantee",
    "superlative",
    "health_claim",
    "licence_claim",
    "admission",
    "incentive",
    "personal_data",
    "competitor",
    "banned_word",
]

VERSION = "content-policy-2"

MAX_QUOTE_CHARACTERS = 200
_MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`field` is the name of the text, and `quote` its words; both are null if the finding is about what is missing."""

    rule: Rule
    level: Level
    advice: str
    field: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """The context of a text that the rules need.

    `sender_names` are the names of which the text should contain one; empty if no sender is set. `own_contacts` are the
    contacts of sender and recipient, and `others_contacts` those that belong to other people on record: `email#…` and
    `phone#…`. `has_earlier_mail`: there was e-mail between both before.

    The others are of texts that are published. `held` are the licences and certifications that the company has; null if
    unknown. `private_names` are names of people that the text must not repeat.
    """

    sender_names: tuple[str, ...] = ()
    own_contacts: frozenset[str] = frozenset()
    others_contacts: frozenset[str] = frozenset()
    has_earlier_mail: bool = False
    is_published: bool = False
    answers_review: bool = False
    held: tuple[str, ...] | None = None
    private_names: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    banned_words: tuple[str, ...] = ()


class _Statement(NamedTuple):
    """A rule that reads sentences. `pattern` is in lower case."""

    rule: Rule
    level: Level
    pattern: str
    advice: str


_AMOUNT = r"\d[\d,]{0,15}(?:\.\d\d)?"
_MONEY = rf"(?:\$ ?{_AMOUNT}|(?<!\d,)\b{_AMOUNT} ?(?:dollars|usd|bucks)\b)"
_MAX_GAP = r"(?:[^\S\n]+[\w'%-]+){0,4}?[^\S\n]+"
_INSURANCE = (
    r"(?:insurance(?: company| carrier| policy| provider)?|insurer|carrier|policy|homeowner'?s?(?: policy)?"
    r"|adjuster)"
)
_DURATION = (
    r"(?:an?|the|one|two|three|four|five|six|eight|ten|twelve|fifteen|twenty|thirty|forty(?:-| )five|sixty"
    r"|ninety|\d+)"
    r"(?:(?: ?- ?| to | or )(?:\d+|two|three|four))?(?: |-)?(?:minutes?|mins?|hours?|hrs?)"
)
_DAYS = (
    r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|\d+)(?:(?: ?- ?"
    r"| to )\d+)?(?: |-)?(?:business |working )?(?:days?|hours?|weeks?|months?)"
)
_DAY = r"(?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_CLOCK = r"(?:\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m\.|p\.m\.|o'?clock)|\d{1,2}:\d\d|noon|midnight)"
_WE = (
    r"(?:we|i|our (?:crew|team|technicians?|techs?|people|guys|men|estimator)|a (?:crew|team|technician"
    r"|tech)|someone|somebody|they|he|she)"
)
_WILL = r"(?:'ll| will| can| are going to| is going to|'re going to| guarantee to| promise to)"

_STATEMENTS = (
    _Statement(
        "price_promise",
        "block",
        rf"\b(?:(?:for|at|from|starting at|as low as|just|only|under|less than|a flat|flat rate of"
        rf"|no more than|costs?|"
        rf"charge|pay|price(?: is| of)?|save|total(?: is| of)?|off)(?: you| only| just| about| around| a"
        rf"| is| be)?) {_MONEY}"
        rf"|{_MONEY}(?: off| discount| flat| total| per (?:room|square foot|hour)| a (?:room|day)| special"
        rf"|, guaranteed)"
        r"|\bhalf (?:the |our )?price\b|\bhalf off\b"
        r"|\b\d{1,2} ?(?:%|percent)(?: off| discount| less| cheaper)"
        r"|\b(?:lowest|best|cheapest|unbeatable|rock-bottom) (?:price|rate|quote|bid)s?\b"
        r"|\b(?:beat|match) (?:any|every|all) (?:\w+ )?(?:price|quote|bid|estimate|offer)s?\b"
        r"|\b(?:price|estimate|quote|cost|total)(?: \w+){0,2} (?:will not|won't|never|cannot"
        r"|can't) (?:change|increase|go (?:up|over|above)|rise|exceed|be (?:more|higher))"
        r"|\b(?:won't|will not|doesn't|does not|shouldn't) cost (?:you )?(?:anything|a (?:dime|cent|penny"
        r"|thing)|more)"
        rf"|\b{_WE}{_WILL} (?:be|stay|come in) (?:cheaper|under budget|below (?:any|their|the other))",
        "State no price that the customer has not accepted in writing. Offer an estimate.",
    ),
    _Statement(
        "free_offer",
        "warn",
        r"\bfree (?:of charge|\w+ )?(?:inspections?|estimates?|quotes?|assessments?|consultations?|tests?"
        r"|testing|dry ?out|service)"
        r"|\b(?:at )?no (?:cost|charge|obligation)\b|\bfree of charge\b|\bcomplimentary\b|\bon the house\b",
        "Say what is free, and every condition next to it (16 CFR 251.1).",
    ),
    _Statement(
        "deductible_waiver",
        "block",
        r"\b(?:waive|cover|absorb|pay|eat|take care of|rebate|refund|credit)(?:s"
        r"|ing)?(?: back)?(?: \w+){0,2} deductibles?\b"
        r"|\b(?:no|zero|without (?:a|any|your|paying your)) deductibles?\b"
        r"|\b(?:won't|will not|don't|do not|never) (?:have to |need to )?pay (?:your|a|the|any) deductible"
        r"|\bdeductible(?: \w+){0,2} (?:is|gets|will be) (?:waived|free|on us|covered)",
        "Don't offer to waive or pay a deductible: most states forbid it to contractors.",
    ),
    _Statement(
        "coverage_promise",
        "block",
        rf"\b{_INSURANCE}(?: \w+){{0,2}}? (?:will|'ll|should|has to|must|is going to|are going to"
        rf"|always)(?: \w+){{0,2}}? (?:cover|pay|reimburse|approve|take care)\w*"
        rf"|\b{_INSURANCE} (?:covers|pays(?: for)?|reimburses|approves)\b"
        rf"|\b(?:is|are|will be|would be|gets?|be) (?:fully |completely |100% |totally |entirely "
        rf"|definitely |always |all )*(?:covered|paid(?: for)?|approved|reimbursed) by (?:your |the "
        rf"|their )?(?:\w+ )?{_INSURANCE}"
        r"|\b(?:you(?:'re| are)|this is|it(?:'s| is)|that(?:'s| is)|everything is|(?:damage|loss|claim|work"
        r"|repair|job)s? (?:is|are|will be|gets?)) (?:fully|completely|totally|100%|definitely|certainly"
        r"|entirely) covered"
        r"|\bclaims?(?: \w+){0,2}? (?:will|'ll|(?:is|are) (?:going|sure|certain"
        r"|guaranteed) to)(?: \w+){0,2}? (?:be (?:approved"
        r"|paid|accepted|covered)|go through)"
        r"|\b(?:get|have) (?:your|the|every|all) claims?(?: \w+)? (?:approved|paid)\b"
        r"|\b(?:won't|will not|don't|do not|never)(?: have to| need to)? (?:pay|owe|spend)(?: us"
        r"| me)? (?:a (?:dime"
        r"|cent|penny|thing)|anything|one cent)"
        r"|\b(?:no|zero|nothing)(?: \w+)? out(?:-| )of(?:-| )pocket\b"
        r"|\bnever (?:see|get|pay|receive) (?:a|an|any|one) (?:bill|invoice)\b"
        rf"|\b(?:bill|covered) 100 ?% (?:by|to) (?:your |the )?{_INSURANCE}",
        "Only the insurer decides what is covered. Offer to document the damage for the claim.",
    ),
    _Statement(
        "arrival_promise",
        "block",
        rf"\b{_WE}{_WILL}{_MAX_GAP}?(?:be there|be at|be with you|be on ?-?site|arrive|get there|get to you"
        rf"|show up|reach you|come|have (?:a crew|someone|a technician))"
        rf"(?:[^\S\n]+[\w'-]+){{0,6}}?[^\S\n]+(?:in|within|inside|under)(?: just| only| about"
        rf"| less than)? {_DURATION}"
        rf"|\b(?<!were )(?<!was )(?:there|on ?-?site|at your (?:door|home|house|property)|with you|arrival"
        rf"|response)\b(?:[^\S\n]+[\w'-]+){{0,4}}?[^\S\n]+(?:in|within|under)(?: just| only"
        rf"| less than)? {_DURATION}"
        rf"|\b{_WE}(?: \w+)? (?:arrives?|responds?|comes?|shows? up) (?:in|within|under)(?: just"
        rf"| only)? {_DURATION}"
        rf"|\byou(?:'ll| will) (?:see|have|get|meet)(?:[^\S\n]+[\w'-]+){{0,5}}? (?:in|within"
        rf"|under) {_DURATION}"
        rf"|\b{_DURATION} (?:response|arrival)(?: time)?(?: guarantee)?\b"
        r"|\b(?:guaranteed|always) (?:same(?:-| )day|on time)\b|\bsame(?:-| )day (?:arrival"
        r"|response) (?:is )?guaranteed",
        "Promise no arrival time. Say when you will call to agree on one.",
    ),
    _Statement(
        "completion_promise",
        "block",
        rf"\b(?:done|dry|dried|finished|complete(?:d)?|restored|repaired|gone|back(?: to normal"
        rf"| in(?:to)? your (?:home|house|office|building)| home)?|ready)(?: \w+){{0,3}}? (?:in|within"
        rf"|under)(?: just| only)? {_DAYS}(?! of\b)"
        rf"|\bgive us (?:just |only )?{_DAYS} and\b"
        rf"|\b{_WE}{_WILL}(?: \w+)? (?:finish|complete|dry|restore|repair"
        rf"|rebuild)(?:[^\S\n]+[\w'-]+){{0,5}}? (?:in|within|under)(?: just| only)? {_DAYS}",
        "Promise no duration. Drying ends when the readings say so.",
    ),
    _Statement(
        "appointment_time",
        "warn",
        rf"\b{_WE}{_WILL}(?: \w+)? (?:be there|be at|be on ?-?site|arrive|come(?: by| out| over)?|stop by"
        rf"|show up)(?:[^\S\n]+[\w'-]+){{0,5}}? (?:at|by|before|around) {_CLOCK}"
        rf"|\b{_WE}{_WILL}(?: \w+)? (?:be there|arrive|come(?: by| out| over)?|stop by"
        rf"|show up)(?: first thing)? (?:on )?{_DAY}\b",
        "Check that this appointment is agreed.",
    ),
    _Statement(
        "fake_urgency",
        "block",
        r"\b(?:final|last|second|urgent) (?:notice|warning|reminder|call|attempt)\b(?! (?:from|by|that))"
        r"|\bact (?:now|fast|today|immediately|quickly)\b|\b(?:last|final) chance\b"
        r"|\b(?:offer|price|discount|quote|rate|deal|special)s?(?: \w+)? (?:expires?|ends?|is over|runs out"
        r"|good only)\b"
        rf"|\bexpires? (?:today|tonight|tomorrow|soon|at midnight|in {_DAYS})"
        r"|\b(?:only|just) (?:\d+|one|two|three|a few) (?:spots?|slots?|openings?|appointments?|crews?"
        r"|places?) (?:left|remaining|remain)"
        r"|\b(?:limited(?:-| )time|today only|this week only|while (?:supplies|slots|spots) last)\b"
        r"|\b(?:immediate|urgent) (?:action|response|attention)(?: is)? (?:required|needed)\b"
        r"|\baction required\b"
        r"|\bif you (?:don't|do not) (?:sign|book|call|act|reply|answer|respond|decide) (?:today|now"
        r"|tonight|right away|this week)"
        r"|\byou have (?:only |just )?(?:\d+|two|three|twenty-four) (?:hours|days|minutes) to\b"
        r"|\brespond (?:immediately|at once|right away|within \d+)\b|\bbefore it(?:'s| is) too late\b"
        r"|\b(?:hurry|don't miss (?:out|this)|don't delay|now or never)\b"
        r"|\b(?:spot|slot|appointment|place) (?:will|'ll|may) (?:be given|go) (?:away|to)\b"
        r"|\byou (?:will|'ll) (?:lose|miss) (?:your|this|the) (?:\w+ )?(?:spot|slot|price|discount|offer"
        r"|claim|coverage|chance)",
        "Leave out the pressure. State a real date and its reason if there is one.",
    ),
    _Statement(
        "guarantee",
        "warn",
        r"\b(?:guarantee[sd]?|guaranteeing|warrant(?:y|ies) (?:on|for) (?:life|everything)"
        r"|lifetime warranty|risk(?:-| )free|money(?:-| )back)\b"
        r"|\b100 ?% (?:satisfaction|satisfied|success|effective|sure)\b|\bwe promise\b",
        "Guarantee only what you can prove, with its terms.",
    ),
    _Statement(
        "superlative",
        "warn",
        r"(?:#|\bnumber |\bno\. ?)(?:1|one)\b(?! (?:priority|question|concern|goal|issue|reason|cause))"
        r"|\b(?:the )?(?:best|fastest|most trusted"
        r"|most reliable|top(?:-| )rated|leading|finest|most experienced)"
        r"(?: \w+)? (?:company|companies|team|crew|restoration|service|contractors?|restorers?"
        r"|in (?:the )?(?:city|state|county|area|town|region|business|industry|country|\w+ county))"
        r"|\bunbeatable\b|\bsecond to none\b|\bworld(?:-| )class\b|\bunmatched\b|\bnobody (?:does"
        r"|is) (?:it )?better\b",
        "Compare yourself with others only if you can prove it.",
    ),
    _Statement(
        "health_claim",
        "block",
        r"\b(?:toxic|deadly|killer|poisonous)(?: black)? mold\b"
        r"|\bmold(?: \w+){0,3}? (?:causes?|leads? to|gives? you|makes?|will make|is making|can kill|kills"
        r"|is killing|triggers?|poison(?:s|ing)|is poisoning)(?: \w+){0,4}? (?:cancer|asthma|sick|ill"
        r"|disease|illness|brain|lung|memory loss|death|you|children|kids|family|people)\b"
        r"|\b(?:your|their) (?:family|children|kids|child|baby|health|life|lives|lungs"
        r"|tenants)(?:'s)?(?: \w+)? (?:is|are) (?:in|at) (?:danger|risk|serious risk)\b"
        r"|\b(?:kills?|removes?|eliminates?|destroys?|gets? rid of) (?:100 ?% of |all |every "
        r"|any )(?:\w+ )?(?:mold|spores?|bacteria|germs?|virus(?:es)?|pathogens?|allergens)"
        r"|\b(?:100 ?% |completely |totally |permanently )(?:mold(?:-| )free|sanitized|germ(?:-| )free"
        r"|sterile)\b|\bmold(?:-| )free\b"
        r"|\bmold (?:will )?never (?:come|grow|return)s?(?: back)?\b|\b(?:cures?|heals?) (?:\w+ )?(?:asthma"
        r"|allerg\w+|symptoms)",
        "Make no statement about anyone's health, or that all mold is gone. Describe what was measured.",
    ),
    _Statement(
        "licence_claim",
        "warn",
        r"\b(?:fully )?(?:licensed|licenced|bonded)\b(?! (?:electrician|plumber|roofer|engineer|hygienist"
        r"|contractor))(?:,? (?:and )?(?:bonded|insured))*"
        r"|\b(?:iicrc|epa|osha|rrp|nate|acac|state|factory|board)(?:-| )(?:certifi\w+|approved|licensed"
        r"|accredited|registered)"
        r"|\bcertified (?:technicians?|firm|experts?|professionals?|team|crew|restorers?|inspectors?|by)\b"
        r"|\b(?:accredited|certification from)\b"
        r"|\b(?:preferred|approved|recommended|authorized) (?:vendor|contractor|provider|partner)s? (?:of"
        r"|for|by|with)\b"
        r"|\b(?:approved|recommended|preferred|trusted) by (?:your|all|every|most"
        r"|the) (?:\w+ )?(?:insurance|insurers?|carriers?)",
        "Claim a license, certificate or approval only if it is current, with its holder and number.",
    ),
)

_US = r"(?:we|i|our (?:\w+ )?(?:crews?|teams?|technicians?|techs?|people|staff|office|company))"
_OF_RESPONSES = (
    _Statement(
        "admission",
        "block",
        rf"\b(?:is|was|were|are)(?: \w+){{0,2}} (?:our|my) (?:fault|mistake|error|negligence|doing)\b"
        rf"|\b(?:our|my) (?:own )?(?:mistake|negligence|carelessness|fault|error|failure)\b"
        rf"|\b{_US} (?:\w+ )?(?:admits?|confess(?:es)?|concedes?)\b"
        rf"|\b{_US} (?:\w+ )?(?:accepts?|takes?|bears?|assumes?) (?:(?:the|full|all|complete|total) )*(?:blame"
        rf"|responsibility|liability|fault)\b"
        rf"|\b{_US} (?:is|are|was|were|am)(?: \w+)? (?:at fault|to blame|liable|negligent|careless"
        rf"|responsible for)\b"
        rf"|\b{_US} (?:\w+ )?(?:failed|neglected|forgot|fell short|messed up|screwed up|dropped the ball"
        rf"|let you down)\b"
        rf"|\b{_US} (?:\w+ )?(?:broke|damaged|ruined|caused|overcharged|lost|scratched|stole|flooded|destroyed"
        rf"|mishandled|overbilled)\b",
        "Admit nothing in public. Regret the experience, and offer to talk about it directly.",
    ),
    _Statement(
        "incentive",
        "block",
        r"\b(?:discounts?|refund|gift ?cards?|coupons?|vouchers?|credit|rebate|cash|payment|percent off"
        r"|free \w+|something (?:off|extra))\b[^.!?\n]{0,80}\b(?:reviews?|ratings?|stars?)\b"
        r"|\b(?:reviews?|ratings?|stars?)\b[^.!?\n]{0,80}\b(?:discounts?|refund|gift ?cards?|coupons?"
        r"|vouchers?|rebate|percent off|free \w+|something (?:off|extra))\b"
        r"|\b(?:updat|chang|edit|revis|remov|delet|reconsider|amend|rais|correct|improv|tak)\w*"
        r" (?:down )?(?:[\w-]+ ){0,3}(?:review|rating|stars?)\b"
        r"|\bin (?:exchange|return) for (?:\w+ ){0,3}(?:reviews?|ratings?)\b",
        "Offer nothing for a review or for changing one, and don't ask to change one (16 CFR 465.4).",
    ),
)

_STREET = (
    r"\b\d{1,5} (?:[NSEW]\.? )?(?:[A-Z][\w'-]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr"
    r"|Court|Ct|Boulevard|Blvd|Place|Pl|Way|Terrace|Circle|Cir|Trail|Parkway|Pkwy)\b"
)
_TITLED = r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.? [A-Z][\w'-]+"
_ALSO_WORDS = re.compile(
    r"april|art|august|autumn|baker|best|bill|black|brown|carpenter|case|chase|cook|dawn|day|dean|drew|faith|fields?"
    r"|frank|gene|good|grace|grant|green|guy|hall|hill|home|hope|house|jack|jean|joy|june|long|major|mark|mason|may"
    r"|miles|moore|page|park|pat|penny|price|ray|rich|rivers?|rob|robin|roof|rose|rusty|sandy|short|skip|sky|stone"
    r"|storm|sue|summer|ty|walls|waters?|white|will|woods?|young",
    re.IGNORECASE,
)
"""Names that are words, too: they count only if they address somebody."""
_MIN_NAME_CHARACTERS = 2

_IDIOMS = (
    r"\b(?:not to worry|no worries|don't worry|do not worry|no problem|not only|why not|no doubt"
    r"|don't forget|do not forget|can't wait)\b"
)
_DENIAL = (
    r"\b(?:not|never|cannot|neither|nor|nobody|no one|unable to|without|rather than|instead of|avoid|refuse"
    r"|stop"
    r"|may|might|could|depends|hopes?|wonder\w*|decides?|no longer|used to)\b|n't\b"
)
"""Words before a match, in the same clause, that make no statement of it."""
_CONDITION = (
    r"\b(?:if|whether|what|how much|how|which|unless|until|when|why|who|whatever|how soon|how fast|how long)"
    r"(?: (?:your|the|our|their|a|an|any|parts? of|of|this|that|it|you|we|much|exactly|homeowner'?s?"
    r"|insurance)){0,4} ?$"
)
"""The words directly before a match that make it the object of a question or a condition."""
_AFTER_DENIAL = (
    r"^[\w ,']{0,30}?\b(?:(?:is|are|remains?) (?:up to|not|for|their decision|never)|or not|depends"
    r"|may vary|is a myth|is a promise (?:we|that))"
)
_NOT_A_PRICE = (
    r"\b(?:estimate|quote|invoice|balance|payment|deposit|check|claim|proposal|bid|paid|received|charged"
    r"|billed|approved|deductible)\b"
)
"""A sentence about an amount that both sides know already."""
_CLAUSE_END = r"[;:!?\n]|\.(?=\s|$)|\bbut\b|\bhowever\b|\bthough\b| - | \u2013 | \u2014 |, and\b| and we\b"

_SENTENCE_END = r"[!?\n]|\.(?=\s|$)"
_QUESTION = (
    r"\W*(?:and |or |so )?(?:is|are|was|were|am|do|does|did|will|would|can|could|shall|should|may|might|has"
    r"|have|had"
    r"|what|when|where|who|whom|whose|why|how|which|any)\b"
)
"""Beginnings of clauses that ask. "Your insurance will cover it, OK?" asks nothing."""
_MAX_BEFORE, _MAX_AFTER = 400, 120
"""Characters around a match that are read. No clause is longer."""

_EMAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
_PHONE = (
    r"(?<![\w$#.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
    r"|(?<![\w$#.-])\+\d{10,15}(?!\d)|(?<![\w$#.-])[2-9]\d{9}(?!\d)"
)
_SSN = r"(?<![\w-])\d{3}[- ]\d{2}[- ]\d{4}(?![\w-])"
_CARD = r"(?<![\w-])(?:\d[ -]?){13,19}(?![\w-])"
_REPLY_PREFIX = r"\s*(?:re|fwd?|aw|sv|wg)\s*(?:\[\d+\]\s*)?:"


def findings(fields: Mapping[str, str], facts: PolicyFacts) -> tuple[Finding, ...]:
    """The faults of an e-mail, in the order of the fields and of the words. `subject` is a field of that name."""
    found: list[Finding] = []
    if not facts.sender_names:
        found.append(
            Finding(
                rule="missing_sender",
                level="block",
                advice="Set the organization's setting 'sender': an e-mail names its sender and postal address.",
            )
        )
    found += text_findings(fields, facts)
    body = " ".join(" ".join(fields.values()).casefold().split())
    if facts.sender_names and not any(_named(name) in body for name in facts.sender_names):
        found.append(
            Finding(
                rule="unnamed_sender",
                level="warn",
                advice="Name yourself or the company in the text, so that the recipient knows who writes.",
            )
        )
    return tuple(dict.fromkeys(found))[:_MAX_FINDINGS]


def text_findings(fields: Mapping[str, str], facts: PolicyFacts) -> tuple[Finding, ...]:
    """The faults of the texts, whoever sends or publishes them."""
    found: list[Finding] = []
    for field, text in fields.items():
        found += islice(_in_field(field, text, facts), _MAX_FINDINGS)
    return tuple(dict.fromkeys(found))[:_MAX_FINDINGS]


def contacts_in(text: str) -> frozenset[str]:
    """The e-mail addresses and phone numbers in a text: `email#…` and `phone#…`."""
    return frozenset(contact for contact, _ in _contacts(text))


def claims_to_reply(subject: str) -> bool:
    """Whether a subject begins like that of a reply or a forwarded e-mail."""
    return _reply_prefix(subject) is not None


def _reply_prefix(subject: str) -> str | None:
    prefix = _compiled(_REPLY_PREFIX).match(_plain(subject))
    return subject[: prefix.end()].strip() if prefix else None


def blocks(found: tuple[Finding, ...]) -> bool:
    return any(finding.level == "block" for finding in found)


def _named(name: str) -> str:
    return " ".join(name.casefold().split())


def _in_field(field: str, text: str, facts: PolicyFacts) -> Iterator[Finding]:
    if field == "subject" and not facts.has_earlier_mail and (prefix := _reply_prefix(text)):
        yield Finding(
            rule="misleading_subject",
            level="block",
            field=field,
            quote=prefix,
            advice="Begin the subject with Re: or Fwd: only in reply to an e-mail (16 CFR 316.3).",
        )
    for finding in _statements(field, text, _STATEMENTS):
        if facts.held is None or finding.rule != "licence_claim":
            yield finding
        elif not _is_held(finding.quote or "", facts.held):
            yield replace(finding, level="block", advice=_NOT_HELD)
    if facts.answers_review:
        yield from _statements(field, text, _OF_RESPONSES)
    if facts.is_published:
        yield from _published(field, text, facts)
    yield from _numbers(field, text)
    for contact, quote in _contacts(text):
        if contact in facts.own_contacts:
            continue
        is_others = contact in facts.others_contacts
        yield Finding(
            rule="contact_of_others" if is_others else "unknown_contact",
            level="block" if is_others else "warn",
            field=field,
            quote=quote,
            advice="Remove it: it belongs to another lead or prospect."
            if is_others
            else "Check that it is yours, and nobody's private contact.",
        )


_NOT_HELD = "Remove it, or add it to the organization's setting 'content': licences and certifications."
_BODIES = r"\b(?:iicrc|epa|osha|rrp|nate|acac)\b"


def _is_held(claim: str, held: tuple[str, ...]) -> bool:
    """Whether the company has what it claims: a certificate of the named body, a licence, insurance or bond."""
    claimed, has = _plain(claim), _plain("\n".join(held))
    if bodies := _compiled(_BODIES).findall(claimed):
        return all(body in has for body in bodies)
    kinds = [kind for kind in ("licen[cs]", "bond", "insur") if re.search(kind, claimed)]
    if kinds:
        return all(re.search(kind, has) for kind in kinds)
    return bool(held) and "certif" in claimed and "certif" in has


def _published(field: str, text: str, facts: PolicyFacts) -> Iterator[Finding]:
    """Names and addresses that must not, or perhaps should not, be public."""
    for word in facts.banned_words:
        for quote in _occurrences(word, text):
            yield Finding(
                rule="banned_word",
                level="block",
                field=field,
                quote=quote,
                advice="Replace it: the organization's setting 'content.banned_words' has it.",
            )
    for name in facts.competitors:
        for quote in _occurrences(name, text):
            yield Finding(
                rule="competitor",
                level="block",
                field=field,
                quote=quote,
                advice="Name no competitor: the organization's setting 'content.competitors' lists it.",
            )
    for name in facts.private_names:
        for quote in _names(name, text):
            yield Finding(
                rule="personal_data",
                level="block",
                field=field,
                quote=quote,
                advice="Remove the name: a public text does not say who the customer is.",
            )
    for match in _compiled(f"{_STREET}|{_TITLED}").finditer(text):
        yield Finding(
            rule="personal_data",
            level="block" if facts.answers_review else "warn",
            field=field,
            quote=match[0],
            advice="Remove it if it is a customer's name or address.",
        )


def _occurrences(words: str, text: str) -> Iterator[str]:
    pattern = r"\s+".join(map(re.escape, _plain(words).split()))
    if pattern:
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", _plain(text)):
            yield text[match.start() : match.end()]


def _names(name: str, text: str) -> Iterator[str]:
    """The whole name in any case, and its parts as they are written, because parts can be words."""
    parts = [part for part in re.findall(r"[\w'-]+", name) if len(part) >= _MIN_NAME_CHARACTERS]
    if len(parts) > 1:
        yield from _occurrences(name, text)
    for part in parts:
        spelled = re.escape(part[:1].upper() + part[1:])
        pattern = rf"(?<!\w){spelled}(?!\w)"
        if _ALSO_WORDS.fullmatch(part):
            greeted = r"(?:(?<=Hi )|(?<=Dear )|(?<=Hello )|(?<=hanks, )|(?<=ou, ))"
            pattern = rf"{greeted}{spelled}(?!\w)|(?<!\w){spelled}(?=[,!])"
        yield from (match[0] for match in re.finditer(pattern, text))


def _statements(field: str, text: str, rules: tuple[_Statement, ...]) -> Iterator[Finding]:
    plain = _plain(text)
    for statement in rules:
        for match in _compiled(statement.pattern).finditer(plain):
            if _is_statement(statement.rule, plain, match.start(), match.end()):
                yield Finding(
                    rule=statement.rule,
                    level=statement.level,
                    field=field,
                    quote=text[match.start() : match.end()].strip()[:MAX_QUOTE_CHARACTERS],
                    advice=statement.advice,
                )


def _is_statement(rule: Rule, plain: str, start: int, end: int) -> bool:
    """Whether the words between are stated, and not asked, denied or only possible."""
    window = max(0, start - _MAX_BEFORE)
    first = max(
        (mark.end() for mark in _compiled(_CLAUSE_END).finditer(plain, window, start)), default=window
    )
    before = _compiled(_IDIOMS).sub(" ", plain[first:start])
    after = plain[end : end + _MAX_AFTER]
    if rule == "incentive":  # also if it is offered or requested politely
        return not _compiled(r"\b(?:not|never|nor)\b|n't\b").search(before)
    sentence_end = _compiled(_SENTENCE_END).search(plain, end)
    if sentence_end and sentence_end[0] == "?" and _compiled(_QUESTION).match(plain, first):
        return False
    if (
        rule == "price_promise"
        and _compiled(_NOT_A_PRICE).search(before + plain[start:end])
        and "$" in plain[start:end]
    ):
        return False
    return not (
        _compiled(_DENIAL).search(before)
        or _compiled(_CONDITION).search(before)
        or _compiled(_AFTER_DENIAL).search(after)
    )


def _numbers(field: str, text: str) -> Iterator[Finding]:
    for match in _compiled(f"{_SSN}|{_CARD}").finditer(_plain(text)):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 9 or _is_card(digits):
            yield Finding(
                rule="identity_number",
                level="block",
                field=field,
                quote="…" + digits[-4:],
                advice="Remove the number: no e-mail contains a payment card or social security number.",
            )


def _is_card(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(int(digit) for digit in digits[-1::-2]) + sum(sum(divmod(number, 10)) for number in doubled)
    return total % 10 == 0 and len(set(digits)) > 1


def _contacts(text: str) -> Iterator[tuple[str, str]]:
    """Each contact in the text, with its spelling there."""
    for match in _compiled(_EMAIL).finditer(text):
        if address := email_address(match[0].rstrip(".-")):
            yield f"email#{address}", match[0]
    for match in _compiled(_PHONE).finditer(text):
        if number := e164(match[0]):
            yield f"phone#{number}", match[0]


_PLAIN = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u2011": "-", "\t": " "}
)


def _plain(text: str) -> str:
    """The text in lower case with plain quotes and spaces, of the same length."""
    lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lowered.translate(_PLAIN)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
