"""GET /v1/audit-log/{record_id}."""

from tests.support.http import call
from tests.support.tenants import Tenant


def test_one_record_is_as_the_list_shows_it_and_nobody_elses(tenant: Tenant, stranger: Tenant) -> None:
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"})
    record = call("GET", "/v1/audit-log", key=tenant.read).json["data"][0]

    assert call("GET", f"/v1/audit-log/{record['id']}", key=tenant.read).json == record
    for key in (stranger.admin, tenant.test_admin):
        answer = call("GET", f"/v1/audit-log/{record['id']}", key=key)
        assert (answer.status, answer.error) == (404, "not_found")
