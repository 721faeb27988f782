"""CallRail's forms and text messages as ours. A module of its own: receivers need the signature and none of this.

A form's fields are whatever the tenant's website calls them, so they are told by their names, and what no name tells
goes to the lead's metadata as it is.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from eal.core.contact import e164, email_address
from eal.core.json import Json
from eal.core.outbound.address import without_query
from eal.core.wire import without_controls
from eal.domain.leads.wire import AttributionBody, LeadCreate
from eal.domain.messages.model import SentText
from eal.vendors import loose_json
from eal.vendors.callrail.webhooks import KINDS, VENDOR, last_that_says_something
from eal.vendors.loose_json import Body

SOURCE = "web_form"

_LONGEST_ID = 200
_LONGEST_CONTENT = 5000
_LONGEST_NOTES = 5000
_LONGEST_NAME = 200
_MOST_METADATA = 20
_FIELDS_BYTES = 100_000
"""Of a form's fields as they are: an item of the table holds 400 KB."""
_ROLES: Final = (
    ("email", re.compile(r"e?mail")),
    ("phone", re.compile(r"phone|mobile|cell|\btel")),
    ("first_name", re.compile(r"\bf(irst)? ?name|given name|^first$")),
    ("last_name", re.compile(r"\bl(ast)? ?name|surname|family name|^last$")),
    ("company", re.compile(r"company|business|organi[sz]ation")),
    ("name", re.compile(r"\bname\b|^fullname$|^yourname$")),
    ("notes", re.compile(r"message|comment|detail|descri|question|note|problem|help")),
)
"""What a field is by its name, the first that fits."""
_ATTRIBUTION: Final = {
    "campaign": "campaign",
    "medium": "medium",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "landing_page_url": "landing_page",
    "referring_url": "referrer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form, its fields as they were filled in. `lead` is None where it names no e-mail and no phone."""

    form_id: str
    submitted_at: datetime
    page: str | None
    fields: dict[str, str]
    lead: LeadCreate | None


def message_in(kind: str, raw: bytes, received_at: datetime) -> FilledForm | SentText | None:
    """What an event that is about no call says; None for a kind that we do not know.

    Raises: ValueError for a body that names no form or text message.
    """
    if kind not in KINDS:
        return None
    body: Body = json.loads(raw, object_pairs_hook=last_that_says_something)
    message_id = loose_json.text(body, "resource_id", _LONGEST_ID) or loose_json.text(body, "id", _LONGEST_ID)
    if message_id is None:
        raise ValueError("the body names no form and no text message: resource_id is empty")
    if "form_data" in body or kind == "form-submission":
        page = loose_json.text(body, "form_url", 2000) or loose_json.text(body, "url", 2000)
        return FilledForm(
            form_id=message_id,
            submitted_at=loose_json.moment(body, "submitted_at")
            or loose_json.moment(body, "timestamp")
            or received_at,
            page=without_query(page)[:500] if page else None,
            fields=_filled_in(loose_json.member(body, "form_data")),
            lead=_lead(body),
        )
    media = body.get("media_urls")
    agent = loose_json.text(body, "agent", _LONGEST_ID)
    return SentText(
        vendor=VENDOR,
        vendor_text_id=message_id,
        direction="sent" if agent else "received",
        at=loose_json.moment(body, "timestamp") or received_at,
        from_number=e164(loose_json.text(body, "source_number") or ""),
        to_number=e164(loose_json.text(body, "destination_number") or ""),
        content=loose_json.text(body, "content", _LONGEST_CONTENT),
        media=len(media) if isinstance(media, list) else 0,
        conversation_id=loose_json.text(body, "conversation_id", _LONGEST_ID),
        agent=agent,
    )


def _lead(body: Body) -> LeadCreate | None:
    told, others = _by_role(loose_json.member(body, "form_data"))
    emails = [one for text in told.get("email", []) if (one := email_address(text))]
    phones = [one for text in told.get("phone", []) if (one := e164(text))]
    if not emails and not phones:
        return None
    whole_name = _line(" ".join(told.get("name", []))).partition(" ")
    first = _line((told.get("first_name") or [whole_name[0]])[0])
    last = _line((told.get("last_name") or [whole_name[2]])[0])
    page = loose_json.text(body, "form_url", 2000) or loose_json.text(body, "url", 2000)
    return LeadCreate(
        first_name=first[:_LONGEST_NAME].strip() or None,
        last_name=last[:_LONGEST_NAME].strip() or None,
        company=_line((told.get("company") or [""])[0])[:_LONGEST_NAME].strip() or None,
        email=emails[0] if emails else None,
        phones=list(dict.fromkeys(phones))[:3],
        source=SOURCE,
        source_detail=_line(without_query(page))[:500] if page else None,
        notes="\n\n".join(told.get("notes", []))[:_LONGEST_NOTES].strip() or None,
        metadata=others,
        attribution=_attribution(body),
    )


def _filled_in(form_data: Mapping[str, Json]) -> dict[str, str]:
    """The fields' texts by their names, up to the length that an item has room for."""
    fields: dict[str, str] = {}
    room = _FIELDS_BYTES
    for name in form_data:
        label, text = loose_json.clean(name)[:_LONGEST_NAME], _text(form_data[name])[:_LONGEST_CONTENT]
        room -= len(label.encode()) + len(text.encode())
        if room < 0:
            break
        if label and text:
            fields[label] = text
    return fields


def _by_role(form_data: Mapping[str, Json]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The fields' texts by what they are, and the others by their names."""
    told: dict[str, list[str]] = {}
    others: dict[str, str] = {}
    for name in form_data:
        text = _text(form_data[name])
        if not text:
            continue
        words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()).strip()
        role = next((role for role, pattern in _ROLES if pattern.search(words)), None)
        if role:
            told.setdefault(role, []).append(text)
        elif len(others) < _MOST_METADATA and (label := _line(name)[:40].strip()):
            others[label] = text[:500]
    return told, others


def _text(value: Json) -> str:
    """What was filled in: a text, a number, or the boxes that were ticked."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, str):
        return without_controls(loose_json.clean(value)).strip()
    return "" if value is None or isinstance(value, dict | bool) else str(value)


def _line(text: str) -> str:
    return " ".join(without_controls(loose_json.clean(text)).split())


def _attribution(body: Body) -> AttributionBody | None:
    found = {
        ours: text
        for theirs, ours in _ATTRIBUTION.items()
        if (text := _line(loose_json.text(body, theirs) or ""))
    }
    return AttributionBody(**found) if found else None
