"""Transactions that conflicted with another one on the same items, or were throttled: retry after a pause."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eal.core.aws import Refused

ATTEMPTS = 10
_THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
_TRANSIENT = _THROTTLED | {"TransactionConflict"}
_THROTTLED_CALLS = frozenset(
    {"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"}
)


def is_transient(reasons: Iterable[Mapping[str, object]]) -> bool:
    """Whether the reasons of a TransactionCanceledException are transient. The client does not retry them itself."""
    return any(reason.get("Code") in _TRANSIENT for reason in reasons)


def is_throttled(refused: Refused) -> bool:
    """Whether DynamoDB throttled a call or, in a TransactionCanceledException, one of its operations."""
    reasons = refused.response.get("CancellationReasons", [])
    return refused.code in _THROTTLED_CALLS or any(reason.get("Code") in _THROTTLED for reason in reasons)


def pause(attempt: int) -> None:
    """Wait before the next attempt, with full jitter: fifty rivals for one item must not collide again."""
    time.sleep(random.uniform(0, min(0.02 * 2**attempt, 0.5)))  # noqa: S311 - no secret is made of it
