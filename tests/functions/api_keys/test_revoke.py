"""DELETE /v1/api-keys/{key_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _create(tenant: Tenant, **body: object) -> Any:
    body = {"name": "A", "scopes": ["read"], **body}
    return call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json


def _revoke(key_id: str, by: str) -> ApiResponse:
    return call("DELETE", f"/v1/api-keys/{key_id}", key=by)


def test_a_revoked_key_is_refused_on_its_next_request(tenant: Tenant) -> None:
    key = _create(tenant)
    assert call("GET", "/v1/health", key=key["key"]).status == 200

    response = _revoke(key["id"], tenant.admin)

    assert (response.status, response.text) == (204, "")
    assert "Content-Type" not in response.headers
    refused = call("GET", "/v1/health", key=key["key"])
    assert (refused.status, refused.error) == (401, "revoked_key")
    assert "X-RateLimit-Limit" not in refused.headers
    shown = call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json
    assert (shown["status"], shown["version"]) == ("revoked", 2)
    assert shown["revoked_at"]


def test_revoking_twice_changes_nothing(tenant: Tenant) -> None:
    key = _create(tenant)
    _revoke(key["id"], tenant.admin)

    assert _revoke(key["id"], tenant.admin).status == 204
    assert call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json["version"] == 2


def test_the_last_live_admin_key_without_an_expiry_cannot_be_revoked(tenant: Tenant) -> None:
    _create(tenant, scopes=["admin"], expires_at="2099-01-01T00:00:00Z")
    _create(tenant, scopes=["admin"], mode="test")

    refused = _revoke(tenant.admin_id, tenant.admin)

    assert (refused.status, refused.error) == (409, "conflict")
    assert call("GET", "/v1/health", key=tenant.admin).status == 200
    other = _create(tenant, scopes=["admin"])
    assert _revoke(tenant.admin_id, tenant.admin).status == 204
    assert call("GET", "/v1/health", key=tenant.admin).error == "revoked_key"
    assert _revoke(other["id"], other["key"]).status == 409


def test_a_test_key_cannot_revoke_a_live_one(tenant: Tenant) -> None:
    key = _create(tenant)

    refused = _revoke(key["id"], tenant.test_admin)

    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert call("GET", "/v1/health", key=key["key"]).status == 200


def test_another_organizations_key_is_not_found_and_not_revoked(tenant: Tenant, stranger: Tenant) -> None:
    assert _revoke(stranger.admin_id, tenant.admin).status == 404
    assert call("GET", "/v1/health", key=stranger.admin).status == 200


def test_if_match_guards_the_key(tenant: Tenant) -> None:
    key = _create(tenant)

    response = call("DELETE", f"/v1/api-keys/{key['id']}", key=tenant.admin, headers={"If-Match": '"7"'})

    assert (response.status, response.error) == (412, "precondition_failed")
    assert call("GET", "/v1/health", key=key["key"]).status == 200


def test_it_is_audited_and_emits_an_event(tenant: Tenant) -> None:
    key = _create(tenant)
    _revoke(key["id"], tenant.admin)

    log = call("GET", f"/v1/audit-log?resource_type=api_key&resource_id={key['id']}", key=tenant.admin)

    assert [record["action"] for record in log.json["data"]] == ["api_key.revoked", "api_key.created"]
    (event,) = items("EVENT")
    assert event["type"]["S"] == "api_key.revoked"
    data = json.loads(event["data"]["S"])
    assert (data["id"], data["status"]) == (key["id"], "revoked")
    assert "key" not in data
    assert "fingerprint" not in data
