"""Endpoints and deliveries: state and rules."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from eal.core.clock import Instant
from eal.core.events.catalogue import BY_NAME_ONLY
from eal.core.outbound.faults import Fault
from eal.core.outbound.schedule import GIVEN_UP_AFTER, GONE, next_attempt_at
from eal.core.tenancy import Mode, TenantScoped

EVERY_TYPE = "*"
ATTEMPTS_KEPT = 25
"""Of one delivery, the latest: with 4 KiB of each answer, an item that never grows to DynamoDB's 400 KiB."""
type Status = Literal["pending", "succeeded", "failed", "skipped"]
type Reason = Literal["requested", "gone", "failing"]
"""Why an endpoint is disabled: its owner said so, it answered 410, or it failed for too long."""
type Trigger = Literal["schedule", "manual", "replay"]
type Conditions = dict[str, dict[str, JsonValue]]
"""By a path into the event (`data.status`): what its value must fulfil, by operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`secret` is the KMS ciphertext; `secret_prefix` the text's beginning, to tell secrets apart.

    `previous_secret` (also ciphertext) signs beside `secret` until `previous_secret_expires_at`. `rate_limit` is
    in deliveries a minute.
    """

    id: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    secret: str
    secret_prefix: str
    created_at: Instant
    updated_at: Instant
    version: int
    description: str | None = None
    rate_limit: int | None = None
    filter: Conditions = field(default_factory=dict)
    previous_secret: str | None = None
    previous_secret_expires_at: Instant | None = None
    disabled_reason: Reason | None = None
    disabled_at: Instant | None = None

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are sent here."""
        if event_type in self.events:
            return True
        return EVERY_TYPE in self.events and event_type not in BY_NAME_ONLY

    def disabled(self, reason: Reason, at: datetime) -> "Endpoint":
        return replace(self, enabled=False, disabled_reason=reason, disabled_at=at)

    def as_enabled(self) -> "Endpoint":
        return replace(self, enabled=True, disabled_reason=None, disabled_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `response` is what was answered, cut; `status_code` is None where nothing was."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(TenantScoped):
    """An event on its way to an endpoint.

    `trigger` is what the next attempt is made for. `steps` are the attempts that the schedule has used since
    `began_at` (the creation, or a replay): one by hand uses none, nor does the first of two that a rotation takes.
    `resumes_at` is where the schedule goes on after an attempt by hand.
    """

    id: str
    organization_id: str
    mode: Mode
    webhook_id: str
    event_id: str
    event_type: str
    request_id: str
    status: Status
    created_at: Instant
    updated_at: Instant
    version: int
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: Instant | None = None
    trigger: Trigger = "schedule"
    steps: int = 0
    began_at: Instant | None = None
    resumes_at: Instant | None = None

    @property
    def attempts_made(self) -> int:
        """The number of the last attempt."""
        return self.attempts[-1].number if self.attempts else 0

    def noted(self, attempt: Attempt) -> "Delivery":
        """With an attempt that decides nothing: another one follows at once."""
        return replace(self, attempts=(*self.attempts, attempt)[-ATTEMPTS_KEPT:])

    def after(
        self, attempt: Attempt, now: datetime, *, jitter: float, retry_after: float | None
    ) -> "Delivery":
        """The delivery with one more attempt. `jitter` is from -1 to 1, `retry_after` in seconds."""
        steps = self.steps if self.trigger == "manual" else self.steps + 1
        status, due = self._outcome(attempt, steps, now, jitter, retry_after)
        return replace(
            self.noted(attempt),
            status=status,
            trigger="schedule",
            steps=steps,
            resumes_at=None,
            next_attempt_at=due,
            updated_at=now,
            version=self.version + 1,
        )

    def retried(self, now: datetime) -> "Delivery":
        """With one more attempt asked for, now. The schedule goes on where it is if that one fails."""
        return replace(
            self,
            status="pending",
            trigger="manual",
            next_attempt_at=now,
            resumes_at=self.resumes_at if self.trigger == "manual" else self.next_attempt_at,
            updated_at=now,
            version=self.version + 1,
        )

    def replayed(self, now: datetime) -> "Delivery":
        """Sent again from now on, with a whole schedule of its own."""
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

    def skipped(self, now: datetime) -> "Delivery":
        """The delivery without a receiver: its endpoint was deleted or disabled, or its event is gone."""
        return replace(
            self,
            status="skipped",
            trigger="schedule",
            next_attempt_at=None,
            resumes_at=None,
            updated_at=now,
            version=self.version + 1,
        )

    def waits_too_long(self, now: datetime) -> bool:
        """Whether the attempt that is due is not to be put off any more."""
        since = self.next_attempt_at if self.trigger == "manual" else self.began_at or self.created_at
        return since is not None and now - since > GIVEN_UP_AFTER

    def given_up(self, now: datetime) -> "Delivery":
        """The delivery whose endpoint had no room for the attempt that was due, and for those after it."""
        return replace(
            self.skipped(now), status="succeeded" if any(one.succeeded for one in self.attempts) else "failed"
        )

    def _outcome(
        self, attempt: Attempt, steps: int, now: datetime, jitter: float, retry_after: float | None
    ) -> tuple[Status, datetime | None]:
        if attempt.succeeded:
            return "succeeded", None
        if attempt.status_code == GONE:
            return "failed", None
        if self.trigger == "manual":
            if self.resumes_at:
                return "pending", self.resumes_at
            return ("succeeded" if any(one.succeeded for one in self.attempts) else "failed"), None
        began_at = self.began_at or self.created_at
        due = next_attempt_at(steps, now, began_at=began_at, jitter=jitter, retry_after=retry_after)
        return ("pending", due) if due else ("failed", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(TenantScoped):
    """Events of a range of time that are to be sent again. `after` is the last one that was looked at."""

    replay_id: str
    organization_id: str
    mode: Mode
    request_id: str
    webhook_id: str
    since: Instant
    until: Instant
    asked_at: Instant
    types: tuple[str, ...] | None = None
    only: Literal["failed", "missing"] | None = None
    after: str | None = None
