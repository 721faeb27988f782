"""Independent calls side by side, so that the failure or the delay of one does not hold up the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import aws

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_PARALLEL_CALLS = aws.MAX_CONNECTIONS


def attempt_all[T](calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """The results of all calls, in their order. A call that failed has its exception in place of a result."""
    from concurrent.futures import ThreadPoolExecutor  # imported here: most functions never need it

    if not calls:
        return []
    outcomes: list[T | Exception] = []
    with ThreadPoolExecutor(min(MAX_PARALLEL_CALLS, len(calls))) as pool:
        for future in [pool.submit(call) for call in calls]:
            fault = future.exception()
            outcomes.append(fault if isinstance(fault, Exception) else future.result())
    return outcomes
