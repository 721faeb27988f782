"""CallRail's webhooks: their signature, and their bodies as snapshots of a call.

Sources: CallRail's webhook documentation (support.callrail.com 5711246459149, apidocs.callrail.com) and recorded
real bodies. Their quirks: an empty value is `""`, numbers and booleans may be texts, a key may occur twice, a body does
not state its kind, and old names occur next to new ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal

from eal.core.clock import rfc3339, to_milliseconds
from eal.core.contact import e164
from eal.domain.calls.model import Facts, Snapshot
from eal.domain.integrations.model import VENDORS
from eal.domain.integrations.scheme import Scheme, SignedRequest
from eal.vendors.loose_json import MAX_TEXT_CHARACTERS, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from eal.core.json import Json
    from eal.domain.calls.model import Direction
    from eal.vendors.loose_json import Body

VENDOR = "callrail"
KINDS = VENDORS[VENDOR].kinds

MAX_TRANSCRIPT_BYTES = 250_000
"""About five hours of talk. An item of DynamoDB has at most 400 KB; the stored body has the rest."""
_MAX_NOTE_CHARACTERS = 4000
_MAX_ID_CHARACTERS = 200
_MAX_TAGS = 50

_RANKS = {"pre-call": 1, "routing-complete": 2, "post-call": 3, "call-modified": 4}
_ENDED = 3
_AFTER_THE_END = ("recording", "transcription", "conversational_transcript")
_ATTRIBUTION = (
    "source", "medium", "campaign", "keywords", "referring_url", "landing_page_url", "last_requested_url",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid",
    "device_type",
)  # fmt: skip
_LEGACY = {
    "customer_phone_number": "callernum",
    "customer_name": "callername",
    "customer_city": "callercity",
    "customer_state": "callerstate",
    "customer_country": "callercountry",
    "tracking_phone_number": "trackingnum",
    "business_phone_number": "destinationnum",
    "source": "callsource",
    "medium": "referrermedium",
    "referring_url": "referrer",
    "landing_page_url": "landingpage",
    "tags": "tag",
    "resource_id": "id",
    "company_resource_id": "company_id",
    "tracker_resource_id": "tracker_id",
}
"""The older name of a value, which is read if the newer one is empty."""
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""Placeholders of withheld numbers: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a keypad."""

_CLEARABLE = {"tags": "tags", "note": "note", "value": "value_cents", "lead_status": "vendor_lead_status"}
"""Values that a person can clear in CallRail, and the fact for each."""

type _CallKind = Literal["pre-call", "routing-complete", "post-call", "call-modified"]


def is_signed(request: SignedRequest, secrets: Collection[str]) -> bool:
    """Whether `Signature` is the base64 of HMAC-SHA1 over the raw body under one of the signing keys.

    The time reveals neither which key matches nor how much of the signature does. The body's age is not checked:
    `timestamp` is the start of the call, and a post-call webhook arrives up to 20 minutes after its end.
    """
    given = request.headers.get("signature", "").strip().encode(errors="replace")
    genuine = False
    for secret in secrets:
        expected = base64.b64encode(hmac.digest(secret.encode(), request.body, "sha1"))
        genuine |= hmac.compare_digest(expected, given)
    return genuine


SCHEME = Scheme(vendor=VENDOR, is_signed=is_signed)


def parse_call(kind: str, raw: bytes, received_at: datetime) -> Snapshot | None:
    """The snapshot of a call in an event; None for a form, a text message or an unknown kind.

    `kind` is from the address, which the signature does not cover, so the members of the body take precedence: whoever
    captured a body can send it to any of our addresses. A repeated body has the same digest and is a duplicate. A
    modification, which only `changes` shows, is a new event each time it is received, because a tag that is set,
    removed and set again has the same body twice.

    Raises: ValueError for a body without a call id.
    """
    body = _parse_object(raw)
    event = _event_kind(kind, body) if kind in KINDS else None
    if event is None:
        return None
    call_id = _text(body, "resource_id", _MAX_ID_CHARACTERS)
    if call_id is None:
        raise ValueError("the body has no call id: resource_id and id are empty")
    rank = _RANKS[event]
    transcript = _transcript(body)
    facts = _facts(kind, body, transcript, ended=rank >= _ENDED)
    is_modification = event == "call-modified"
    identity = event.encode() + b"\0" + (rfc3339(received_at).encode() if is_modification else b"")
    return Snapshot(
        vendor=VENDOR,
        vendor_call_id=call_id,
        rank=rank,
        received_at=received_at,
        digest=hashlib.sha256(identity + raw).hexdigest(),
        ended=rank >= _ENDED,
        facts=facts,
        cleared=_cleared(body, facts),
        transcript=transcript,
        is_modification=is_modification,
    )


