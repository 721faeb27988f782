"""Resend's webhooks: their signature, which is Svix's, and their bodies as our events and mails.

Sources: Resend's OpenAPI document, its webhook pages and its SDKs; docs.svix.com, "verifying payloads manually". The
webhook of a received mail has neither its body nor its headers: `eal.vendors.resend.client` fetches them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final

from eal.core.outbound.address import without_query
from eal.domain.integrations.scheme import Scheme, SignedRequest
from eal.domain.outreach.mail import Mail, MailEvent
from eal.vendors import loose_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from eal.domain.outreach.mail import EventType
    from eal.vendors.loose_json import Body

VENDOR = "resend"
RECEIVED = "email.received"
EMAIL_TAG = "email"
"""The tag of a sent e-mail that has our id. Its events repeat it."""

MAX_MESSAGE_ID_CHARACTERS = 500
"""A line of RFC 5322 has up to 998. Longer ids than these name no mail of ours: Resend's have about 80."""
_PREFIX = "whsec_"
_MAX_TIMESTAMP_DIGITS = 12
"""int() takes quadratic time in the number of digits."""
_MAX_ID_CHARACTERS = 200
_MAX_ATTACHMENTS = 100

TYPES: Final[Mapping[str, EventType]] = {
    "email.delivered": "delivered",
    "email.delivery_delayed": "delayed",
    "email.bounced": "bounced",
    "email.complained": "complained",
    "email.opened": "opened",
    "email.clicked": "clicked",
    "email.failed": "failed",
    "email.suppressed": "suppressed",
}


def is_signed(request: SignedRequest, secrets: Collection[str]) -> bool:
    """Whether one of the signatures in `svix-signature` is by one of the secrets over `id.timestamp.body`.

    The key is the decoded base64 after `whsec_`; a secret that is not base64 matches no signature.
    """
    message_id, timestamp = request.headers.get("svix-id", ""), request.headers.get("svix-timestamp", "")
    if not message_id or not (
        timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MAX_TIMESTAMP_DIGITS
    ):
        return False
    signed = f"{message_id}.{timestamp}.".encode(errors="replace") + request.body
    given = [
        value.encode(errors="replace")
        for version, _, value in (
            entry.partition(",") for entry in request.headers.get("svix-signature", "").split()
        )
        if version == "v1"
    ]
    genuine = False
    for key in filter(None, map(_key, secrets)):
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
        for signature in given:
            genuine |= hmac.compare_digest(expected, signature)
    return genuine


def signed_at(headers: Mapping[str, str]) -> int:
    """The signature's time in Unix seconds, from headers that `is_signed` has accepted."""
    return int(headers["svix-timestamp"])


SCHEME = Scheme(vendor=VENDOR, is_signed=is_signed, signed_at=signed_at, id_header="svix-id")


def parse_webhook(raw: bytes, delivery_id: str, received_at: datetime) -> MailEvent | Mail | None:
    """An event of a sent mail, or a received mail; None for any other type.

    `delivery_id` is `svix-id`: the body has no id, and a repeated delivery has the same `svix-id`.

    Raises: ValueError for a body without a mail's id.
    """
    body: Body = json.loads(raw)
    event_type, data = loose_json.text(body, "type") or "", loose_json.member(body, "data")
    if event_type == RECEIVED:
        return parse_mail(data, received_at)
    if event_type not in TYPES:
        return None
    return MailEvent(
        type=TYPES[event_type],
        vendor=VENDOR,
        vendor_event_id=delivery_id or hashlib.sha256(raw).hexdigest(),
        vendor_email_id=_email_id(data, "email_id"),
        at=loose_json.moment(body, "created_at") or received_at,
        email_id=_tag(data, EMAIL_TAG),
        recipients=loose_json.addresses(data, "to"),
        subject=loose_json.text(data, "subject"),
        message_id=loose_json.text(data, "message_id", MAX_MESSAGE_ID_CHARACTERS),
        **_details(data),
    )


def parse_mail(data: Body, received_at: datetime) -> Mail:
    """A received mail, from a webhook or the API's list.

    Raises: ValueError if it has no id.
    """
    sender = loose_json.addresses(data, "from")
    names = (loose_json.text(file, "filename", 200) for file in loose_json.members(data, "attachments"))
    return Mail(
        vendor=VENDOR,
        vendor_email_id=_email_id(data, "email_id", "id"),
        received_at=loose_json.moment(data, "created_at") or received_at,
        sender=sender[0] if sender else None,
        to=loose_json.addresses(data, "to"),
        cc=loose_json.addresses(data, "cc"),
        subject=loose_json.text(data, "subject"),
        message_id=loose_json.text(data, "message_id", MAX_MESSAGE_ID_CHARACTERS),
        attachments=tuple(name for name in names if name)[:_MAX_ATTACHMENTS],
    )


def _email_id(data: Body, *names: str) -> str:
    for name in names:
        if found := loose_json.text(data, name, _MAX_ID_CHARACTERS):
            return found
    raise ValueError("the body has no mail id: email_id is empty")


def _tag(data: Body, name: str) -> str | None:
    """The value of a tag. The documents show tags as an object, and the types of Resend's own ingester as a list of
    names with values."""
    listed = loose_json.members(data, "tags")
    named = {
        loose_json.text(tag, "name"): loose_json.text(tag, "value", _MAX_ID_CHARACTERS) for tag in listed
    }
    return named.get(name) or loose_json.text(loose_json.member(data, "tags"), name, _MAX_ID_CHARACTERS)


def _details(data: Body) -> dict[str, str | None]:
    """The reason of a bounce, failure or suppression, and the clicked link: each type has an object of its own name.

    The recipient's IP address and browser are left out, and so is the query of the link.
    """
    bounce, suppressed = loose_json.member(data, "bounce"), loose_json.member(data, "suppressed")
    cause = bounce or suppressed
    link = loose_json.text(loose_json.member(data, "click"), "link", 2000)
    return {
        "bounce_type": loose_json.text(bounce, "type", 40),
        "bounce_subtype": loose_json.text(bounce, "subType", 40),
        "reason": loose_json.text(cause, "message")
        or loose_json.text(cause, "reason")
        or loose_json.text(loose_json.member(data, "failed"), "reason"),
        "link": without_query(link) if link else None,
    }


def _key(secret: str) -> bytes | None:
    text = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None
