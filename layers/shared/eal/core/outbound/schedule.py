"""The retry schedule of all requests to customers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

GONE = 410
"""The status with which a receiver ends all deliveries (Standard Webhooks 1.0.0, "Delivery success")."""

RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 43_200, 72_000, 86_400, 97_200)
"""Delay from each failed attempt to the next, in seconds: ten attempts in 90.6 h, and in 72.5 h with every jitter at
-20 %."""
MAX_ATTEMPTS = len(RETRY_SECONDS) + 1
JITTER = 0.2
SCHEDULE_DURATION = timedelta(seconds=sum(RETRY_SECONDS))

DEFERRAL_TIMEOUT = timedelta(hours=116)
"""Maximum time for which a request is deferred for lack of room at its receiver: more than the longest schedule, 108.7
h with every jitter at +20 %, and less than the five days for which receivers should keep ids."""

MAX_SQS_DELAY_SECONDS = 900
"""SQS's limit. EventBridge Scheduler sends messages that are due later."""


def next_attempt_at(
    failed: int, now: datetime, *, began_at: datetime, jitter: float, retry_after: float | None
) -> datetime | None:
    """The time of the next attempt after `failed` attempts; None if the last one was the last of the schedule.

    `jitter` is from -1 to 1. `retry_after` (seconds) is honoured up to the end of the schedule.
    """
    if failed >= MAX_ATTEMPTS:
        return None
    due = now + timedelta(seconds=RETRY_SECONDS[failed - 1] * (1 + JITTER * jitter))
    if retry_after is not None:
        pause = min(timedelta(seconds=retry_after), SCHEDULE_DURATION)
        due = max(due, min(now + pause, began_at + SCHEDULE_DURATION))
    return due
