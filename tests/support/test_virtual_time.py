"""The virtual time of AWS calls, in a thread and in pools."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from eal.core import aws
from tools.fixtures.virtual_time import virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable


def _call(_number: int = 0) -> None:
    aws.sqs().list_queues()


def _mapped(pool: ThreadPoolExecutor) -> None:
    assert list(pool.map(_call, range(5))) == [None] * 5


def _submitted(pool: ThreadPoolExecutor) -> None:
    for future in [pool.submit(_call, number) for number in range(5)]:
        assert future.result() is None


@pytest.mark.parametrize("run", [_mapped, _submitted])
def test_a_pool_starts_a_task_when_a_thread_is_free(
    cloud: None, run: Callable[[ThreadPoolExecutor], None]
) -> None:
    with virtual_time() as time:
        _call()
        with ThreadPoolExecutor(2) as pool:
            run(pool)
        _call()

    assert time.now == 1 + 3 + 1
    assert len(time.made) == 7


def test_the_failure_of_a_task_is_the_future_s(cloud: None) -> None:
    def fail() -> None:
        _call()
        raise ValueError

    with virtual_time() as time, ThreadPoolExecutor(2) as pool:
        failed = pool.submit(fail)

    with pytest.raises(ValueError):
        failed.result()
    assert time.now == 1
