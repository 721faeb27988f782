"""An enrollment: which step is next and when, or why there is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from eal.core.clock import Instant

type EnrollmentStatus = Literal["active", "paused", "completed", "stopped"]
type Refusal = Literal[
    "not_found",
    "no_email",
    "invalid_address",
    "converted",
    "opted_out",
    "duplicate",
    "suppressed",
    "already_enrolled",
]
"""Why a lead or prospect is not enrolled."""
type StopReason = Literal[
    "replied",
    "bounced",
    "complained",
    "unsubscribed",
    "suppressed",
    "converted",
    "erased",
    "removed",
    "failed",
    "sequence_archived",
]

PERSONAL = frozenset({"address"})
"""Fields that are personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """A lead or prospect in a sequence. `step` is the index, from 0, of the step that is sent next, at `due_at`.

    `due_at` is set if and only if the status is `active`. If it is paused, `planned_at` is when the step was due, and
    `resume_at` is set if it is paused until a day, such as the return date of an out-of-office reply. `time_zone` is
    the recipient's.
    """

    id: str
    sequence_id: str
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    address: str
    time_zone: str
    lead_id: str | None = None
    prospect_id: str | None = None
    status: EnrollmentStatus = "active"
    stop_reason: StopReason | None = None
    step: int = 0
    due_at: Instant | None = None
    resume_at: Instant | None = None
    planned_at: Instant | None = None
    last_email_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it keeps its address from being enrolled again."""
        return self.status in ("active", "paused")

    @property
    def wakes_at(self) -> datetime | None:
        """The time at which the sender has to look at it: to send the next step, or to resume it."""
        return self.due_at or self.resume_at

    @property
    def person_id(self) -> str:
        """The id of the lead or prospect."""
        return self.lead_id or self.prospect_id or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentResult:
    """The outcome for one lead or prospect of a request. `refusal` is None if it is enrolled now. `enrollment_id` is
    its enrollment, or the open one because of which it is refused as `already_enrolled`.
    """

    lead_id: str | None = None
    prospect_id: str | None = None
    refusal: Refusal | None = None
    enrollment_id: str | None = None
