"""The simulated mailbox of test mode: what becomes of an e-mail follows from its address, and nothing is sent.

Outcomes are webhooks of Resend, stored in the inbound bucket as its receiver stores them, so the code of live mode
consumes them. Every name may have a suffix, as in `bounced+17@mailbox.test`, so that there are as many test recipients
as needed. Any other address is delivered to. The domain `.test` is reserved and has no mailboxes (RFC 6761, 6.2).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from eal.core import caller
from eal.core.clock import rfc3339
from eal.domain.integrations import inbound
from eal.domain.integrations.connections import VendorConnection
from eal.domain.outreach.replies import store as replies
from eal.domain.outreach.sending.transport import AcceptedEmail, RefusedForGood
from eal.vendors.resend.webhooks import RECEIVED, TYPES, VENDOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.sending.transport import Message
    from eal.vendors.loose_json import Body

DOMAIN = "mailbox.test"
REFUSED = "failed"
EMAIL_TAG = "email"
"""The tag with our id of an e-mail. Events repeat it, so they find the e-mail even before the vendor's id is stored."""
_BOUNCE = "The simulated mailbox does not exist."
_FULL = "The simulated mailbox is full."


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """A webhook, `seconds` after the e-mail. `details` are the members that its type adds to `data`."""

    type: str
    seconds: int
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimulatedReply:
    """A received e-mail, `seconds` after the e-mail that it replies to."""

    text: str
    seconds: int = 3600
    headers: Mapping[str, str] = field(default_factory=dict)


_DELIVERED = SimulatedEvent("email.delivered", 2)
_AUTOMATIC = {"auto-submitted": "auto-replied", "x-autoreply": "yes"}

EVENTS: Final[Mapping[str, tuple[SimulatedEvent, ...]]] = {
    "delivered": (_DELIVERED,),
    "opened": (_DELIVERED, SimulatedEvent("email.opened", 600)),
    "clicked": (
        _DELIVERED,
        SimulatedEvent("email.opened", 600),
        SimulatedEvent("email.clicked", 620, {"click": {"link": "https://example.com/"}}),
    ),
    "bounced": (
        SimulatedEvent(
            "email.bounced", 2, {"bounce": {"type": "Permanent", "subType": "General", "message": _BOUNCE}}
        ),
    ),
    "softbounce": (
        SimulatedEvent(
            "email.bounced", 2, {"bounce": {"type": "Transient", "subType": "MailboxFull", "message": _FULL}}
        ),
    ),
    "complained": (_DELIVERED, SimulatedEvent("email.complained", 1800)),
    "delayed": (SimulatedEvent("email.delivery_delayed", 60), SimulatedEvent("email.delivered", 900)),
    "suppressed": (
        SimulatedEvent(
            "email.suppressed",
            1,
            {
                "suppressed": {
                    "type": "OnAccountSuppressionList",
                    "reason": "previous_bounce",
                    "message": _BOUNCE,
                }
            },
        ),
    ),
}
"""Events that the vendor reports of an e-mail, by the local part of its recipient's address. An e-mail to `failed` is
refused for good."""
REPLIES: Final[Mapping[str, SimulatedReply]] = {
    "replies-interested": SimulatedReply("Yes, we are interested. Please call me tomorrow morning."),
    "replies-meeting": SimulatedReply("Can we meet on Tuesday at 10 am? Please send me an invitation."),
    "replies-question": SimulatedReply("Which towns do you serve, and how soon could you come out?"),
    "replies-notnow": SimulatedReply("Not right now. Please get back to us in three months."),
    "replies-notinterested": SimulatedReply("No, thank you. We are not interested."),
    "replies-wrongperson": SimulatedReply(
        "I am not the right person for this. I no longer work with vendors."
    ),
    "replies-unsubscribe": SimulatedReply("Please unsubscribe me and take me off your list."),
    "replies-hostile": SimulatedReply("Stop spamming me or you will hear from my lawyer."),
    "ooo": SimulatedReply(
        "I am out of the office until {return_date}. I will answer your message when I am back.",
        5,
        _AUTOMATIC,
    ),
    "autoreply": SimulatedReply(
        "Thank you for your message. This mailbox is not monitored, and this is an automatic response.",
        5,
        _AUTOMATIC,
    ),
}
"""The reply to an e-mail after its delivery, by the name before the @."""
_TRACKED = frozenset({"email.opened", "email.clicked"})
"""Events that are recorded only if the organization wants it."""
_ABSENCE = timedelta(days=7)
_REPLY_PREFIX = "simulated_reply/"
_DAY = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")


