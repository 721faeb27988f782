"""GET /v1/audit-log/{record_id}."""

import hashlib

import rfc8785

from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.tenants import Tenant


def test_a_record_equals_the_lists_and_is_404_for_other_tenants(tenant: Tenant, stranger: Tenant) -> None:
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"})
    record = call("GET", "/v1/audit-log", key=tenant.read).json["data"][0]

    assert call("GET", f"/v1/audit-log/{record['id']}", key=tenant.read).json == record
    for key in (stranger.admin, tenant.test_admin):
        response = call("GET", f"/v1/audit-log/{record['id']}", key=key)
        assert (response.status, response.error) == (404, "not_found")


def test_a_client_can_recompute_the_hash_of_a_record(tenant: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.write, json_body={"company": "Summit"})
    Pipeline().run()  # the scorer's records come from workers, which have no address
    listed = call("GET", "/v1/audit-log", key=tenant.read).json["data"]
    assert {record["actor"]["ip"] is None for record in listed} == {True, False}

    for shown in listed:
        record = call("GET", f"/v1/audit-log/{shown['id']}", key=tenant.read).json
        stated = record.pop("hash")
        if record["actor"]["ip"] is None:
            del record["actor"]["ip"]

        assert hashlib.sha256(rfc8785.dumps(record)).hexdigest() == stated
