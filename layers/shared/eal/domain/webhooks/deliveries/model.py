"""Deliveries and their attempts: state and rules."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from eal.core.clock import Instant
from eal.core.outbound.faults import Fault
from eal.core.outbound.schedule import DEFERRAL_TIMEOUT, GONE, next_attempt_at
from eal.core.tenancy import Mode, TenantScoped

MAX_ATTEMPTS_STORED = 25
"""The newest of a delivery."""
MAX_OLD_RESPONSE_CHARACTERS = 200
"""Maximum length of the response to an attempt that another one followed. Each attempt writes the whole delivery again,
so more of it would be paid for at every later one."""
STALLED_AFTER = timedelta(hours=1)
"""Delay after which the message of a pending attempt has become a dead letter: five receives take half an hour."""
type DeliveryStatus = Literal["pending", "succeeded", "failed", "skipped"]
type Trigger = Literal["schedule", "manual", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One HTTP request. `response` is the beginning of its response: 4 KiB of the newest attempt's, 200 characters of
    an older one's. `status_code` is None if there was none.
    """

    number: int
    at: Instant
    trigger: Trigger
    duration_ms: int
    status_code: int | None = None
    response: str | None = None
    error: Fault | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def _abridged(attempt: Attempt) -> Attempt:
    if attempt.response is None or len(attempt.response) <= MAX_OLD_RESPONSE_CHARACTERS:
        return attempt
    return replace(attempt, response=attempt.response[:MAX_OLD_RESPONSE_CHARACTERS])


