"""The metrics of e-mails, and the rates at which a sender is paused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self, get_args

from eal.core.clock import Instant
from eal.domain.outreach.emails.model import Email

type Metric = Literal[
    "sent",
    "delivered",
    "delayed",
    "hard_bounced",
    "soft_bounced",
    "complained",
    "opened",
    "clicked",
    "replied",
    "unsubscribed",
    "failed",
    "suppressed",
]
type Counts = Mapping[Metric, int]
type SenderStatus = Literal["active", "paused"]
type PauseReason = Literal["bounces", "complaints"]

METRICS: tuple[Metric, ...] = get_args(Metric.__value__)
DRAFT = "draft"
"""Name in place of a sequence's id, for the e-mails that were written one by one."""
RETENTION = timedelta(days=400)
WINDOW = timedelta(days=7)
MAX_BOUNCE_RATE, MAX_COMPLAINT_RATE = 0.04, 0.001
"""Maximum shares of the e-mails sent in the window. Mailbox providers refuse a sender's mail from about these rates
on."""
MIN_SENT_FOR_BOUNCES, MIN_SENT_FOR_COMPLAINTS = 100, 1000
"""A rate of fewer e-mails is calculated as if so many were sent. So the fifth permanent bounce is the first that can
pause a sender, and the second complaint: one of five e-mails proves nothing, fifty of ninety do."""


class Bucket(NamedTuple):
    """One item of counters: the e-mails of one step and variant of a sequence, or all others, that were sent on a day
    in UTC.
    """

    day: str
    sequence_id: str | None
    step: int | None
    variant: str | None

    @classmethod
    def of(cls, email: Email, sent_at: datetime) -> Self:
        return cls(f"{sent_at:%Y-%m-%d}", email.sequence_id, email.step, email.variant)

    @property
    def sk(self) -> str:
        """`2026-11-26#seq_…#0#a`, and `2026-11-26#draft##`."""
        step = "" if self.step is None else str(self.step)
        return "#".join((self.day, self.sequence_id or DRAFT, step, self.variant or ""))

    @classmethod
    def read(cls, sk: str) -> Self:
        day, sequence_id, step, variant = sk.split("#", 3)
        return cls(
            day, None if sequence_id == DRAFT else sequence_id, int(step) if step else None, variant or None
        )


def metrics_of(email: Email) -> frozenset[Metric]:
    """The metrics in which an e-mail is counted, apart from `unsubscribed`. An e-mail that was never sent is not
    counted.

    More occurrences add metrics and take none away, so counters only grow.
    """
    if email.sent_at is None:
        return frozenset()
    found: set[Metric] = {"sent"}
    for occurrence in email.occurrences:
        match occurrence.type:
            case "queued" | "sent":
                pass
            case "bounced":
                found.add("hard_bounced" if occurrence.is_hard_bounce else "soft_bounced")
            case other:
                found.add(other)
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderState:
    """Whether an organization's outreach e-mail is sent. `id` is the organization's. `resumed_at`: earlier e-mails no
    longer count for a pause.
    """

    id: str
    version: int
    status: SenderStatus = "active"
    reason: PauseReason | None = None
    paused_at: Instant | None = None
    resumed_at: Instant | None = None


def pause_reason(counts: Counts) -> PauseReason | None:
    """Why a sender with these counts is to be paused; None if it is not."""
    sent = counts.get("sent", 0)
    if counts.get("complained", 0) > MAX_COMPLAINT_RATE * max(sent, MIN_SENT_FOR_COMPLAINTS):
        return "complaints"
    if counts.get("hard_bounced", 0) > MAX_BOUNCE_RATE * max(sent, MIN_SENT_FOR_BOUNCES):
        return "bounces"
    return None
