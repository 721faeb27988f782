"""Transactions that met another one on the same items, or too much traffic: to be tried again after a while."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ATTEMPTS = 10
_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def is_passing(reasons: Iterable[Mapping[str, object]]) -> bool:
    """Whether a TransactionCanceledException's reasons will pass. botocore does not retry them itself."""
    return any(reason.get("Code") in _PASSING for reason in reasons)


def pause(attempt: int) -> None:
    """Wait before the next attempt, with full jitter: fifty rivals for one item must not meet again at one moment."""
    time.sleep(random.uniform(0, min(0.02 * 2**attempt, 0.5)))  # noqa: S311 - no secret is made of it
