"""Reports of an e-mail vendor: events of sent e-mails, and received e-mails."""

from dataclasses import dataclass, field
from typing import Literal

from eal.core.clock import Instant

type EventType = Literal[
    "delivered", "delayed", "bounced", "complained", "opened", "clicked", "failed", "suppressed"
]
type Missing = Literal["no_api_key", "not_found", "refused", "too_large", "unavailable"]
"""Why an e-mail is stored without its body."""

PERSONAL = frozenset(
    {"recipients", "sender", "to", "cc", "subject", "reason", "link", "message_id", "attachments", "headers"}
)
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """An event of one sent e-mail. `vendor_event_id` is the same if the vendor reports it again.

    `email_id` is our id of the e-mail, if it is one of ours: sends carry it as a tag, and events repeat it.
    `bounce_type` is Permanent, Transient or Undetermined. `message_id` is the e-mail's Message-ID, which replies name.
    """

    type: EventType
    vendor: str
    vendor_event_id: str
    vendor_email_id: str
    at: Instant
    email_id: str | None = None
    recipients: tuple[str, ...] = ()
    subject: str | None = None
    bounce_type: str | None = None
    bounce_subtype: str | None = None
    reason: str | None = None
    link: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A received e-mail, without its body."""

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
    """The body of a received e-mail, and those of its headers that show whether a machine sent it, with names in lower
    case. `references` begins with the first e-mail of the thread.
    """

    text: str | None = None
    html: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