def _parse_object(raw: bytes) -> Body:
    body = json.loads(raw, object_pairs_hook=prefer_non_empty)
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body


def prefer_non_empty(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    """An object from pairs with repeated keys: the last value that is not empty wins."""
    value: dict[str, Json] = {}
    for name, member in pairs:
        if name not in value or not _is_empty(member):
            value[name] = member
    return value


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _event_kind(kind: str, body: Body) -> _CallKind | None:
    """The kind of the body, or None for a form or a text message."""
    if "form_data" in body or "message_type" in body or "media_urls" in body:
        return None
    if not _is_empty(body.get("changes")):
        return "call-modified"
    recorded = not all(_is_empty(body.get(name)) for name in _AFTER_THE_END)
    match kind.removeprefix("outbound-"):
        case "post-call" | "call-modified":
            return "post-call"
        case "pre-call" if not recorded:
            return "pre-call"
        case "routing-complete" if not recorded:
            return "routing-complete"
        case "text-message" | "form-submission" if not any(
            name in body for name in ("call_type", "duration", "answered")
        ):
            return None
    return "post-call"


def _facts(kind: str, body: Body, transcript: str | None, *, ended: bool) -> Facts:
    """The body's facts. Before the end of the call, `answered=false` and `duration=0` are placeholders."""
    return Facts(
        direction=_direction(kind, body),
        answered=_boolean(body, "answered") if ended else None,
        voicemail=_boolean(body, "voicemail") if ended else None,
        duration_seconds=_count(body, "duration") if ended else None,
        caller_number=_phone(body, "customer_phone_number"),
        caller_name=_text(body, "customer_name"),
        caller_city=_text(body, "customer_city"),
        caller_state=_text(body, "customer_state"),
        caller_country=_text(body, "customer_country"),
        tracking_number=_phone(body, "tracking_phone_number"),
        destination_number=_phone(body, "business_phone_number"),
        started_at=_started_at(body),
        first_call=_boolean(body, "first_call"),
        source_name=_text(body, "source_name"),
        attribution={name: text for name in _ATTRIBUTION if (text := _text(body, name))},
        tags=_tags(body),
        note=_text(body, "note", _MAX_NOTE_CHARACTERS),
        value_cents=_cents(body, "value"),
        vendor_lead_status=_text(body, "lead_status"),
        spam=_boolean(body, "spam"),
        agent_email=_text(body, "agent_email"),
        company_id=_text(body, "company_resource_id", _MAX_ID_CHARACTERS),
        tracker_id=_text(body, "tracker_resource_id", _MAX_ID_CHARACTERS),
        recording_url=_recording_url(body),
        recording_seconds=_count(body, "recording_duration"),
        transcript_sha256=hashlib.sha256(transcript.encode()).hexdigest() if transcript else None,
    )


def _cleared(body: Body, facts: Facts) -> frozenset[str]:
    """The facts that a modification has cleared: `changes` names them, and the body has no value for them.

    The format of an entry is not documented: a name, an object with the name, and an object with names as keys are all
    read.
    """
    changes = body.get("changes")
    entries = changes if isinstance(changes, list) else [changes]
    named = {word for entry in entries for word in ([entry] if isinstance(entry, str) else _words(entry))}
    stated = facts.known()
    return frozenset(
        fact
        for name, fact in _CLEARABLE.items()
        if name in named and name in body and _is_empty(body[name]) and fact not in stated
    )


def _words(entry: Json) -> list[str]:
    """The possible names of fields in an object: its keys and its texts."""
    if not isinstance(entry, dict):
        return []
    return [*entry, *(value for value in entry.values() if isinstance(value, str))]


def _direction(kind: str, body: Body) -> Direction | None:
    named = (_text(body, "direction") or "").lower()
    if named == "inbound":
        return "inbound"
    outbound = named == "outbound" or _text(body, "call_type") == "outbound" or kind.startswith("outbound-")
    return "outbound" if outbound else None


def _first[T](body: Body, name: str, read: Callable[[Json], T | None]) -> T | None:
    """The value under its name, or under its older one."""
    for key in (name, _LEGACY.get(name, name)):
        value = read(body.get(key))
        if value is not None:
            return value
    return None


def _text(body: Body, name: str, max_characters: int = MAX_TEXT_CHARACTERS) -> str | None:
    def read(value: Json) -> str | None:
        if isinstance(value, str):
            return clean(value)[:max_characters] or None
        return str(value)[:max_characters] if isinstance(value, int) and not isinstance(value, bool) else None

    return _first(body, name, read)


def _boolean(body: Body, name: str) -> bool | None:
    def read(value: Json) -> bool | None:
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None

    return _first(body, name, read)


def _count(body: Body, name: str) -> int | None:
    """A whole number that is not negative. Seconds are texts such as `15` and `15.0`."""

    def read(value: Json) -> int | None:
        number = _decimal(value)
        return int(number) if number is not None and 0 <= number < 10**9 else None

    return _first(body, name, read)


def _cents(body: Body, name: str) -> int | None:
    def read(value: Json) -> int | None:
        number = _decimal(value)
        return round(number * 100) if number is not None and 0 <= number < 10**12 else None

    return _first(body, name, read)


def _decimal(value: Json) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value).strip().lstrip("$").replace(",", "")[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _phone(body: Body, name: str) -> str | None:
    def read(value: Json) -> str | None:
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        return None if text.strip() in _WITHHELD else e164(text)

    return _first(body, name, read)


def _started_at(body: Body) -> datetime | None:
    """`start_time` with its offset; else the older `datetime`, which is UTC without an offset."""
    for name, zone in (("start_time", None), ("timestamp", None), ("datetime", UTC)):
        text = _text(body, name)
        if text is None:
            continue
        try:
            at = datetime.fromisoformat(text.removesuffix(" UTC"))
            if at.tzinfo or zone:
                return to_milliseconds(at if at.tzinfo else at.replace(tzinfo=zone))
        except (ValueError, OverflowError):
            continue
    return None


def _tags(body: Body) -> tuple[str, ...]:
    def read(value: Json) -> tuple[str, ...] | None:
        listed = value.split(",") if isinstance(value, str) else value
        if not isinstance(listed, list):
            return None
        tags = (clean(tag)[:_MAX_ID_CHARACTERS] for tag in listed if isinstance(tag, str))
        return tuple(dict.fromkeys(filter(None, tags)))[:_MAX_TAGS] or None

    return _first(body, "tags", read) or ()


def _recording_url(body: Body) -> str | None:
    url = _text(body, "recording", 2000)
    return url if url and url.startswith("https://") else None


def _transcript(body: Body) -> str | None:
    """The transcript as lines of "Speaker: words" if CallRail has speakers, else as one text.

    The format of `conversational_transcript` is not documented: a text and a list of turns are both read.
    """
    for name in ("conversational_transcript", "transcription"):
        text = _spoken(body.get(name))
        if text:
            return text.encode()[:MAX_TRANSCRIPT_BYTES].decode(errors="ignore")
    return None


def _spoken(value: Json) -> str:
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, list):
        return ""
    return "\n".join(filter(None, map(_line, value)))


def _line(turn: Json) -> str:
    if isinstance(turn, str):
        return clean(turn)
    if not isinstance(turn, dict):
        return ""
    words = _first_text(turn, ("phrase", "text", "content", "words"))
    speaker = _first_text(turn, ("speaker", "speaker_label", "role"))
    return f"{speaker}: {words}" if speaker and words else words


def _first_text(turn: Body, names: Sequence[str]) -> str:
    """The first of the members that is a non-empty text, as one line."""
    values = (turn.get(name) for name in names)
    return next(
        (" ".join(clean(value).split()) for value in values if isinstance(value, str) and value.strip()), ""
    )
