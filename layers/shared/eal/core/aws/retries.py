"""Retry policy: the retryable responses and faults, and the number of attempts, as botocore does in its mode
"standard".

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import random
from threading import Lock

ATTEMPTS = 3
QUOTA = 500
COST, COST_OF_TIMEOUT = 5, 10
_MAX_PAUSE_SECONDS = 20.0
_FAULTY = frozenset({500, 502, 503, 504})
_TRANSIENT = frozenset(
    {
        "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "RequestTimeout", "RequestTimeoutException", "SlowDown", "Throttling",
        "ThrottledException", "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
    }
)  # fmt: skip
"""The codes of botocore.retries.standard, of throttles and of passing faults. Throttles have the status 400 or 429."""


def is_transient(status: int, code: str) -> bool:
    return status in _FAULTY or code in _TRANSIENT


def pause_seconds(attempt: int) -> float:
    """The pause after an attempt, with full jitter."""
    return min(random.random() * 2.0 ** (attempt - 1), _MAX_PAUSE_SECONDS)  # noqa: S311 - no secret is made of it


class Quota:
    """Retry quota of a client. Successes fill it again, so that an outage does not multiply the calls of every process
    by three."""

    def __init__(self) -> None:
        self._left = QUOTA
        self._lock = Lock()

    def take(self, amount: int) -> bool:
        with self._lock:
            if amount > self._left:
                return False
            self._left -= amount
            return True

    def put_back(self, amount: int) -> None:
        with self._lock:
            self._left = min(self._left + amount, QUOTA)
