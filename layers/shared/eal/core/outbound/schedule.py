"""When a request that failed is sent again: one schedule for all that we send to customers."""

from datetime import datetime, timedelta

GONE = 410
"""The status by which a receiver says that it wants no more (Standard Webhooks 1.0.0, "Delivery success")."""

RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 43_200, 72_000, 86_400, 97_200)
"""From each failed attempt to the next: ten attempts in 90.6 h, and in 72.5 h with every jitter at -20 %."""
ATTEMPTS = len(RETRY_SECONDS) + 1
JITTER = 0.2
SCHEDULE = timedelta(seconds=sum(RETRY_SECONDS))

GIVEN_UP_AFTER = timedelta(hours=116)
"""What waits for room at its receiver is put off for so long: more than the longest schedule, 108.7 h with every jitter
at +20 %, and less than the five days for which receivers are told to keep ids."""

LONGEST_DELAY = 900
"""SQS's limit, in seconds: what is due later is left to EventBridge Scheduler."""


def next_attempt_at(
    failed: int, now: datetime, *, began_at: datetime, jitter: float, retry_after: float | None
) -> datetime | None:
    """When to try again after `failed` attempts; None when that was the last one.

    `jitter` is from -1 to 1. `retry_after` (seconds) is honoured up to the schedule's end.
    """
    if failed >= ATTEMPTS:
        return None
    due = now + timedelta(seconds=RETRY_SECONDS[failed - 1] * (1 + JITTER * jitter))
    if retry_after is not None:
        asked = min(timedelta(seconds=retry_after), SCHEDULE)
        due = max(due, min(now + asked, began_at + SCHEDULE))
    return due