def name_of(address: str) -> str:
    """The name that decides what happens: `bounced` for `bounced+17@mailbox.test`."""
    local, _, domain = address.partition("@")
    name = local.partition("+")[0]
    known = name in EVENTS or name in REPLIES or name == REFUSED
    return name if domain == DOMAIN and known else "delivered"


@dataclass(frozen=True, slots=True)
class SimulatedMailbox:
    tenant: Tenant
    request_id: str
    key_mark: str = ""

    def send(self, message: Message, now: datetime) -> AcceptedEmail:
        """Store the webhooks of what happens to the e-mail, with their simulated times. See `Transport.send`."""
        name = name_of(message.to)
        if name == REFUSED:
            raise RefusedForGood("The simulated mailbox refuses every e-mail to this address.")
        for event in EVENTS.get(name, EVENTS["delivered"]):
            self._store(
                event.type, {**_data(message, now), **event.details}, now + timedelta(seconds=event.seconds)
            )
        if reply := REPLIES.get(name):
            at = now + timedelta(seconds=reply.seconds)
            self._store(RECEIVED, _reply_data(message, name, at), at)
        return AcceptedEmail(
            vendor=VENDOR,
            vendor_email_id=_vendor_id(message.email_id),
            message_id=message_id_of(message.email_id),
        )

    def is_settled(self, email: Email) -> bool:
        """Whether everything that happens to the e-mail is recorded, so that an advancing clock may go on."""
        if email.sent_at is None:
            return True
        name = name_of(email.to)
        if scripted := REPLIES.get(name):
            at = email.sent_at + timedelta(seconds=scripted.seconds)
            by = caller.worker("send_emails", self.tenant, self.request_id)
            reply = replies.find_by_vendor_id(VENDOR, reply_id(name, email.id, at), by)
            return reply is not None and reply.handled_at is not None
        expected = [event.type for event in EVENTS[name] if event.type not in _TRACKED]
        return TYPES[expected[-1]] in {occurrence.type for occurrence in email.occurrences}

    def _store(self, event_type: str, data: Mapping[str, Json], at: datetime) -> None:
        """The body of a repeated request has other times, but the same delivery id, by which duplicates are known."""
        body = {"type": event_type, "created_at": rfc3339(at), "data": data}
        connection = VendorConnection(
            organization_id=self.tenant.organization_id, mode=self.tenant.mode, vendor=VENDOR
        )
        inbound.ingest(
            connection,
            f"simulated-{self.tenant.organization_id}",
            "events",
            json.dumps(body, separators=(",", ":")).encode(),
            request_id=self.request_id,
            delivery_id=f"{data['email_id']}-{event_type}",
        )


def message_id_of(email_id: str) -> str:
    return f"<{email_id}@{DOMAIN}>"


def received(vendor_email_id: str) -> Body | None:
    """A received e-mail in the representation of Resend's API, or None if the simulated mailbox did not send it.

    The id has all that it depends on: the name of the mailbox, the e-mail that it answers, and the day.
    """
    name, _, rest = vendor_email_id.removeprefix(_REPLY_PREFIX).partition("/")
    email_id, _, day = rest.partition("/")
    if not vendor_email_id.startswith(_REPLY_PREFIX) or name not in REPLIES or not _DAY.fullmatch(day):
        return None
    back_on = date.fromisoformat(day) + _ABSENCE
    return {
        "object": "email",
        "id": vendor_email_id,
        "text": REPLIES[name].text.format(return_date=f"{back_on:%B} {back_on.day}, {back_on.year}"),
        "headers": {
            "in-reply-to": message_id_of(email_id),
            "references": message_id_of(email_id),
            **REPLIES[name].headers,
        },
    }


def reply_id(name: str, email_id: str, at: datetime) -> str:
    """The vendor's id of the reply to an e-mail."""
    return f"{_REPLY_PREFIX}{name}/{email_id}/{at:%Y-%m-%d}"


def _data(message: Message, now: datetime) -> dict[str, Json]:
    return {
        "email_id": _vendor_id(message.email_id),
        "created_at": rfc3339(now),
        "from": message.sender,
        "to": [message.to],
        "subject": message.subject,
        "tags": {EMAIL_TAG: message.email_id},
    }


def _reply_data(message: Message, name: str, at: datetime) -> dict[str, Json]:
    return {
        "email_id": reply_id(name, message.email_id, at),
        "created_at": rfc3339(at),
        "from": message.to,
        "to": [message.reply_to],
        "cc": [],
        "subject": f"Re: {message.subject}",
        "message_id": f"<reply-{message.email_id}@{DOMAIN}>",
        "attachments": [],
    }


def _vendor_id(email_id: str) -> str:
    return f"simulated_{email_id}"
