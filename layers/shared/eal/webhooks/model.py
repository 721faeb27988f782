"""Endpoints, deliveries and the retry schedule: state and rules."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from eal.clock import Instant
from eal.events import BY_NAME_ONLY
from eal.table.keys import Mode

EVERY_TYPE = "*"
GONE = 410
"""The status by which a receiver says that it wants no more (Standard Webhooks 1.0.0, "Delivery success")."""

RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 43_200, 72_000, 86_400, 97_200)
"""From each failed attempt to the next: ten attempts in 90.6 h, and in 72.5 h with every jitter at -20 %."""
ATTEMPTS = len(RETRY_SECONDS) + 1
JITTER = 0.2
SCHEDULE = timedelta(seconds=sum(RETRY_SECONDS))

type Status = Literal["pending", "succeeded", "failed", "skipped"]
type Fault = Literal[
    "timeout",
    "connection_failed",
    "tls_failed",
    "invalid_response",
    "redirect_not_followed",
    "unresolved_host",
    "blocked_address",
]
"""Why an attempt that has no usable answer failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`secret` is the KMS ciphertext; `secret_prefix` the text's beginning, to tell secrets apart."""

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

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are sent here."""
        if event_type in self.events:
            return True
        return EVERY_TYPE in self.events and event_type not in BY_NAME_ONLY

    def disabled(self, at: datetime) -> "Endpoint":
        return replace(self, enabled=False, updated_at=at, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `response` is what was answered, cut; `status_code` is None where nothing was."""

    number: int
    at: Instant
    trigger: Literal["schedule"]
    duration_ms: int
    status_code: int | None = None
    response: str | None = None
    error: Fault | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to an endpoint."""

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

    def after(
        self, attempt: Attempt, now: datetime, *, jitter: float, retry_after: float | None
    ) -> "Delivery":
        """The delivery with one more attempt. `jitter` is from -1 to 1, `retry_after` in seconds."""
        status, due = self._outcome(attempt, now, jitter, retry_after)
        return replace(
            self,
            status=status,
            attempts=(*self.attempts, attempt),
            next_attempt_at=due,
            updated_at=now,
            version=self.version + 1,
        )

    def skipped(self, now: datetime) -> "Delivery":
        """The delivery without a receiver: its endpoint was deleted or disabled, or its event is gone."""
        return replace(self, status="skipped", next_attempt_at=None, updated_at=now, version=self.version + 1)

    def _outcome(
        self, attempt: Attempt, now: datetime, jitter: float, retry_after: float | None
    ) -> tuple[Status, datetime | None]:
        if attempt.succeeded:
            return "succeeded", None
        if attempt.status_code == GONE or attempt.number >= ATTEMPTS:
            return "failed", None
        due = now + timedelta(seconds=RETRY_SECONDS[attempt.number - 1] * (1 + JITTER * jitter))
        if retry_after is not None:
            asked = min(timedelta(seconds=retry_after), SCHEDULE)
            due = max(due, min(now + asked, self.created_at + SCHEDULE))
        return "pending", due
