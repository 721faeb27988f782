"""POST /v1/api-keys/{key_id}/rotate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def key(clock: Clock, tenant: Tenant) -> Any:
    body = {
        "name": "A",
        "scopes": ["read", "write"],
        "rate_limit": {"per_minute": 7},
        "allowed_cidrs": ["203.0.113.0/24"],
    }
    return call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json


def _rotate(tenant: Tenant, key_id: str, body: object = None, **headers: str) -> ApiResponse:
    path = f"/v1/api-keys/{key_id}/rotate"
    return call("POST", path, key=tenant.admin, json_body=body, headers=headers)


def _alive(key: str) -> str:
    response = call("GET", "/v1/health", key=key)
    return "alive" if response.status == 200 else response.error


def test_the_new_key_has_the_old_ones_rights(tenant: Tenant, key: Any) -> None:
    response = _rotate(tenant, key["id"])

    assert response.status == 200
    new = response.json
    assert new["key"] != key["key"]
    assert new["id"] != key["id"]
    for name in ("name", "scopes", "mode", "rate_limit", "allowed_cidrs", "expires_at"):
        assert new[name] == key[name], name


def test_the_default_overlap_is_a_day(clock: Clock, tenant: Tenant, key: Any) -> None:
    new = _rotate(tenant, key["id"]).json

    old = call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json
    assert (old["status"], old["replaced_by"]) == ("rotating", new["id"])
    assert old["expires_at"] == "2026-04-25T17:42:11.314Z"
    clock.advance(hours=23, minutes=59)
    assert (_alive(key["key"]), _alive(new["key"])) == ("alive", "alive")
    clock.advance(minutes=1)
    assert (_alive(key["key"]), _alive(new["key"])) == ("expired_key", "alive")


@pytest.mark.parametrize("seconds", [1, 604_800])
def test_the_overlap_can_be_chosen(clock: Clock, tenant: Tenant, key: Any, seconds: int) -> None:
    assert _rotate(tenant, key["id"], {"overlap_seconds": seconds}).status == 200

    clock.advance(seconds=seconds - 0.001)
    assert _alive(key["key"]) == "alive"
    clock.advance(seconds=0.001)
    assert _alive(key["key"]) == "expired_key"


def test_without_an_overlap_the_old_key_is_refused_at_once(tenant: Tenant, key: Any) -> None:
    new = _rotate(tenant, key["id"], {"overlap_seconds": 0}).json

    assert (_alive(key["key"]), _alive(new["key"])) == ("revoked_key", "alive")


@pytest.mark.parametrize("wrong", [-1, 604_801, "soon", 1.5, None, True, "60"])
def test_an_overlap_out_of_range_is_rejected(tenant: Tenant, key: Any, wrong: object) -> None:
    response = _rotate(tenant, key["id"], {"overlap_seconds": wrong})

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (
        422,
        "/overlap_seconds",
    )


def test_rotation_keeps_an_earlier_expiry(tenant: Tenant, key: Any) -> None:
    body = {"name": "B", "scopes": ["read"], "expires_at": "2026-04-24T18:00:00Z"}
    ending = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json

    new = _rotate(tenant, ending["id"]).json

    old = call("GET", f"/v1/api-keys/{ending['id']}", key=tenant.admin).json
    assert (old["expires_at"], new["expires_at"]) == (ending["expires_at"], ending["expires_at"])


def test_only_an_active_key_can_be_rotated(tenant: Tenant, key: Any) -> None:
    _rotate(tenant, key["id"])
    again = _rotate(tenant, key["id"])
    assert (again.status, again.error) == (409, "conflict")
    assert again.json["error"]["details"]["status"] == "rotating"

    call("DELETE", f"/v1/api-keys/{key['id']}", key=tenant.admin)
    assert _rotate(tenant, key["id"]).json["error"]["details"]["status"] == "revoked"


def test_a_rotating_key_can_be_revoked(tenant: Tenant, key: Any) -> None:
    _rotate(tenant, key["id"])

    assert call("DELETE", f"/v1/api-keys/{key['id']}", key=tenant.admin).status == 204
    assert _alive(key["key"]) == "revoked_key"


def test_the_last_admin_key_can_be_rotated_and_the_new_key_is_then_the_last(
    clock: Clock, tenant: Tenant
) -> None:
    new = _rotate(tenant, tenant.admin_id, {"overlap_seconds": 60}).json

    assert call("DELETE", f"/v1/api-keys/{tenant.admin_id}", key=new["key"]).status == 204
    refused = call("DELETE", f"/v1/api-keys/{new['id']}", key=new["key"])
    assert (refused.status, refused.error) == (409, "conflict")


def test_a_replay_shows_null_and_creates_no_third_key(tenant: Tenant, key: Any) -> None:
    first = _rotate(tenant, key["id"], {}, **{"Idempotency-Key": "k"})

    again = _rotate(tenant, key["id"], {}, **{"Idempotency-Key": "k"})

    assert (again.status, again.json) == (200, {**first.json, "key": None})


def test_another_organizations_key_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    assert _rotate(tenant, stranger.admin_id).status == 404
    assert _alive(stranger.admin) == "alive"


def test_a_test_key_cannot_rotate_a_live_one(tenant: Tenant, key: Any) -> None:
    response = call("POST", f"/v1/api-keys/{key['id']}/rotate", key=tenant.test_admin)

    assert (response.status, response.error) == (403, "insufficient_scope")


def test_it_is_audited_and_emits_an_event(tenant: Tenant, key: Any) -> None:
    new = _rotate(tenant, key["id"]).json

    log = call("GET", f"/v1/audit-log?resource_type=api_key&resource_id={key['id']}", key=tenant.admin)

    record = log.json["data"][0]
    assert record["action"] == "api_key.rotated"
    assert {"field": "replaced_by", "from": None, "to": new["id"]} in record["changes"]
    (event,) = items("EVENT")
    data = json.loads(event["data"]["S"])
    assert event["type"]["S"] == "api_key.rotated"
    assert (data["id"], data["status"], data["replaced_by"]) == (key["id"], "rotating", new["id"])
    assert new["key"] not in json.dumps(items())


# ---------------------------------------------------------------- the warning


def _warning(response: ApiResponse) -> tuple[str | None, str | None]:
    return response.headers.get("Deprecation"), response.headers.get("Sunset")


SINCE = ("@1777052531", "Sat, 25 Apr 2026 17:42:11 GMT")


def test_every_response_to_a_rotated_key_has_its_expiry(clock: Clock, tenant: Tenant, key: Any) -> None:
    new = _rotate(tenant, key["id"]).json
    body = {"email": "a@example.com"}
    once = {"Idempotency-Key": "k"}

    def send(method: str, path: str, **more: Any) -> ApiResponse:
        return call(method, path, key=key["key"], **more)

    lead = send("POST", "/v1/leads", json_body=body, headers=once)
    path = f"/v1/leads/{lead.json['id']}"
    responses = {
        200: send("GET", "/v1/health"),
        201: lead,
        304: send("GET", path, headers={"If-None-Match": lead.headers["ETag"]}),
        400: send("GET", "/v1/leads?cursor=x"),
        403: send("GET", "/v1/api-keys"),
        404: send("GET", "/v1/leads/lead_x"),
        409: send("POST", "/v1/leads", json_body=body),
        412: send("PATCH", path, json_body={}, headers={"If-Match": '"9"'}),
        422: send("GET", "/v1/leads?limit=x"),
    }
    replayed = send("POST", "/v1/leads", json_body=body, headers=once)
    elsewhere = send("GET", "/v1/health", ip="198.51.100.1")
    limited = [send("GET", "/v1/health") for _ in range(14)][-1]

    assert {status: response.status for status, response in responses.items()} == {
        status: status for status in responses
    }
    assert {_warning(response) for response in responses.values()} == {SINCE}
    assert (replayed.headers["Idempotent-Replayed"], _warning(replayed)) == ("true", SINCE)
    assert (elsewhere.error, _warning(elsewhere)) == ("ip_not_allowed", SINCE)
    assert (limited.error, _warning(limited)) == ("rate_limited", SINCE)
    assert _warning(call("GET", "/v1/health", key=new["key"])) == (None, None)


def test_the_warning_is_present_if_the_limiter_fails_open(
    clock: Clock, tenant: Tenant, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rotate(tenant, key["id"])

    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = "InternalServerError"
        response = call("GET", "/v1/health", key=key["key"])

    assert (response.status, _warning(response)) == (200, SINCE)


def test_an_expiring_or_expired_key_gets_no_warning(clock: Clock, tenant: Tenant, key: Any) -> None:
    body = {"name": "B", "scopes": ["read"], "expires_at": "2026-04-24T18:00:00Z"}
    ending = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json
    _rotate(tenant, key["id"], {"overlap_seconds": 60})
    assert _warning(call("GET", "/v1/health", key=ending["key"])) == (None, None)

    clock.advance(minutes=1)

    assert _warning(call("GET", "/v1/health", key=key["key"])) == (None, None)


def test_lists_show_the_rotation_and_the_expiry_of_a_key(clock: Clock, tenant: Tenant, key: Any) -> None:
    clock.advance(minutes=1)
    new = _rotate(tenant, key["id"], {"overlap_seconds": 604_800}).json

    listed = {item["id"]: item for item in call("GET", "/v1/api-keys", key=tenant.admin).json["data"]}

    old = listed[key["id"]]
    assert (old["status"], old["replaced_by"]) == ("rotating", new["id"])
    assert (old["rotated_at"], old["expires_at"]) == ("2026-04-24T17:43:11.314Z", "2026-05-01T17:43:11.314Z")
    assert (listed[new["id"]]["status"], listed[new["id"]]["rotated_at"]) == ("active", None)
    clock.advance(days=7)
    assert call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json["status"] == "expired"
