"""PATCH /v1/api-keys/{key_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def key(clock: Clock, tenant: Tenant) -> Any:
    return _create(tenant)


def _create(tenant: Tenant, **body: object) -> Any:
    body = {"name": "A", "scopes": ["read"], **body}
    return call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json


def _update(key_id: str, by: str, /, *, headers: dict[str, str] | None = None, **body: object) -> ApiResponse:
    return call("PATCH", f"/v1/api-keys/{key_id}", key=by, json_body=body, headers=headers)


def _use(key: str, times: int = 1) -> list[int]:
    return [call("GET", "/v1/health", key=key).status for _ in range(times)]


def test_only_the_fields_in_the_body_change(tenant: Tenant, key: Any) -> None:
    response = _update(key["id"], tenant.admin, name="  Web form  ")

    assert response.status == 200
    del key["key"]
    assert response.json == {**key, "name": "Web form", "version": 2}
    assert response.headers["ETag"] == '"2"'
    assert call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json == response.json


def test_each_field_can_be_set_and_removed(tenant: Tenant, key: Any) -> None:
    limited = _update(
        key["id"],
        tenant.admin,
        rate_limit={"per_minute": 5},
        allowed_cidrs=["10.1.2.3/8"],
        expires_at="2026-05-01T00:00:00+02:00",
    ).json
    assert limited["rate_limit"] == {"per_minute": 5, "burst": 10}
    assert limited["allowed_cidrs"] == ["10.0.0.0/8"]
    assert limited["expires_at"] == "2026-04-30T22:00:00.000Z"

    lifted = _update(key["id"], tenant.admin, rate_limit=None, allowed_cidrs=None, expires_at=None).json

    assert lifted["rate_limit"] == {"per_minute": 60, "burst": 120}
    assert (lifted["allowed_cidrs"], lifted["expires_at"], lifted["version"]) == ([], None, 3)
    assert _use(key["key"]) == [200]


def test_an_empty_list_of_networks_means_any_address(tenant: Tenant) -> None:
    key = _create(tenant, allowed_cidrs=["10.0.0.0/8"])

    _update(key["id"], tenant.admin, allowed_cidrs=[])

    assert _use(key["key"]) == [200]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"scopes": ["admin"]}, "/scopes"),
        ({"mode": "test"}, "/mode"),
        ({"status": "active"}, "/status"),
        ({"rate_limit": {"per_minute": 0}}, "/rate_limit/per_minute"),
        ({"rate_limit": {"per_minute": 10, "burst": 9}}, "/rate_limit"),
        ({"rate_limit": {"burst": 9}}, "/rate_limit/per_minute"),
        ({"allowed_cidrs": ["10.0.0.0/33"]}, "/allowed_cidrs/0"),
        ({"allowed_cidrs": ["10.0.0.0/8"] * 101}, "/allowed_cidrs"),
        ({"expires_at": "2026-04-24T17:42:11"}, "/expires_at"),
        ({"expires_at": "2026-04-24T17:42:11.314Z"}, "/expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_changes(
    tenant: Tenant, key: Any, change: dict[str, Any], pointer: str
) -> None:
    response = _update(key["id"], tenant.admin, **change)

    assert (response.status, response.error) == (422, "validation_error")
    assert response.json["error"]["details"]["fields"][0]["pointer"] == pointer
    assert call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json["version"] == 1


def test_an_update_without_changes_writes_nothing(tenant: Tenant, key: Any) -> None:
    written = len(items())

    for body in ({}, {"name": "A"}, {"allowed_cidrs": None, "rate_limit": {"per_minute": 60}}):
        response = _update(key["id"], tenant.admin, **body)
        assert (response.status, response.json["version"]) == (200, 1)

    assert len(items()) == written
    assert _update(key["id"], tenant.admin, name="A", headers={"If-Match": '"7"'}).status == 412


def test_if_match_is_honoured(tenant: Tenant, key: Any) -> None:
    assert _update(key["id"], tenant.admin, name="B", headers={"If-Match": '"2"'}).status == 412
    assert _update(key["id"], tenant.admin, name="B", headers={"If-Match": '"1"'}).status == 200


def test_only_an_active_key_can_be_changed(clock: Clock, tenant: Tenant, key: Any) -> None:
    expiring, rotated = _create(tenant, expires_at="2026-04-24T18:00:00Z"), _create(tenant)
    call("POST", f"/v1/api-keys/{rotated['id']}/rotate", key=tenant.admin)
    call("DELETE", f"/v1/api-keys/{key['id']}", key=tenant.admin)
    clock.advance(hours=1)

    for inactive, status in ((key, "revoked"), (rotated, "rotating"), (expiring, "expired")):
        response = _update(inactive["id"], tenant.admin, name="B", expires_at=None)
        assert (response.status, response.error) == (409, "conflict")
        assert response.json["error"]["details"]["status"] == status
    assert _use(expiring["key"]) == [401]


def test_a_test_key_changes_test_keys_only(tenant: Tenant, key: Any) -> None:
    refused = _update(key["id"], tenant.test_admin, name="B")
    test_key = _create(tenant, mode="test")

    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert _update(test_key["id"], tenant.test_admin, name="B").status == 200


def test_another_organizations_key_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    for key_id in (stranger.admin_id, "key_x", "key_01kq09bekje6vbq5xe2b60xtww"):
        response = _update(key_id, tenant.admin, name="B")
        assert (response.status, response.error) == (404, "not_found")


@pytest.mark.parametrize("scope", ["read", "write"])
def test_only_an_admin_key_creates_updates_or_rotates_keys(tenant: Tenant, key: Any, scope: str) -> None:
    """No key can grant a scope that it does not have, because only admin keys grant scopes."""
    lower = {"read": tenant.read, "write": tenant.write}[scope]

    for method, path, body in (
        ("POST", "/v1/api-keys", {"name": "A", "scopes": ["admin"]}),
        ("PATCH", f"/v1/api-keys/{key['id']}", {"name": "B"}),
        ("POST", f"/v1/api-keys/{key['id']}/rotate", {}),
        ("DELETE", f"/v1/api-keys/{key['id']}", None),
    ):
        response = call(method, path, key=lower, json_body=body)
        assert (response.status, response.error) == (403, "insufficient_scope")
        assert response.json["error"]["details"]["required"] == "admin"


def test_it_is_audited_by_field_and_emits_no_event(tenant: Tenant, key: Any) -> None:
    _update(key["id"], tenant.admin, name="B", rate_limit={"per_minute": 5}, allowed_cidrs=["10.0.0.0/8"])

    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "api_key.updated"]
    assert record["resource"] == {"type": "api_key", "id": key["id"]}
    assert record["changes"] == [
        {"field": "allowed_cidrs", "from": None, "to": ["10.0.0.0/8"]},
        {"field": "burst", "from": 120, "to": 10},
        {"field": "name", "from": "A", "to": "B"},
        {"field": "per_minute", "from": 60, "to": 5},
    ]
    assert items("EVENT") == []


def test_a_replay_changes_nothing_again(tenant: Tenant, key: Any) -> None:
    once = {"Idempotency-Key": "k"}
    first = _update(key["id"], tenant.admin, headers=once, name="B")
    _update(key["id"], tenant.admin, name="C")

    again = _update(key["id"], tenant.admin, headers=once, name="B")

    assert (again.headers["Idempotent-Replayed"], again.json) == ("true", first.json)
    assert call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json["name"] == "C"


# ---------------------------------------------------------------- a key in use


def test_a_lowered_limit_applies_to_the_next_request(tenant: Tenant, key: Any) -> None:
    assert _use(key["key"], 10) == [200] * 10

    _update(key["id"], tenant.admin, rate_limit={"per_minute": 5})

    assert _use(key["key"], 2) == [429, 429]


def test_a_raised_limit_reopens_a_closed_minute(clock: Clock, tenant: Tenant) -> None:
    key = _create(tenant, rate_limit={"per_minute": 4})
    for _ in range(2):
        _use(key["key"], 8)
        clock.next_minute()
    # The window's limit is reached before the burst of this minute: the key is refused for the rest of the minute.
    assert _use(key["key"], 6) == [200] * 4 + [429] * 2

    _update(key["id"], tenant.admin, rate_limit={"per_minute": 8})

    assert _use(key["key"], 13) == [200] * 12 + [429]


def test_networks_apply_to_the_next_request(tenant: Tenant, key: Any) -> None:
    assert _use(key["key"]) == [200]

    _update(key["id"], tenant.admin, allowed_cidrs=["10.0.0.0/8"])

    refused = call("GET", "/v1/health", key=key["key"])
    assert (refused.status, refused.error) == (403, "ip_not_allowed")
    assert call("GET", "/v1/health", key=key["key"], ip="10.1.2.3").status == 200


def test_an_expiry_applies_when_it_is_reached(clock: Clock, tenant: Tenant, key: Any) -> None:
    _update(key["id"], tenant.admin, expires_at="2026-04-24T17:43:00Z")
    assert _use(key["key"]) == [200]

    clock.next_minute()

    assert call("GET", "/v1/health", key=key["key"]).error == "expired_key"


def test_an_update_keeps_counters_and_last_use(tenant: Tenant, key: Any) -> None:
    _use(key["key"], 3)

    _update(key["id"], tenant.admin, name="B", rate_limit={"per_minute": 10})

    response = call("GET", "/v1/health", key=key["key"])
    assert (response.headers["X-RateLimit-Limit"], response.headers["X-RateLimit-Remaining"]) == ("10", "6")
    shown = call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json
    assert shown["last_used"]["ip"] == "203.0.113.7"


def test_a_key_cannot_lock_itself_out(tenant: Tenant) -> None:
    refused = _update(tenant.admin_id, tenant.admin, allowed_cidrs=["10.0.0.0/8"])

    (field,) = refused.json["error"]["details"]["fields"]
    assert (refused.status, field["pointer"], field["type"]) == (422, "/allowed_cidrs", "locks_out")
    assert _update(tenant.admin_id, tenant.admin, allowed_cidrs=["203.0.113.0/24"]).status == 200
    assert _use(tenant.admin) == [200]


# ---------------------------------------------------------------- the last admin key


def test_the_last_live_admin_key_cannot_get_an_expiry(clock: Clock, tenant: Tenant) -> None:
    _create(tenant, scopes=["admin"], expires_at="2099-01-01T00:00:00Z")
    _create(tenant, scopes=["admin"], mode="test")

    refused = _update(tenant.admin_id, tenant.admin, expires_at="2099-01-01T00:00:00Z")

    assert (refused.status, refused.error) == (409, "conflict")
    shown = call("GET", f"/v1/api-keys/{tenant.admin_id}", key=tenant.admin).json
    assert (shown["expires_at"], shown["version"]) == (None, 1)
    assert _update(tenant.admin_id, tenant.admin, name="B").status == 200


def test_setting_and_removing_an_expiry_changes_the_count(clock: Clock, tenant: Tenant) -> None:
    other = _create(tenant, scopes=["admin"])
    end: dict[str, Any] = {"expires_at": "2099-01-01T00:00:00Z"}

    assert _update(tenant.admin_id, tenant.admin, **end).status == 200
    assert _update(other["id"], other["key"], **end).status == 409
    assert call("DELETE", f"/v1/api-keys/{other['id']}", key=other["key"]).status == 409
    assert _update(tenant.admin_id, other["key"], expires_at=None).status == 200
    assert _update(other["id"], other["key"], **end).status == 200
    assert call("DELETE", f"/v1/api-keys/{tenant.admin_id}", key=tenant.admin).status == 409


def test_another_expiry_of_an_expiring_key_does_not_change_the_count(clock: Clock, tenant: Tenant) -> None:
    ending = _create(tenant, scopes=["admin"], expires_at="2099-01-01T00:00:00Z")

    assert _update(ending["id"], tenant.admin, expires_at="2098-01-01T00:00:00Z").status == 200
    assert call("DELETE", f"/v1/api-keys/{tenant.admin_id}", key=tenant.admin).status == 409
