"""A month's budget: no number of workers exceeds it, and a killed one leaves its hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from eal.ai.engines.bedrock.budget import MonthlyBudget, MonthlyUsage, month_of, usage_in, usage_key
from eal.core.table.read import get
from eal.core.tenancy import Tenant
from tests.support.bedrock import MemoryBudget
from tests.support.callrail import stored
from tests.support.faults import watched_calls
from tests.support.time import START

if TYPE_CHECKING:
    import pytest

ORG = "org_01kq0z0z0z0z0z0z0z0z0z0z0z"
LIVE = Tenant(ORG, "live")


def usage_of(tenant: Tenant, month: str) -> MonthlyUsage:
    return usage_in(get(usage_key(tenant, month)))


def budget(microusd: int = 1_000) -> MonthlyBudget:
    return MonthlyBudget(LIVE, START, microusd)


def test_a_hold_is_replaced_by_what_was_spent(cloud: None) -> None:
    month = month_of(START)
    assert budget().hold(600)
    assert usage_of(LIVE, month) == MonthlyUsage(uses=0, tokens=0, spent_microusd=0, held_microusd=600)

    budget().settle(600, spent=90, tokens=1_234)

    assert usage_of(LIVE, month) == MonthlyUsage(uses=1, tokens=1_234, spent_microusd=90, held_microusd=0)
    assert budget().hold(910)
    assert not budget().hold(1)


def test_a_use_whose_responses_are_lost_counts_once(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {"TransactWriteItems", "UpdateItem"}
        assert budget().hold(600)
        budget().settle(600, spent=90, tokens=1_234)

    expected = MonthlyUsage(uses=1, tokens=1_234, spent_microusd=90, held_microusd=0)
    assert usage_of(LIVE, month_of(START)) == expected


def test_fifty_workers_together_hold_no_more_than_the_budget(cloud: None) -> None:
    with ThreadPoolExecutor(50) as pool:
        held = list(pool.map(lambda _: budget(1_000).hold(130), range(50)))

    assert sum(held) == 7
    assert usage_of(LIVE, month_of(START)).held_microusd == 910


def test_fifty_workers_that_hold_and_settle_lose_no_cost(cloud: None) -> None:
    def use(number: int) -> bool:
        if not budget(10**6).hold(1_000):
            return False
        budget(10**6).settle(1_000, spent=number, tokens=1)
        return True

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(use, range(50)))

    expected = MonthlyUsage(uses=50, tokens=50, spent_microusd=sum(range(50)), held_microusd=0)
    assert usage_of(LIVE, month_of(START)) == expected


def test_a_worker_that_is_killed_leaves_its_hold_and_no_more(cloud: None) -> None:
    assert budget().hold(400)  # and killed

    assert budget().hold(600)
    budget().settle(600, spent=100, tokens=1)

    assert usage_of(LIVE, month_of(START)).held_microusd == 400
    assert not budget().hold(501)
    assert budget().hold(500)


def test_an_amount_above_the_whole_budget_is_refused_without_a_write(cloud: None) -> None:
    assert not budget(100).hold(101)
    assert stored("AI_USAGE", ORG) == []


def test_a_lowered_budget_holds_at_once(cloud: None) -> None:
    assert budget(1_000).hold(500)
    assert not budget(400).hold(1)


def test_months_and_tenants_and_modes_have_budgets_of_their_own(cloud: None) -> None:
    assert budget().hold(1_000)
    next_month = START + timedelta(days=31)

    assert MonthlyBudget(LIVE, next_month, 1_000).hold(1_000)
    assert MonthlyBudget(Tenant("org_other", "live"), START, 1_000).hold(1_000)
    assert usage_of(Tenant(ORG, "test"), month_of(START)).held_microusd == 0


def test_a_use_over_midnight_of_the_last_day_settles_in_the_month_that_holds_it(cloud: None) -> None:
    last = START.replace(month=4, day=30, hour=23, minute=59, second=59)
    use = MonthlyBudget(LIVE, last, 1_000)
    assert use.hold(1_000)

    use.settle(1_000, spent=10, tokens=1)

    assert usage_of(LIVE, "2026-04").spent_microusd == 10
    assert usage_of(LIVE, "2026-05").uses == 0


def test_the_item_expires_after_more_than_a_year(cloud: None) -> None:
    assert budget().hold(1)
    assert budget().hold(1)

    (item,) = stored("AI_USAGE", ORG)
    assert item["sk"] == month_of(START)
    assert item["ttl"] == int((START + timedelta(days=400)).timestamp())


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=30))
def test_the_budget_in_memory_that_tests_use_behaves_like_a_hard_stop(uses: list[tuple[int, int]]) -> None:
    memory = MemoryBudget(most=1_000)
    for held, share in uses:
        if memory.hold(held):
            memory.settle(held, spent=min(held, share), tokens=0)
        assert 0 <= memory.counted <= 1_000
