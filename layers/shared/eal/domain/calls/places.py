"""The place of a call: the ZIP code that the caller names, otherwise the address of the caller's lead."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.transcript import parse
from eal.domain.leads.collection import LEAD_CONTACTS, LEADS

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant
    from eal.domain.calls.model import Call, CallRecord
    from eal.domain.leads.model import Lead

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_STATE_NAMES = (
    "alabama|alaska|arizona|arkansas|california|carolina|colorado|connecticut|dakota|delaware|florida|georgia|hawaii"
    "|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi"
    "|missouri|montana|nebraska|nevada|hampshire|jersey|mexico|york|ohio|oklahoma|oregon|pennsylvania|island|tennessee"
    "|texas|utah|vermont|virginia|washington|wisconsin|wyoming"
)
"""The last word of each name."""
_CODE = r"(?<!\d)(\d(?:[ -]?\d){4})(?:-\d{4})?(?![ -]?\d)"
"""Five digits. A speech recogniser writes digits that are spelled out one by one."""


def postal_code(record: CallRecord, tenant: Tenant) -> str | None:
    """The postal code of the call's place, or None if it is unknown.

    What the caller says precedes the lead: a landlord calls about another address than their own. Two different codes
    leave the place unknown.
    """
    named = named_codes(record.transcript or "")
    if named:
        return named.pop() if len(named) == 1 else None
    lead = _lead(record.call, tenant)
    return lead.address.postal_code if lead and lead.address else None


def named_codes(transcript: str) -> set[str]:
    """The ZIP codes in the words of the caller."""
    found: set[str] = set()
    answers_question = False
    for turn in parse(transcript):
        if turn.speaker != "agent":
            # After a question for it, the last number of five digits is the ZIP code; before it may be a house number.
            answers = re.findall(_CODE, turn.text)[-1:] if answers_question else []
            found.update(_digits(code) for code in [*_with_name().findall(turn.text), *answers])
        answers_question = turn.speaker == "agent" and _name().search(turn.text) is not None
    return found


def _digits(code: str) -> str:
    return re.sub(r"\D", "", code)


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"\b(?:zip|postal)\b", re.IGNORECASE)


@cache
def _with_name() -> re.Pattern[str]:
    """Pattern of a ZIP code after "zip code is", a state, or a city and a comma: "Oakland, 94601". A street's number
    precedes a name."""
    name = r"\b(?i:zip|postal)\b[^\d\n]{0,24}?"
    state = rf"\b(?:{_STATES}|(?i:{_STATE_NAMES}))[,.]? "
    city = r"\b[A-Z][a-z]+, "
    return re.compile(rf"(?:{name}|{state}|{city}){_CODE}(?! [A-Z])")


def _lead(call: Call, tenant: Tenant) -> Lead | None:
    """The call's lead, or the lead that has the caller's number."""
    if call.lead_id:
        return LEADS.find(tenant, call.lead_id)
    if call.facts.caller_number:
        return LEAD_CONTACTS.find(tenant, f"phone#{call.facts.caller_number}")
    return None
