"""An e-mail: its way from the queue to the recipient, by its events, which arrive in any order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Literal, get_args

from eal.core.clock import Instant
from eal.domain.outreach.mail import MailEvent
from eal.domain.outreach.suppressions.model import Topic

type EmailKind = Literal["sequence", "draft", "review_request"]
type EmailStatus = Literal[
    "queued", "sent", "delivered", "delayed", "bounced", "complained", "suppressed", "failed"
]
type OccurrenceType = Literal[
    "queued", "sent", "delayed", "delivered", "opened", "clicked", "replied", "bounced", "complained", "failed",
    "suppressed",
]  # fmt: skip
"""Types of occurrences, in the order of those with the same time."""

MAX_OCCURRENCES_OF_A_TYPE = 10
"""The first ones are kept. A program that opens an e-mail again and again adds no information, and an item has at
most 400 KB."""
_ORDER: Final[tuple[OccurrenceType, ...]] = get_args(OccurrenceType.__value__)
_HARD = "Permanent"

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
    """An occurrence of an e-mail. `detail` is the type of a bounce, the reason of a failure or the clicked link."""

    type: OccurrenceType
    at: Instant
    detail: str | None = None

    @property
    def is_hard_bounce(self) -> bool:
        """Whether the address can receive no mail. Every other bounce is soft: the next mail may arrive."""
        return self.type == "bounced" and self.detail == _HARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text that is sent. It is an item of its own, because lists need none of it."""

    html: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An e-mail to one recipient.

    `idempotency_key` is what the vendor recognises a repeated request by: it follows from the enrollment and step,
    from the draft or from the review request. `send_at`: not before. `attempted_at` is the time of the first request to
    the vendor; a vendor forgets idempotency keys, so an e-mail with an unknown outcome is not sent again after that.
    `attempted_with` is the `key_mark` of its transport: another account of the vendor does not know `idempotency_key`.
    `reason` explains `suppressed` and `failed`. `occurrences` are in the order of their times.
    """

    id: str
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
    review_request_id: str | None = None
    status: EmailStatus = "queued"
    reason: str | None = None
    attempted_at: Instant | None = None
    attempted_with: str | None = None
    sent_at: Instant | None = None
    vendor: str | None = None
    vendor_email_id: str | None = None
    message_id: str | None = None
    occurrences: tuple[Occurrence, ...] = ()

    @property
    def kind(self) -> EmailKind:
        """The kind of the e-mail. It is not a field, because `kind` of an item is that of its collection."""
        if self.review_request_id:
            return "review_request"
        return "draft" if self.draft_id else "sequence"

    @property
    def topic(self) -> Topic:
        """The topic from which the link in it unsubscribes."""
        return "reviews" if self.review_request_id else "all"

    @property
    def person_id(self) -> str | None:
        """The id of the lead or prospect, if it is to one."""
        return self.lead_id or self.prospect_id

    @property
    def is_known_to_vendor(self) -> bool:
        """Whether the vendor accepted it, even if its sending is not recorded: then it is never requested again."""
        return self.vendor_email_id is not None


def with_occurrence(email: Email, new: Occurrence) -> Email:
    """The e-mail after one more occurrence, with the status and reason that follow from all of them.

    The result is the same in whatever order and however often occurrences are added.
    """
    occurrences = _bounded({*email.occurrences, new})
    status = _status_of(occurrences, known_to_vendor=email.is_known_to_vendor)
    return replace(email, occurrences=occurrences, status=status, reason=_reason_of(status, occurrences))


def _status_of(occurrences: Sequence[Occurrence], *, known_to_vendor: bool) -> EmailStatus:
    """The status of an e-mail, whatever was reported last: a mail that bounced after it was delivered is `bounced`.

    An e-mail stays `queued` until its sending is recorded, because the vendor's events may come earlier; or, if the
    vendor does not have it, until it is recorded that it is never sent.
    """
    types = {occurrence.type for occurrence in occurrences}
    ended = not known_to_vendor and bool(types & {"failed", "suppressed"})
    if "sent" not in types and not ended:
        return "queued"
    if "complained" in types:
        return "complained"
    if any(occurrence.is_hard_bounce for occurrence in occurrences):
        return "bounced"
    if types & {"delivered", "opened", "clicked", "replied"}:
        return "delivered"
    statuses: tuple[EmailStatus, ...] = ("bounced", "failed", "suppressed", "delayed")
    return next((status for status in statuses if status in types), "sent")


def _reason_of(status: EmailStatus, occurrences: Sequence[Occurrence]) -> str | None:
    if status not in ("failed", "suppressed"):
        return None
    return next(occurrence.detail for occurrence in occurrences if occurrence.type == status)


def _bounded(occurrences: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    """The first of each type, hard and soft bounces apart, in the order of their times."""

    def kind(occurrence: Occurrence) -> tuple[int, bool]:
        return _ORDER.index(occurrence.type), occurrence.is_hard_bounce

    by_kind = sorted(
        occurrences, key=lambda occurrence: (kind(occurrence), occurrence.at, occurrence.detail or "")
    )
    kept = [
        occurrence
        for _, of_a_kind in groupby(by_kind, key=kind)
        for occurrence in list(of_a_kind)[:MAX_OCCURRENCES_OF_A_TYPE]
    ]
    return tuple(sorted(kept, key=lambda occurrence: occurrence.at))
