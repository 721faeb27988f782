"""CallRail: its webhooks' signature, and their bodies as our own snapshots of a call.

Sources: CallRail's webhook documentation (support.callrail.com 5711246459149, apidocs.callrail.com) and recorded
real bodies. What they have taught is coded here: empty is `""`, numbers and booleans come as text, keys come
twice, a body does not name its own kind, and old names stand beside new ones.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from eal.core.clock import rfc3339, to_milliseconds
from eal.core.contact import e164
from eal.core.json import Json
from eal.domain.calls.model import Direction, Facts, Snapshot
from eal.domain.integrations.model import VENDORS
from eal.domain.integrations.scheme import Scheme
from eal.vendors.loose_json import LONGEST_TEXT, Body, clean

VENDOR = "callrail"
KINDS = VENDORS[VENDOR].kinds

LONGEST_TRANSCRIPT = 250_000
"""Bytes, about five hours of talk: an item of the table holds 400 KB. The raw body keeps the rest."""
_LONGEST_NOTE = 4000
_LONGEST_ID = 200
_MOST_TAGS = 50

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
"""The older name under which a body repeats a value: looked at where the newer one is empty."""
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a keypad: what stands for a withheld number."""

_CLEARABLE = {"tags": "tags", "note": "note", "value": "value_cents", "lead_status": "vendor_lead_status"}
"""What a person can take away again in CallRail, and the fact that it is."""

type _CallKind = Literal["pre-call", "routing-complete", "post-call", "call-modified"]


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Collection[str]) -> bool:
    """Whether `Signature` is the base64 of HMAC-SHA1 over the raw body under one of the signing keys.

    The time does not tell which key fits, nor how much of the signature does. The body's age is not checked:
    `timestamp` is the call's start, and a post-call comes up to 20 minutes after its end.
    """
    given = headers.get("signature", "").strip().encode(errors="replace")
    genuine = False
    for secret in secrets:
        expected = base64.b64encode(hmac.digest(secret.encode(), body, "sha1"))
        genuine |= hmac.compare_digest(expected, given)
    return genuine


SCHEME = Scheme(vendor=VENDOR, is_signed=is_signed)


def call_in(kind: str, raw: bytes, received_at: datetime) -> Snapshot | None:
    """What an event says of a call; None where it is a form, a text message, or of a kind that we do not know.

    `kind` is from the address, which the signature does not cover: the body's own marks win over it. A body that comes
    again counts as received the first time; but a modification is an event of its own each time that it is received:
    a mark that is set, removed and set again is told by the same body twice.
    Raises: ValueError for a body that names no call.
    """
    body = _parsed(raw)
    meant = _kind(kind, body) if kind in KINDS else None
    if meant is None:
        return None
    call_id = _text(body, "resource_id", _LONGEST_ID)
    if call_id is None:
        raise ValueError("the body names no call: resource_id and id are empty")
    rank = _RANKS[meant]
    transcript = _transcript(body)
    facts = _facts(kind, body, transcript, ended=rank >= _ENDED)
    named = meant.encode() + b"\0" + (rfc3339(received_at).encode() if meant == "call-modified" else b"")
    return Snapshot(
        vendor=VENDOR,
        vendor_call_id=call_id,
        rank=rank,
        received_at=received_at,
        digest=hashlib.sha256(named + raw).hexdigest(),
        ended=rank >= _ENDED,
        facts=facts,
        cleared=_cleared(body, facts),
        transcript=transcript,
    )


def _parsed(raw: bytes) -> Body:
    body = json.loads(raw, object_pairs_hook=last_that_says_something)
    if not isinstance(body, dict):
        raise ValueError("the body is no JSON object")
    return body


