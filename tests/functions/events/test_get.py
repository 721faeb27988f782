"""GET /v1/events/{event_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.pipeline import Pipeline, items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _event_id(tenant: Tenant) -> str:
    assert call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).status == 201
    (event,) = items("EVENT")
    return str(event["id"]["S"])


def test_an_event_equals_the_feeds(tenant: Tenant) -> None:
    event_id = _event_id(tenant)
    Pipeline().run()

    response = call("GET", f"/v1/events/{event_id}", key=tenant.read)

    assert response.status == 200
    assert call("GET", "/v1/events", key=tenant.read).json["data"] == [response.json]


def test_an_event_without_a_number_is_404(tenant: Tenant) -> None:
    assert call("GET", f"/v1/events/{_event_id(tenant)}", key=tenant.read).error == "not_found"


def test_an_event_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    event_id = _event_id(tenant)
    Pipeline().run()

    for key in (tenant.test_admin, stranger.read):
        assert call("GET", f"/v1/events/{event_id}", key=key).error == "not_found"


def test_the_id_of_an_audit_record_is_404(tenant: Tenant) -> None:
    _event_id(tenant)
    Pipeline().run()
    record = items("AUDIT")[0]["id"]["S"]

    assert call("GET", f"/v1/events/{record}", key=tenant.read).error == "not_found"
