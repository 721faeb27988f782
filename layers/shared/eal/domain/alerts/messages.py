"""Messages to the worker of alerts."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAlertTask(TenantMessage):
    """One step for one person. `asked_at` is when the person was asked; it is a part of the alert's id. `due_at`: not
    before; None means at once. `recipient` is the place among the people who are alerted; None means all."""

    call_id: str
    round: int
    level: int
    asked_at: Instant
    step: int = 0
    due_at: Instant | None = None
    recipient: int | None = None
