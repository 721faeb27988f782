"""GET /v1/api-keys/{key_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def test_the_last_use_is_shown(clock: Clock, tenant: Tenant) -> None:
    key = call("POST", "/v1/api-keys", key=tenant.admin, json_body={"name": "A", "scopes": ["read"]}).json
    before = call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json
    clock.advance(seconds=3)
    call("GET", "/v1/health", key=key["key"], ip="198.51.100.4")

    after = call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json

    assert before["last_used"] is None
    assert after["last_used"] == {"at": "2026-04-24T17:42:14.314Z", "ip": "198.51.100.4"}
    assert after["created_at"] == "2026-04-24T17:42:11.314Z"
    assert after["version"] == before["version"]


def test_a_use_is_never_hidden_behind_a_304(tenant: Tenant) -> None:
    path = f"/v1/api-keys/{tenant.admin_id}"
    etag = call("GET", path, key=tenant.admin).headers["ETag"]

    again = call("GET", path, key=tenant.admin, headers={"If-None-Match": etag})

    assert (again.status, again.headers["ETag"]) == (200, etag)


def test_another_organizations_key_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    for key_id in (stranger.admin_id, "key_x", "key_01kq09bekje6vbq5xe2b60xtww"):
        response = call("GET", f"/v1/api-keys/{key_id}", key=tenant.admin)
        assert (response.status, response.error) == (404, "not_found")


def test_both_modes_see_the_organizations_keys(tenant: Tenant) -> None:
    assert call("GET", f"/v1/api-keys/{tenant.admin_id}", key=tenant.test_admin).json["mode"] == "live"
