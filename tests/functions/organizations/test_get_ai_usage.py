"""GET /v1/organizations/me/ai-usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.engines.bedrock.budget import MonthlyBudget
from eal.core import clock as time
from eal.core.tenancy import Tenant as Owner
from tests.support import contract
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PATH = "/v1/organizations/me/ai-usage"


def get(key: str, query: str = "") -> Any:
    response = call("GET", f"{PATH}{query}", key=key)
    contract.check("GET", PATH, response)
    return response


def test_a_new_organization_has_used_nothing(clock: Clock, tenant: Tenant) -> None:
    assert get(tenant.read).json == {
        "month": "2026-04",
        "uses": 0,
        "tokens": 0,
        "spent_microusd": 0,
        "held_microusd": 0,
        "budget_microusd": 0,
    }


def test_it_shows_what_was_spent_and_held_next_to_the_budget(clock: Clock, tenant: Tenant) -> None:
    ai = {"enabled": True, "engine": "bedrock_when_unsure", "monthly_budget_cents": 250}
    call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": {"ai": ai}})
    budget = MonthlyBudget(Owner(tenant.id, "live"), time.now(), 2_500_000)
    assert budget.hold(30_000)
    assert budget.hold(30_000)
    budget.settle(30_000, spent=4_750, tokens=3_750)

    assert get(tenant.read, "?month=2026-04").json == {
        "month": "2026-04",
        "uses": 1,
        "tokens": 3_750,
        "spent_microusd": 4_750,
        "held_microusd": 30_000,
        "budget_microusd": 2_500_000,
    }
    assert get(tenant.read, "?month=2026-03").json["spent_microusd"] == 0


def test_another_tenant_and_test_mode_see_nothing_of_it(
    clock: Clock, tenant: Tenant, stranger: Tenant
) -> None:
    assert MonthlyBudget(Owner(tenant.id, "live"), time.now(), 1_000).hold(1_000)

    assert get(tenant.test_admin).json["held_microusd"] == 0
    assert get(stranger.read).json["held_microusd"] == 0


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "April", "2026-04-01", "1999-01"])
def test_only_a_month_is_a_month(tenant: Tenant, month: str) -> None:
    response = get(tenant.read, f"?month={month}")
    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/month")
