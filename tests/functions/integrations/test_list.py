"""GET /v1/integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import connect, receive
from tests.support.faults import watched_calls
from tests.support.http import call
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

VENDORS = ("callrail", "resend", "stripe", "google_business", "crm")


def _connect(key: str, *vendors: str) -> None:
    for vendor in vendors:
        assert call("PUT", f"/v1/integrations/{vendor}", key=key, json_body={}).status == 200


def _listed(key: str, query: str = "") -> list[str]:
    return [
        integration["vendor"] for integration in call("GET", f"/v1/integrations{query}", key=key).json["data"]
    ]


def test_the_list_shows_the_same_view_as_put(tenant: Tenant) -> None:
    body = {"settings": {"account_id": "ACC1"}, "secrets": {"signing_key": "s3cret-key"}}
    put = call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body=body)

    response = call("GET", "/v1/integrations", key=tenant.admin)

    assert response.json == {"data": [put.json], "next_cursor": None}
    assert "s3cret" not in response.text


def test_vendors_are_listed_newest_first_and_paginated(clock: Clock, tenant: Tenant) -> None:
    for vendor in VENDORS:
        _connect(tenant.admin, vendor)
        clock.advance(seconds=1)

    assert _listed(tenant.admin) == list(reversed(VENDORS))
    assert _listed(tenant.admin, "?order=asc") == list(VENDORS)
    found, cursor = [], ""
    while True:
        page = call("GET", f"/v1/integrations?limit=2{cursor}", key=tenant.admin).json
        found += [integration["vendor"] for integration in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == list(reversed(VENDORS))


def test_each_has_its_own_health(clock: Clock, tenant: Tenant) -> None:
    connection = connect(tenant.admin)
    _connect(tenant.admin, "crm")
    receive(connection.url_event("post-call", Call.new().event("post-call"), signed="wrong"))

    shown = call("GET", "/v1/integrations", key=tenant.admin).json["data"]

    assert {integration["vendor"]: integration["health"] for integration in shown} == {
        "callrail": {
            "status": "failing",
            "last_event_at": None,
            "last_failure": {"at": "2026-04-24T17:42:11.314Z", "reason": "invalid_signature"},
        },
        "crm": {"status": "waiting", "last_event_at": None, "last_failure": None},
    }


def test_another_mode_and_another_tenant_see_nothing(tenant: Tenant, stranger: Tenant) -> None:
    _connect(tenant.admin, *VENDORS)

    assert _listed(tenant.test_admin) == []
    assert _listed(stranger.admin) == []
    _connect(tenant.test_admin, "crm")
    assert _listed(tenant.test_admin) == ["crm"]
    assert len(_listed(tenant.admin)) == 5


def test_only_an_admin_lists_integrations(tenant: Tenant) -> None:
    for key in (tenant.read, tenant.write):
        response = call("GET", "/v1/integrations", key=key)
        assert (response.status, response.error) == (403, "insufficient_scope")


def test_all_connections_are_read_in_one_call(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _connect(tenant.admin, *VENDORS)

    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/integrations", key=tenant.admin)

    assert calls.made == ["UpdateItem", "TransactGetItems", "BatchGetItem"]
