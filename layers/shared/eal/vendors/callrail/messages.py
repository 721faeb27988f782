"""CallRail's forms and text messages, parsed. Separate from `webhooks`, because receivers need only the signature.

The tenant's website names the fields of a form, so a field's name decides its role. Fields whose names match no role
become metadata of the lead.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eal.core.characters import without_controls
from eal.core.contact import e164, email_address
from eal.core.outbound.address import without_query
from eal.domain.leads.wire import AttributionBody, LeadCreate
from eal.domain.messages.model import SentText
from eal.vendors import loose_json
from eal.vendors.callrail.webhooks import KINDS, VENDOR, prefer_non_empty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.json import Json
    from eal.vendors.loose_json import Body

SOURCE = "web_form"

_MAX_ID_CHARACTERS = 200
_MAX_CONTENT_CHARACTERS = 5000
_MAX_NOTES_CHARACTERS = 5000
_MAX_NAME_CHARACTERS = 200
_MAX_METADATA_FIELDS = 20
_MAX_FIELDS_BYTES = 100_000
"""Maximum size of a form's stored fields: an item of DynamoDB has at most 400 KB."""
_ROLES: Final = (
    ("email", re.compile(r"e?mail")),
    ("phone", re.compile(r"phone|mobile|cell|\btel")),
    ("first_name", re.compile(r"\bf(irst)? ?name|given name|^first$")),
    ("last_name", re.compile(r"\bl(ast)? ?name|surname|family name|^last$")),
    ("company", re.compile(r"company|business|organi[sz]ation")),
    ("name", re.compile(r"\bname\b|^fullname$|^yourname$")),
    ("notes", re.compile(r"message|comment|detail|descri|question|note|problem|help")),
)
"""Roles of fields, by patterns of their names; the first match decides."""
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
    """A submitted form. `lead` is None if the form has neither an e-mail address nor a phone number."""

    form_id: str
    submitted_at: datetime
    page: str | None
    fields: dict[str, str]
    lead: LeadCreate | None


def parse_message(kind: str, raw: bytes, received_at: datetime) -> FilledForm | SentText | None:
    """The form or text message of an event; None for an unknown kind.

    Raises: ValueError for a body without the id of a form or text message.
    """
    if kind not in KINDS:
        return None
    body: Body = json.loads(raw, object_pairs_hook=prefer_non_empty)
    message_id = loose_json.text(body, "resource_id", _MAX_ID_CHARACTERS) or loose_json.text(
        body, "id", _MAX_ID_CHARACTERS
    )
    if message_id is None:
        raise ValueError("the body has no id of a form or text message: resource_id is empty")
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
    agent = loose_json.text(body, "agent", _MAX_ID_CHARACTERS)
    return SentText(
        vendor=VENDOR,
        vendor_text_id=message_id,
        direction="sent" if agent else "received",
        at=loose_json.moment(body, "timestamp") or received_at,
        from_number=e164(loose_json.text(body, "source_number") or ""),
        to_number=e164(loose_json.text(body, "destination_number") or ""),
        content=loose_json.text(body, "content", _MAX_CONTENT_CHARACTERS),
        media=len(media) if isinstance(media, list) else 0,
        conversation_id=loose_json.text(body, "conversation_id", _MAX_ID_CHARACTERS),
        agent=agent,
    )


def _lead(body: Body) -> LeadCreate | None:
    by_role, metadata = _by_role(loose_json.member(body, "form_data"))
    emails = [email for text in by_role.get("email", []) if (email := email_address(text))]
    phones = [phone for text in by_role.get("phone", []) if (phone := e164(text))]
    if not emails and not phones:
        return None
    full_name = _line(" ".join(by_role.get("name", []))).partition(" ")
    first = _line((by_role.get("first_name") or [full_name[0]])[0])
    last = _line((by_role.get("last_name") or [full_name[2]])[0])
    page = loose_json.text(body, "form_url", 2000) or loose_json.text(body, "url", 2000)
    return LeadCreate(
        first_name=first[:_MAX_NAME_CHARACTERS].strip() or None,
        last_name=last[:_MAX_NAME_CHARACTERS].strip() or None,
        company=_line((by_role.get("company") or [""])[0])[:_MAX_NAME_CHARACTERS].strip() or None,
        email=emails[0] if emails else None,
        phones=list(dict.fromkeys(phones))[:3],
        source=SOURCE,
        source_detail=_line(without_query(page))[:500] if page else None,
        notes="\n\n".join(by_role.get("notes", []))[:_MAX_NOTES_CHARACTERS].strip() or None,
        metadata=metadata,
        attribution=_attribution(body),
    )


def _filled_in(form_data: Mapping[str, Json]) -> dict[str, str]:
    """The fields' texts by name, up to _MAX_FIELDS_BYTES."""
    fields: dict[str, str] = {}
    remaining = _MAX_FIELDS_BYTES
    for name in form_data:
        label, text = (
            loose_json.clean(name)[:_MAX_NAME_CHARACTERS],
            _text(form_data[name])[:_MAX_CONTENT_CHARACTERS],
        )
        remaining -= len(label.encode()) + len(text.encode())
        if remaining < 0:
            break
        if label and text:
            fields[label] = text
    return fields


def _by_role(form_data: Mapping[str, Json]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The fields' texts by role, and the texts of the other fields by name."""
    by_role: dict[str, list[str]] = {}
    others: dict[str, str] = {}
    for name in form_data:
        text = _text(form_data[name])
        if not text:
            continue
        words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()).strip()
        role = next((role for role, pattern in _ROLES if pattern.search(words)), None)
        if role:
            by_role.setdefault(role, []).append(text)
        elif len(others) < _MAX_METADATA_FIELDS and (label := _line(name)[:40].strip()):
            others[label] = text[:500]
    return by_role, others


def _text(value: Json) -> str:
    """A field's value as text: a text, a number, or a list of ticked boxes."""
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
