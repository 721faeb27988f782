"""GET /v1/status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import settings
from tests.support.faults import watched_calls
from tests.support.http import call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def test_without_a_key_the_response_is_ok_after_one_read(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        response = call("GET", "/v1/status")

    assert (response.status, response.json) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"] == "public, max-age=5"
    assert "X-RateLimit-Limit" not in response.headers
    assert calls.made == ["GetItem"]


def test_a_key_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        responses = [call("GET", "/v1/status", key=key) for key in (tenant.admin, "eal_live_nonsense")]

    assert [response.json for response in responses] == [{"status": "ok"}] * 2
    assert calls.made == ["GetItem"] * 2


def test_a_table_that_cannot_be_read_is_an_error_that_is_not_cached(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_TABLE", "missing")
    assert settings.state_table() == "missing"

    response = call("GET", "/v1/status")

    assert (response.status, response.error) == (500, "internal_error")
    assert response.headers["Cache-Control"] == "no-store"
