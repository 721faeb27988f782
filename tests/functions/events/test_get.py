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


def test_one_event_as_the_feed_shows_it(tenant: Tenant) -> None:
    event_id = _event_id(tenant)
    Pipeline().run()

    answer = call("GET", f"/v1/events/{event_id}", key=tenant.read)

    assert answer.status == 200
    assert call("GET", "/v1/events", key=tenant.read).json["data"] == [answer.json]


def test_before_it_has_its_number_it_is_not_there(tenant: Tenant) -> None:
    assert call("GET", f"/v1/events/{_event_id(tenant)}", key=tenant.read).error == "not_found"


def test_another_modes_or_tenants_event_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    event_id = _event_id(tenant)
    Pipeline().run()

    for key in (tenant.test_admin, stranger.read):
        assert call("GET", f"/v1/events/{event_id}", key=key).error == "not_found"


def test_an_audit_record_is_no_event_of_the_feed(tenant: Tenant) -> None:
    _event_id(tenant)
    Pipeline().run()
    record = items("AUDIT")[0]["id"]["S"]

    assert call("GET", f"/v1/events/{record}", key=tenant.read).error == "not_found"
