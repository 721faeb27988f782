"""Resend: its webhooks' signature, which is Svix's, and what they say as our own events and replies.

Sources: Resend's OpenAPI document, its webhook pages and its SDKs; docs.svix.com, "verifying payloads manually". A
received mail's webhook has neither its body nor its headers: `eal.vendors.resend.client` fetches them.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from eal.core.outbound.address import without_query
from eal.domain.integrations.scheme import Scheme
from eal.domain.outreach.model import EventType, Mail, MailEvent
from eal.vendors import loose_json
from eal.vendors.loose_json import Body

VENDOR = "resend"
RECEIVED = "email.received"

_PREFIX = "whsec_"
_LONGEST_TIME = 12
"""Digits: more is no time, and int() must not be kept busy."""
_LONGEST_ID = 200
_MOST_ATTACHMENTS = 100

_TYPES: Final[Mapping[str, EventType]] = {
    "email.delivered": "delivered",
    "email.delivery_delayed": "delayed",
    "email.bounced": "bounced",
    "email.complained": "complained",
    "email.opened": "opened",
    "email.clicked": "clicked",
    "email.failed": "failed",
    "email.suppressed": "suppressed",
}


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Collection[str]) -> bool:
    """Whether one of the signatures in `svix-signature` is by one of the secrets over `id.timestamp.body`.

    The key is what the base64 after `whsec_` stands for; a secret that is not base64 signs nothing.
    """
    message_id, timestamp = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not message_id or not (
        timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIME
    ):
        return False
    signed = f"{message_id}.{timestamp}.".encode(errors="replace") + body
    given = [
        value.encode(errors="replace")
        for version, _, value in (one.partition(",") for one in headers.get("svix-signature", "").split())
        if version == "v1"
    ]
    genuine = False
    for key in filter(None, map(_key, secrets)):
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
        for one in given:
            genuine |= hmac.compare_digest(expected, one)
    return genuine


def signed_at(headers: Mapping[str, str]) -> int:
    """The signature's time, of headers that `is_signed` has found good."""
    return int(headers["svix-timestamp"])


SCHEME = Scheme(vendor=VENDOR, is_signed=is_signed, signed_at=signed_at, id_header="svix-id")


def told_in(raw: bytes, delivery_id: str, received_at: datetime) -> MailEvent | Mail | None:
    """What a webhook tells: what became of a mail that was sent, or a mail that came; None for any other type.

    `delivery_id` is `svix-id`: the body itself has no id, and a repeated delivery has the same one.
    Raises: ValueError for a body that names no mail.
    """
    body: Body = json.loads(raw)
    named, data = loose_json.text(body, "type") or "", loose_json.member(body, "data")
    if named == RECEIVED:
        return mail_in(data, received_at)
    if named not in _TYPES:
        return None
    return MailEvent(
        type=_TYPES[named],
        vendor=VENDOR,
        vendor_event_id=delivery_id or hashlib.sha256(raw).hexdigest(),
        vendor_email_id=_email_id(data, "email_id"),
        at=loose_json.moment(body, "created_at") or received_at,
        recipients=loose_json.addresses(data, "to"),
        subject=loose_json.text(data, "subject"),
        **_details(data),
    )


def mail_in(data: Body, received_at: datetime) -> Mail:
    """A mail that came, as a webhook or the API's list names it.

    Raises: ValueError where it has no id.
    """
    sender = loose_json.addresses(data, "from")
    names = (loose_json.text(one, "filename", 200) for one in loose_json.members(data, "attachments"))
    return Mail(
        vendor=VENDOR,
        vendor_email_id=_email_id(data, "email_id", "id"),
        received_at=loose_json.moment(data, "created_at") or received_at,
        sender=sender[0] if sender else None,
        to=loose_json.addresses(data, "to"),
        cc=loose_json.addresses(data, "cc"),
        subject=loose_json.text(data, "subject"),
        message_id=loose_json.text(data, "message_id", 998),
        attachments=tuple(name for name in names if name)[:_MOST_ATTACHMENTS],
    )


def _email_id(data: Body, *names: str) -> str:
    for name in names:
        if found := loose_json.text(data, name, _LONGEST_ID):
            return found
    raise ValueError("the body names no mail: email_id is empty")


def _details(data: Body) -> dict[str, str | None]:
    """Why it bounced, failed or was suppressed, and what was clicked: each type has an object of its own name.

    Of a click, neither the address nor the browser of who clicked; and of the link, not its query.
    """
    bounce, suppressed = loose_json.member(data, "bounce"), loose_json.member(data, "suppressed")
    why = bounce or suppressed
    link = loose_json.text(loose_json.member(data, "click"), "link", 2000)
    return {
        "bounce_type": loose_json.text(bounce, "type", 40),
        "bounce_subtype": loose_json.text(bounce, "subType", 40),
        "reason": loose_json.text(why, "message")
        or loose_json.text(why, "reason")
        or loose_json.text(loose_json.member(data, "failed"), "reason"),
        "link": without_query(link) if link else None,
    }


def _key(secret: str) -> bytes | None:
    text = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None
