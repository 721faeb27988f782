"""GET /v1/leads/{lead_id}."""

from tests.support.http import call
from tests.support.tenants import Tenant


def test_an_etag_saves_the_body(tenant: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    fresh = call("GET", f"/v1/leads/{lead['id']}", key=tenant.read, headers={"If-None-Match": '"1"'})
    stale = call("GET", f"/v1/leads/{lead['id']}", key=tenant.read, headers={"If-None-Match": '"7", "8"'})

    assert (fresh.status, fresh.text, fresh.headers["ETag"]) == (304, "", '"1"')
    assert (stale.status, stale.json) == (200, lead)


def test_another_tenants_lead_and_the_other_modes_lead_are_404(tenant: Tenant, stranger: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    for key in (stranger.admin, tenant.test_admin):
        response = call("GET", f"/v1/leads/{lead['id']}", key=key)
        assert (response.status, response.error) == (404, "not_found")