def _digest_of(attempt: Attempt) -> str | None:
    """None if an older attempt may have the whole response, too."""
    if attempt.response is None or len(attempt.response) <= MAX_OLD_RESPONSE_CHARACTERS:
        return None
    return hashlib.sha256(attempt.response.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(TenantScoped):
    """The delivery of one event to one endpoint.

    `trigger` is the cause of the next attempt. `steps` counts the attempts of the schedule since `began_at` (the
    creation, or a replay). A manual attempt is no step, nor is the first of the two that a secret rotation may need.
    `resumes_at` is the time of the schedule's next attempt after a manual one. `event_erased_at`: personal data was
    erased from the event, so responses, which may repeat it, are not stored. `response_digest` identifies the response
    to the newest attempt if that has more than an older one's may have: then the store keeps it in an item of its own.
    """

    id: str
    organization_id: str
    mode: Mode
    webhook_id: str
    event_id: str
    event_type: str
    request_id: str
    status: DeliveryStatus
    created_at: Instant
    updated_at: Instant
    version: int
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: Instant | None = None
    trigger: Trigger = "schedule"
    steps: int = 0
    began_at: Instant | None = None
    resumes_at: Instant | None = None
    event_erased_at: Instant | None = None
    response_digest: str | None = None

    @property
    def attempts_made(self) -> int:
        """The number of the last attempt."""
        return self.attempts[-1].number if self.attempts else 0

    def with_attempt(self, attempt: Attempt) -> Self:
        """The delivery with one more attempt, and otherwise unchanged because another one follows at once."""
        if self.event_erased_at:
            attempt = replace(attempt, response=None)
        older = tuple(map(_abridged, self.attempts[-MAX_ATTEMPTS_STORED + 1 :]))
        return replace(self, attempts=(*older, attempt), response_digest=_digest_of(attempt))

    def after(self, attempt: Attempt, now: datetime, *, jitter: float, retry_after: float | None) -> Self:
        """The delivery after an attempt. `jitter` is from -1 to 1, `retry_after` in seconds."""
        steps = self.steps if self.trigger == "manual" else self.steps + 1
        status, next_at = self._outcome(attempt, steps, now, jitter, retry_after)
        return replace(
            self.with_attempt(attempt),
            status=status,
            trigger="schedule",
            steps=steps,
            resumes_at=None,
            next_attempt_at=next_at,
            updated_at=now,
            version=self.version + 1,
        )

    def retried(self, now: datetime) -> Self:
        """The delivery with a manual attempt due now. If it fails, the schedule continues unchanged."""
        return replace(
            self,
            status="pending",
            trigger="manual",
            next_attempt_at=now,
            resumes_at=self.resumes_at if self.trigger == "manual" else self.next_attempt_at,
            updated_at=now,
            version=self.version + 1,
        )

    def replayed(self, now: datetime) -> Self:
        """The delivery with a new schedule that starts now."""
        return replace(
            self,
            status="pending",
            trigger="replay",
            steps=0,
            began_at=now,
            next_attempt_at=now,
            resumes_at=None,
            updated_at=now,
            version=self.version + 1,
        )

    def skipped(self, now: datetime) -> Self:
        """The delivery that cannot be made: its endpoint was deleted or disabled, or its event has expired."""
        return replace(
            self,
            status="skipped",
            trigger="schedule",
            next_attempt_at=None,
            resumes_at=None,
            updated_at=now,
            version=self.version + 1,
        )

    def without_responses(self, now: datetime) -> Self:
        """The delivery once personal data was erased from its event. An attempt in progress stores no response either,
        because its worker meets a new version.
        """
        return replace(
            self,
            attempts=tuple(replace(attempt, response=None) for attempt in self.attempts),
            response_digest=None,
            event_erased_at=now,
            updated_at=now,
            version=self.version + 1,
        )

    def with_response(self, response: str) -> Self:
        """The delivery with the whole response to its newest attempt, if it is this one."""
        *older, newest = self.attempts
        whole = replace(newest, response=response)
        return replace(self, attempts=(*older, whole)) if _digest_of(whole) == self.response_digest else self

    def with_excerpts(self) -> Self:
        """The delivery without the response that is kept in an item of its own."""
        return replace(self, attempts=tuple(map(_abridged, self.attempts))) if self.response_digest else self

    def is_overdue(self, now: datetime) -> bool:
        """Whether the attempt that is due must not be deferred any longer."""
        since = self.next_attempt_at if self.trigger == "manual" else self.began_at or self.created_at
        return since is not None and now - since > DEFERRAL_TIMEOUT

    def timed_out(self, now: datetime) -> Self:
        """The delivery that was deferred until it was overdue. An earlier success, before a manual retry, counts."""
        return replace(self.skipped(now), status=self._final_status)

    @property
    def _final_status(self) -> DeliveryStatus:
        return "succeeded" if any(attempt.succeeded for attempt in self.attempts) else "failed"

    def _outcome(
        self, attempt: Attempt, steps: int, now: datetime, jitter: float, retry_after: float | None
    ) -> tuple[DeliveryStatus, datetime | None]:
        if attempt.succeeded:
            return "succeeded", None
        if attempt.status_code == GONE:
            return "failed", None
        if self.trigger == "manual":
            if self.resumes_at:
                return "pending", self.resumes_at
            return self._final_status, None
        began_at = self.began_at or self.created_at
        next_at = next_attempt_at(steps, now, began_at=began_at, jitter=jitter, retry_after=retry_after)
        return ("pending", next_at) if next_at else ("failed", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutline:
    """The fields of a delivery that decide about a replay. Its attempts, which can be 400 KB, are not read for it."""

    id: str
    status: DeliveryStatus
    created_at: Instant
    version: int
    trigger: Trigger = "schedule"
    next_attempt_at: Instant | None = None
    began_at: Instant | None = None

    def is_stalled(self, now: datetime) -> bool:
        """Whether the pending attempt is so late that its message may have become a dead letter.

        The message may also be alive and deferred. Then a replay enqueues a second one, and whichever finds the attempt
        recorded is dropped. A delivery that a replay has opened is stalled only once deferrals have ended for certain,
        because they end up to two hours late; otherwise repeated replays would multiply its messages.
        """
        if self.status != "pending" or self.next_attempt_at is None:
            return False
        late = now - self.next_attempt_at
        return late > (DEFERRAL_TIMEOUT + timedelta(hours=2) if self.trigger == "replay" else STALLED_AFTER)
