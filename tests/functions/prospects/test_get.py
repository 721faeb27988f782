"""GET /v1/prospects/{prospect_id}."""

from tests.support.http import call
from tests.support.tenants import Tenant


def test_a_known_version_is_304(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body={"company": "Harbor"}).json
    path = f"/v1/prospects/{made['id']}"

    same = call("GET", path, key=tenant.read, headers={"If-None-Match": '"1"'})
    call("PATCH", path, key=tenant.write, json_body={"notes": "Wet"})
    other = call("GET", path, key=tenant.read, headers={"If-None-Match": '"1"'})

    assert (same.status, same.text, same.headers["ETag"]) == (304, "", '"1"')
    assert (other.status, other.json["notes"], other.headers["ETag"]) == (200, "Wet", '"2"')


def test_another_tenants_and_another_modes_prospect_is_404(tenant: Tenant, stranger: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body={"company": "Harbor"}).json

    for key in (stranger.admin, tenant.test_admin):
        response = call("GET", f"/v1/prospects/{made['id']}", key=key)
        assert (response.status, response.error) == (404, "not_found")
