"""A push of a lead to the tenant's CRM: its state, and the outcome of an attempt."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Self

from eal.core.outbound.health import Result
from eal.core.outbound.schedule import DEFERRAL_TIMEOUT, GONE, next_attempt_at
from eal.domain.integrations.model import Integration
from eal.domain.leads.model import CrmSync, Lead

NOT_CONNECTED = "not_connected"
OVERDUE = "overdue"
_FINAL_FAULTS = (NOT_CONNECTED, f"http_{GONE}")


class PushOutcome(NamedTuple):
    """The result of an attempt. `fault` is None if it succeeded, `http_500` for a status, or a fault's name."""

    status_code: int | None = None
    fault: str | None = None
    retry_after: float | None = None
    result: Result | None = None
    """The result for the health of the CRM; None if nothing was sent."""


class Push(NamedTuple):
    """A push as it is stored on its lead. `crm` is None if no CRM is connected."""

    lead: Lead
    sync: CrmSync
    crm: Integration | None

    @property
    def attempts_made(self) -> int:
        return self.sync.attempts

    @property
    def next_attempt_at(self) -> datetime | None:
        return self.sync.next_attempt_at

    @property
    def status(self) -> str:
        return self.sync.status

    def is_overdue(self, now: datetime) -> bool:
        """Whether the push must not be deferred any longer."""
        return now - self.sync.requested_at > DEFERRAL_TIMEOUT

    def timed_out(self) -> Self:
        """The push that was deferred until it was overdue."""
        return self._replace(
            sync=replace(self.sync, status="failed", next_attempt_at=None, last_error=OVERDUE)
        )

    def after(self, outcome: PushOutcome, at: datetime, now: datetime, *, jitter: float) -> Self:
        """The push after an attempt at `at` whose outcome is known `now`. `jitter` is from -1 to 1."""
        succeeded, attempts, next_at = outcome.fault is None, self.sync.attempts + 1, None
        if not succeeded and outcome.fault not in _FINAL_FAULTS:
            next_at = next_attempt_at(
                attempts, now, began_at=self.sync.requested_at, jitter=jitter, retry_after=outcome.retry_after
            )
        sync = replace(
            self.sync,
            status="synced" if succeeded else "pending" if next_at else "failed",
            attempts=attempts,
            last_attempt_at=at,
            next_attempt_at=next_at,
            synced_at=now if succeeded else None,
            last_status_code=outcome.status_code,
            last_error=outcome.fault,
        )
        return self._replace(sync=sync)