def last_that_says_something(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    """An object in which a key may come twice: the last value, unless it is empty."""
    value: dict[str, Json] = {}
    for name, member in pairs:
        if name not in value or not _is_empty(member):
            value[name] = member
    return value


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _kind(kind: str, body: Body) -> _CallKind | None:
    """What the body is, or None for a form or a text message."""
    if "form_data" in body or "message_type" in body or "media_urls" in body:
        return None
    if not _is_empty(body.get("changes")):
        return "call-modified"
    recorded = not all(_is_empty(body.get(name)) for name in _AFTER_THE_END)
    match kind.removeprefix("outbound-"):
        case "call-modified":
            return "call-modified"
        case "post-call":
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
    """The body's facts. Before the end there is no outcome: `answered=false`, `duration=0` are fillers."""
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
        note=_text(body, "note", _LONGEST_NOTE),
        value_cents=_cents(body, "value"),
        vendor_lead_status=_text(body, "lead_status"),
        spam=_boolean(body, "spam"),
        agent_email=_text(body, "agent_email"),
        company_id=_text(body, "company_resource_id", _LONGEST_ID),
        tracker_id=_text(body, "tracker_resource_id", _LONGEST_ID),
        recording_url=_recording_url(body),
        recording_seconds=_count(body, "recording_duration"),
        transcript_sha256=hashlib.sha256(transcript.encode()).hexdigest() if transcript else None,
    )


def _cleared(body: Body, facts: Facts) -> frozenset[str]:
    """The facts that a modification has emptied: `changes` names them, and the body has nothing for them.

    An entry's shape is not documented: a name, an object that has the name, and an object keyed by names are all read.
    """
    changes = body.get("changes")
    entries = changes if isinstance(changes, list) else [changes]
    named = {word for one in entries for word in ([one] if isinstance(one, str) else _words(one))}
    said = facts.known()
    return frozenset(
        fact
        for name, fact in _CLEARABLE.items()
        if name in named and name in body and _is_empty(body[name]) and fact not in said
    )


def _words(entry: Json) -> list[str]:
    """What could be a field's name in an object: its keys and its texts."""
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
    for one in (name, _LEGACY.get(name, name)):
        value = read(body.get(one))
        if value is not None:
            return value
    return None


def _text(body: Body, name: str, longest: int = LONGEST_TEXT) -> str | None:
    def read(value: Json) -> str | None:
        if isinstance(value, str):
            return clean(value)[:longest] or None
        return str(value)[:longest] if isinstance(value, int) and not isinstance(value, bool) else None

    return _first(body, name, read)


def _boolean(body: Body, name: str) -> bool | None:
    def read(value: Json) -> bool | None:
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None

    return _first(body, name, read)


def _count(body: Body, name: str) -> int | None:
    """A whole number that is not negative: seconds come as text, once as `15`, once as `15.0`."""

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
    """`start_time` with its offset; else the older `datetime`, which is UTC and does not say so."""
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
        named = (clean(one)[:_LONGEST_ID] for one in listed if isinstance(one, str))
        return tuple(dict.fromkeys(one for one in named if one))[:_MOST_TAGS] or None

    return _first(body, "tags", read) or ()


def _recording_url(body: Body) -> str | None:
    url = _text(body, "recording", 2000)
    return url if url and url.startswith("https://") else None


def _transcript(body: Body) -> str | None:
    """The transcript as "Speaker: words" lines where CallRail has them, else as it is.

    `conversational_transcript`'s shape is not documented: a text and a list of turns are both read.
    """
    for name in ("conversational_transcript", "transcription"):
        text = _spoken(body.get(name))
        if text:
            return text.encode()[:LONGEST_TRANSCRIPT].decode(errors="ignore")
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
    words = _of(turn, ("phrase", "text", "content", "words"))
    speaker = _of(turn, ("speaker", "speaker_label", "role"))
    return f"{speaker}: {words}" if speaker and words else words


def _of(turn: Body, names: Sequence[str]) -> str:
    """The first of the members that says something, in one line."""
    found = (turn.get(name) for name in names)
    return next((" ".join(clean(one).split()) for one in found if isinstance(one, str) and one.strip()), "")
