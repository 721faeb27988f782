"""Independent calls: each has its own outcome, and as many as an AWS client has connections run at once."""

from __future__ import annotations

from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from eal.core import aws, settings
from eal.core.parallel import MAX_PARALLEL_CALLS, attempt_all
from tests.support.faults import Killed
from tools.fixtures.virtual_time import virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable


def _returns(value: int) -> Callable[[], int]:
    return lambda: value


def _raises(fault: BaseException) -> Callable[[], int]:
    def call() -> int:
        raise fault

    return call


def test_outcomes_are_in_the_order_of_the_calls() -> None:
    fault = ValueError()
    assert attempt_all([_returns(1), _raises(fault), _returns(3)]) == [1, fault, 3]


def test_no_calls_have_no_outcomes() -> None:
    assert attempt_all([]) == []


def test_calls_run_at_the_same_time() -> None:
    barrier = Barrier(MAX_PARALLEL_CALLS, timeout=10)
    assert len(attempt_all([barrier.wait] * MAX_PARALLEL_CALLS)) == MAX_PARALLEL_CALLS


def test_the_end_of_the_process_is_no_outcome() -> None:
    with pytest.raises(Killed):
        attempt_all([_returns(1), _raises(Killed())])


@pytest.mark.parametrize(("calls", "chain"), [(1, 1), (16, 1), (17, 2), (33, 3)])
def test_calls_wait_for_a_free_connection(cloud: None, calls: int, chain: int) -> None:
    key = {"pk": {"S": "org_1#live#LEAD"}, "sk": {"S": "lead_1"}}
    with virtual_time() as time:
        attempt_all([lambda: aws.dynamodb().get_item(TableName=settings.state_table(), Key=key)] * calls)
        aws.dynamodb().get_item(TableName=settings.state_table(), Key=key)

    assert (time.now, len(time.made)) == (chain + 1, calls + 1)
