"""Whether the call is a lead: a real person with authority and a live, new need for a service on offer.

| reason | qualified | meaning |
|---|---|---|
| real_need | true | a present loss, or work to do |
| has_authority | true | the caller is the owner, manager or executor, or has their permission |
| service_offered | true | restorers do this kind of work |
| live_need | true | now, or near |
| complete_voicemail | true | a voicemail with everything that a call would have asked for |
| no_authority | false | somebody else decides on the property, as the caller says |
| out_of_area | false | the agent says that the company does not serve the area |
| not_offered | false | work that restorers do not do |
| no_live_need | false | the need is settled, or the caller asks without a loss |
| not_new | false | a customer with an existing job |
| solicitation | false | the caller sells something |
| employment | false | an applicant, an employee or a reference |
| wrong_number | false | the call was meant for somebody else |
| spam | false | a recording or a prank |
| tenant_for_building | null | a tenant without the owner's permission |
| authority_unknown | null | a third party; the wish of the owner is unknown |
| price_shopper | null | the caller asks for a price, without a name or a place |
| cut_off | null | the call ended before the need or the caller was clear |
| garbled | null | the words cannot be understood |
| no_transcript | null | no words of the caller; a missed call is never junk |
| need_unclear | null | the call can be understood, but names no need |
| danger_to_life | any | an emergency, whatever else the call says |
| instruction_ignored | any | instructions to the system were ignored |
| missed_call | any | nobody answered the call |
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.ai.classification import Intent
from eal.ai.engines.embedded.calls.intents import LOSSES, turned_away
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.signals import Signal

if TYPE_CHECKING:
    from eal.ai.engines.embedded.calls.mentions import MentionIndex
    from eal.ai.engines.embedded.language.cues import Mention

type Qualified = tuple[bool | None, tuple[str, ...], tuple[Mention, ...]]

_NOT_LEADS = {
    Intent.EMPLOYMENT: "employment",
    Intent.SALES_PITCH: "solicitation",
    Intent.WRONG_NUMBER: "wrong_number",
    Intent.SPAM: "spam",
    Intent.EXISTING_JOB: "not_new",
    Intent.INSURANCE: "no_live_need",
}
_BROKEN_END = re.compile(
    r"(?:[-\u2013\u2014\u2026]|\.\.\.)\s*[\"'\u201d)\]]*$"
    r"|[\[(<][^\])>]{0,40}(?:cut|end|drop|disconnect|hang|hung|beep|lost|static|dead"
    r"|click)[^\])>]{0,40}[\])>]\s*\.?$",
    re.IGNORECASE,
)
_DANGLING = compiled(
    r"\b(?:and|the|my|is|at|a|an|to|its|number is|address is|on|in|of|because|but|so|or|we|our|with|for)$"
)

# A transcript with this many finished sentences has punctuation: a clause of so many spaces must end with a mark.
_MIN_FINISHED_SENTENCES = 2
_MIN_SPACES = 5
_OUTRIGHT = 3  # the weight of a cue that states its signal
_CALLING_AFTER = compiled(
    r"\b(?:hello|are you (?:still )?there|still there|did i lose you|lost (?:you|him|her|them))\b"
)


def judge(intent: Intent, index: MentionIndex, ending: str, *, voicemail: bool) -> Qualified:
    """Whether the call is a lead, the reasons, and their mentions. `ending` is the end of the last turn."""
    if intent in _NOT_LEADS:
        return False, (_NOT_LEADS[intent],), tuple(index.asserted(Signal(intent.value))[:1])
    if intent is Intent.UNKNOWN:
        return None, (_unknown_reason(index, ending),), ()
    if intent is Intent.OTHER and not _opening(index):
        return _other(index)
    return _loss(intent, index, ending, voicemail=voicemail)


def broke_off(index: MentionIndex, ending: str) -> bool:
    """Whether the transcript ends in the middle of a sentence."""
    if index.asserted(Signal.CUT_OFF) or _BROKEN_END.search(ending):
        return True
    spoken = [clause for clause in index.clauses if clause.counts]
    if not spoken or spoken[-1].text[-1:] in ".?!":
        return False
    if (
        spoken[-1].text.count(" ") >= _MIN_SPACES
        and sum(c.text[-1:] in ".?!" for c in spoken) >= _MIN_FINISHED_SENTENCES
    ):
        return True
    return _lost(index) or bool(ending[-1:].isalpha() and _DANGLING.search(spoken[-1].text))


def _lost(index: MentionIndex) -> bool:
    """Whether the agent looks for a caller who went silent: "Hello? Are you there?"."""
    last = index.clauses[-1]
    if last.speaker != "agent":
        return False
    return any(
        _CALLING_AFTER.search(clause.text) for clause in index.clauses[-4:] if clause.speaker == "agent"
    )


def _unknown_reason(index: MentionIndex, ending: str) -> str:
    if broke_off(index, ending):
        return "cut_off"
    words = sum(clause.text.count(" ") + 1 for clause in index.clauses if clause.counts)
    return "garbled" if words < 14 else "need_unclear"


def _opening(index: MentionIndex) -> bool:
    return any(m.cue.weight >= 4 for m in index.asserted(Signal.OPENING))


def _other(index: MentionIndex) -> Qualified:
    wrong = index.asserted(Signal.WRONG_SERVICE)
    named = index.asserted(Signal.OTHER) or turned_away(index)
    bystander = index.asserted(Signal.BYSTANDER)
    settled = index.asserted(Signal.NO_NEED)
    if bystander and not wrong:
        return False, ("no_authority",), (bystander[0],)
    if settled and not wrong:
        return False, ("no_live_need",), (settled[0],)
    if wrong or named:
        return False, ("not_offered",), tuple((wrong or named)[:1])
    if not index.asserted(Signal.OWNED):
        return False, ("no_live_need",), ()
    return None, ("need_unclear",), ()


def _loss(intent: Intent, index: MentionIndex, ending: str, *, voicemail: bool) -> Qualified:
    for check in (_settled, _out_of_area, _not_offered, _authority):
        verdict = check(index)
        if verdict:
            return verdict
    doubt = _doubt(index, ending)
    if doubt:
        return doubt
    reasons = ["real_need", "service_offered", "live_need"]
    owner = index.asserted(Signal.OWNER) + index.asserted(Signal.GRANTED)
    if owner:
        reasons.append("has_authority")
    if voicemail:
        reasons.append("complete_voicemail")
    need = index.asserted(Signal(intent.value)) or (
        index.asserted(Signal.OPENING) if intent not in LOSSES else []
    )
    return True, tuple(reasons), (*need[:1], *owner[:1])


def _settled(index: MentionIndex) -> Qualified | None:
    settled = index.asserted(Signal.NO_NEED)
    return (False, ("no_live_need",), (settled[0],)) if settled else None


def _out_of_area(index: MentionIndex) -> Qualified | None:
    outside = index.asserted(Signal.OUT_OF_AREA)
    return (False, ("out_of_area",), (outside[0],)) if outside else None


def _not_offered(index: MentionIndex) -> Qualified | None:
    wrong = index.asserted(Signal.WRONG_SERVICE)
    return (False, ("not_offered",), (wrong[0],)) if wrong else None


def _authority(index: MentionIndex) -> Qualified | None:
    asks = index.asserted(Signal.THIRD_PARTY_ASKS)
    if asks and not index.asserted(Signal.GRANTED):
        return None, ("authority_unknown",), (asks[0],)
    owner, granted, referral = (
        index.asserted(Signal.OWNER),
        index.asserted(Signal.GRANTED),
        index.asserted(Signal.REFERRAL),
    )
    refuses = index.asserted(Signal.LANDLORD_REFUSES)
    tenant = index.asserted(Signal.TENANT)
    bystander = index.asserted(Signal.BYSTANDER)
    renting = any(m.cue.weight >= _OUTRIGHT for m in tenant)
    if granted or (owner and not renting):
        return None
    if tenant and refuses:
        return False, ("no_authority",), (refuses[0],)
    if tenant:
        return None, ("tenant_for_building",), (tenant[0],)
    if bystander:
        return False, ("no_authority",), (bystander[0],)
    needed = index.asserted(Signal.NEEDS_OWNER)
    if needed and not owner:
        return None, ("authority_unknown",), (needed[0],)
    if referral and refuses:
        return None, ("authority_unknown",), (referral[0],)
    return None


def _doubt(index: MentionIndex, ending: str) -> Qualified | None:
    price = index.asserted(Signal.PRICE_SHOPPER)
    named = index.asserted(Signal.NAME)
    pressing = (
        index.asserted(Signal.OWNED)
        and (index.asserted(Signal.RECENT) or index.asserted(Signal.ACTIVE_WATER))
        and index.asserted(Signal.REQUEST)
    )
    if price and not named and not pressing:
        return None, ("price_shopper",), (price[0],)
    if broke_off(index, ending) and not (named and len(named) >= 2 and index.asserted(Signal.OWNER)):
        return None, ("cut_off",), tuple(index.asserted(Signal.CUT_OFF)[:1])
    return None
