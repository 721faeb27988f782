"""What a mail vendor tells: what became of a mail that was sent, and the mails that come in answer."""

from dataclasses import dataclass
from typing import Literal

from eal.core.clock import Instant

type EventType = Literal[
    "delivered", "delayed", "bounced", "complained", "opened", "clicked", "failed", "suppressed"
]
type Missing = Literal["no_api_key", "not_found", "refused", "too_large", "unavailable"]
"""Why a mail is kept without its body."""

PERSONAL = frozenset(
    {"recipients", "sender", "to", "cc", "subject", "reason", "link", "message_id", "attachments"}
)
"""Fields that are, or may hold, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """What became of one mail. `vendor_event_id` is the same when the vendor tells it again.

    `bounce_type` is Permanent, Transient or Undetermined.
    """

    type: EventType
    vendor: str
    vendor_event_id: str
    vendor_email_id: str
    at: Instant
    recipients: tuple[str, ...] = ()
    subject: str | None = None
    bounce_type: str | None = None
    bounce_subtype: str | None = None
    reason: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailEvent(MailEvent):
    """The same as it is stored. `salt` is for the audit log's commitments, and never shown."""

    id: str
    created_at: Instant
    salt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that came, without its body."""

    vendor: str
    vendor_email_id: str
    received_at: Instant
    sender: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str | None = None
    message_id: str | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBody:
    """What is inside of a mail. `automatic` is what a machine has written, by its headers (RFC 3834)."""

    text: str | None = None
    html: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Mail):
    """A mail as it is stored: its body is an item of its own, unless `body_missing` says why there is none."""

    id: str
    created_at: Instant
    version: int
    salt: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: bool = False
    body_missing: Missing | None = None
