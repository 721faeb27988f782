"""An e-mail: its way from the queue to the recipient, by its events, which arrive in any order."""

from dataclasses import dataclass
from typing import Literal

from eal.core.clock import Instant
from eal.domain.outreach.mail import EventType, MailEvent

type EmailKind = Literal["sequence", "draft"]
type EmailStatus = Literal[
    "queued", "sent", "delivered", "delayed", "bounced", "complained", "suppressed", "failed"
]
type OccurrenceType = Literal["queued", "sent", "replied"] | EventType

PERSONAL = frozenset({"to", "from_name", "from_email", "reply_to", "subject", "reason", "message_id"})
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailEvent(MailEvent):
    """A stored e-mail event. `salt` is for the audit log's commitments and never shown."""

    id: str
    created_at: Instant
    salt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What happened to an e-mail. `detail` is the type of a bounce, the reason of a failure or the clicked link."""

    type: OccurrenceType
    at: Instant
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is sent. An item of its own, because lists need none of it."""

    html: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An e-mail to one recipient.

    `idempotency_key` is what the vendor recognises a repeated request by: it follows from the enrollment and step, or
    from the draft. `send_at`: not before. `attempted_at` is the time of the first request to the vendor; a vendor
    forgets idempotency keys, so an e-mail with an unknown outcome is not sent again after that. `reason` explains
    `suppressed` and `failed`. `occurrences` are in the order of their times.
    """

    id: str
    kind: EmailKind
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    to: str
    from_name: str
    from_email: str
    subject: str
    idempotency_key: str
    send_at: Instant
    reply_to: str | None = None
    lead_id: str | None = None
    prospect_id: str | None = None
    sequence_id: str | None = None
    enrollment_id: str | None = None
    step: int | None = None
    variant: str | None = None
    draft_id: str | None = None
    status: EmailStatus = "queued"
    reason: str | None = None
    attempted_at: Instant | None = None
    sent_at: Instant | None = None
    vendor: str | None = None
    vendor_email_id: str | None = None
    message_id: str | None = None
    occurrences: tuple[Occurrence, ...] = ()
