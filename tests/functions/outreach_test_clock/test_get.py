"""GET /v1/outreach/test-clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.clock import rfc3339
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PATH = "/v1/outreach/test-clock"


def test_a_clock_that_was_never_advanced_shows_the_real_time(clock: Clock, tenant: Tenant) -> None:
    response = call("GET", PATH, key=tenant.test_admin)

    assert (response.status, response.json) == (200, {"now": rfc3339(clock.now()), "advancing_to": None})


def test_a_live_key_has_no_test_clock(tenant: Tenant) -> None:
    response = call("GET", PATH, key=tenant.admin)

    assert (response.status, response.json["error"]["code"]) == (404, "not_found")


def test_each_tenant_has_its_own_clock(clock: Clock, tenant: Tenant, stranger: Tenant) -> None:
    call("POST", PATH, key=tenant.test_admin, json_body={"advance_seconds": 60})

    assert call("GET", PATH, key=stranger.test_admin).json["advancing_to"] is None
