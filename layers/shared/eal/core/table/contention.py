"""Transactions that conflicted with another one on the same items, or were throttled: retry after a pause."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ATTEMPTS = 10
_TRANSIENT = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def is_transient(reasons: Iterable[Mapping[str, object]]) -> bool:
    """Whether the reasons of a TransactionCanceledException are transient. botocore does not retry them itself."""
    return any(reason.get("Code") in _TRANSIENT for reason in reasons)


def pause(attempt: int) -> None:
    """Wait before the next attempt, with full jitter: fifty rivals for one item must not collide again."""
    time.sleep(random.uniform(0, min(0.02 * 2**attempt, 0.5)))  # noqa: S311 - no secret is made of it
