"""POST /v1/api-keys."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.domain.api_keys import quota
from eal.domain.credentials.text import is_well_formed
from eal.domain.organizations import store as organizations
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.tenants import new_tenant, operator

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _create(key: str, /, **body: object) -> ApiResponse:
    return call("POST", "/v1/api-keys", key=key, json_body={"name": "Form", "scopes": ["write"], **body})


def _access_items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.dynamodb().scan(TableName=settings.access_table())["Items"]
    return found


@pytest.mark.parametrize(("written", "status"), [("60.0", 201), ("6e1", 201), ("60.5", 422), ("1e400", 422)])
def test_a_number_without_a_fraction_is_an_integer(tenant: Tenant, written: str, status: int) -> None:
    body = f'{{"name": "a", "scopes": ["read"], "rate_limit": {{"per_minute": {written}}}}}'

    response = call("POST", "/v1/api-keys", key=tenant.admin, body=body)

    assert response.status == status
    if status == 201:
        assert response.json["rate_limit"]["per_minute"] == 60


def test_a_new_key_is_shown_once_and_works(tenant: Tenant) -> None:
    response = _create(tenant.admin)

    assert response.status == 201
    key = response.json
    assert is_well_formed(key["key"])
    assert key["key"].startswith("eal_live_")
    assert len(key["key"]) == len("eal_live_") + 38
    assert key["last_four"] == key["key"][-4:]
    assert (key["prefix"], key["mode"], key["status"], key["scopes"]) == (
        "eal_live_",
        "live",
        "active",
        ["write"],
    )
    assert key["created_by"] == {"type": "api_key", "id": tenant.admin_id}
    assert key["rate_limit"] == {"per_minute": 60, "burst": 120}
    assert response.headers["ETag"] == '"1"'
    assert call("GET", "/v1/health", key=key["key"]).json["scopes"] == ["read", "write"]
    shown = call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin)
    assert "key" not in shown.json


def test_only_the_hash_is_stored(tenant: Tenant) -> None:
    text = _create(tenant.admin).json["key"]

    stored = json.dumps([items(), _access_items()])

    assert text not in stored
    assert text[len("eal_live_") : -6] not in stored
    assert f"K#{hashlib.sha256(text.encode()).hexdigest()}" in {item["pk"]["S"] for item in _access_items()}


def test_a_replay_shows_null_and_creates_no_second_key(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "k"}
    body = {"name": "Form", "scopes": ["write"]}
    first = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body, headers=headers)

    again = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body, headers=headers)

    assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json == {**first.json, "key": None}
    assert first.json["key"] not in json.dumps(items())
    names = [key["name"] for key in call("GET", "/v1/api-keys", key=tenant.admin).json["data"]]
    assert names.count("Form") == 1


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["read"], {"GET /v1/leads": 200, "POST /v1/leads": 403, "GET /v1/api-keys": 403}),
        (["write"], {"GET /v1/leads": 200, "POST /v1/leads": 422, "GET /v1/api-keys": 403}),
        (["admin"], {"GET /v1/leads": 200, "POST /v1/leads": 422, "GET /v1/api-keys": 200}),
        (["read", "admin"], {"GET /v1/leads": 200, "POST /v1/leads": 422, "GET /v1/api-keys": 200}),
    ],
)
def test_a_scope_includes_those_below_it(tenant: Tenant, scopes: list[str], allowed: dict[str, int]) -> None:
    key = _create(tenant.admin, scopes=scopes).json["key"]

    for route, status in allowed.items():
        method, path = route.split()
        body: dict[str, object] | None = {} if method == "POST" else None
        assert call(method, path, key=key, json_body=body).status == status, route


def test_a_live_key_creates_keys_of_both_modes_and_a_test_key_only_test_keys(tenant: Tenant) -> None:
    assert _create(tenant.admin, mode="test").json["key"].startswith("eal_test_")
    assert _create(tenant.admin).json["mode"] == "live"
    assert _create(tenant.test_admin).json["mode"] == "test"

    refused = _create(tenant.test_admin, mode="live")

    assert (refused.status, refused.error) == (403, "insufficient_scope")
    details = refused.json["error"]["details"]
    assert (details["reason"], "required" in details) == ("test_key", False)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["root"]}, "/scopes/0"),
        ({"mode": "both"}, "/mode"),
        ({"name": "a\nb\x00\x1b[31m"}, "/name"),
        ({"expires_at": 1900000000}, "/expires_at"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"expires_at": "2026-04-24T17:42:11"}, "/expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"rate_limit": {"per_minute": 0}}, "/rate_limit/per_minute"),
        ({"rate_limit": {"per_minute": 301}}, "/rate_limit/per_minute"),
        ({"rate_limit": {"per_minute": 300, "burst": 601}}, "/rate_limit/burst"),
        ({"rate_limit": {"per_minute": 6001}}, "/rate_limit/per_minute"),
        ({"rate_limit": {"per_minute": 6000, "burst": 12_001}}, "/rate_limit/burst"),
        ({"rate_limit": {"per_minute": 10, "burst": 5}}, "/rate_limit"),
        ({"allowed_cidrs": ["10.0.0.0/33"]}, "/allowed_cidrs/0"),
        ({"key": "eal_live_mine"}, "/key"),
    ],
)
def test_a_wrong_field_is_named(tenant: Tenant, change: dict[str, object], pointer: str) -> None:
    response = _create(tenant.admin, **change)

    assert (response.status, response.error) == (422, "validation_error")
    assert response.json["error"]["details"]["fields"][0]["pointer"] == pointer


def test_a_key_expires_at_its_expiry(clock: Clock, tenant: Tenant) -> None:
    key = _create(tenant.admin, expires_at="2026-04-24T19:42:12+02:00").json
    assert key["expires_at"] == "2026-04-24T17:42:12.000Z"
    assert call("GET", "/v1/health", key=key["key"]).status == 200

    clock.advance(seconds=1)

    refused = call("GET", "/v1/health", key=key["key"])
    assert (refused.status, refused.error) == (401, "expired_key")
    assert "X-RateLimit-Limit" not in refused.headers
    assert call("GET", f"/v1/api-keys/{key['id']}", key=tenant.admin).json["status"] == "expired"


def test_a_bound_key_creates_keys_with_its_own_bounds(tenant: Tenant) -> None:
    bounds = {"expires_at": "2099-01-01T00:00:00.000Z", "allowed_cidrs": ["203.0.113.0/24", "2001:db8::/32"]}
    bound = _create(tenant.admin, scopes=["admin"], **bounds).json["key"]

    made = _create(bound, scopes=["admin"]).json
    less = {"expires_at": "2098-01-01T00:00:00.000Z", "allowed_cidrs": ["203.0.113.128/25", "2001:db8::/32"]}
    narrower = _create(bound, **less).json

    assert {name: made[name] for name in bounds} == bounds
    assert {name: narrower[name] for name in less} == less


@pytest.mark.parametrize(
    "more",
    [
        {"expires_at": "2099-01-01T00:00:00.001Z"},
        {"allowed_cidrs": ["203.0.113.0/23"]},
        {"allowed_cidrs": ["203.0.113.0/25", "0.0.0.0/0"]},
        {"allowed_cidrs": ["::/0"]},
    ],
)
def test_a_bound_key_cannot_exceed_its_own_bounds(tenant: Tenant, more: dict[str, object]) -> None:
    bounds = {"expires_at": "2099-01-01T00:00:00Z", "allowed_cidrs": ["203.0.113.0/24"]}
    bound = _create(tenant.admin, scopes=["admin"], **bounds).json
    free = _create(tenant.admin).json
    changed = dict.fromkeys(more)

    responses = [
        _create(bound["key"], **more),
        call("PATCH", f"/v1/api-keys/{bound['id']}", key=bound["key"], json_body=more),
        call("PATCH", f"/v1/api-keys/{bound['id']}", key=bound["key"], json_body=changed),
        call("PATCH", f"/v1/api-keys/{free['id']}", key=bound["key"], json_body=more),
        call("POST", f"/v1/api-keys/{tenant.admin_id}/rotate", key=bound["key"]),
    ]

    assert [(response.status, response.error) for response in responses] == [
        (403, "insufficient_scope")
    ] * len(responses)
    for response in responses:
        details = response.json["error"]["details"]
        assert (details["reason"], details["bound"] in bounds, "required" in details) == (
            "bound",
            True,
            False,
        )
    assert (
        call("PATCH", f"/v1/api-keys/{tenant.admin_id}", key=bound["key"], json_body={"name": "B"}).status
        == 200
    )
    assert call("POST", f"/v1/api-keys/{bound['id']}/rotate", key=bound["key"]).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        "eal_live_",
        "eal_prod_0000000000000000000000000000000000000x",
        "sk_live_00000000000000000000000000000000aaaaaa",
        "eal_live_0000000000000000000000000000000000aaaa",
        "eal_live_" + "0" * 38 + "\u0661",
        "x" * 100_000,
    ],
)
def test_a_malformed_key_costs_no_database_call(
    tenant: Tenant, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        response = call("GET", "/v1/health", key=wrong)

    assert (response.status, response.error) == (401, "invalid_key")
    assert calls.made == []


def test_a_mistyped_character_costs_no_database_call(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    at = len("eal_live_") + 5
    other = "a" if tenant.read[at] != "a" else "b"

    with watched_calls(monkeypatch) as calls:
        response = call("GET", "/v1/health", key=tenant.read[:at] + other + tenant.read[at + 1 :])

    assert (response.status, response.error, calls.made) == (401, "invalid_key", [])


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "", " ", "eal_live_x"])
def test_a_header_without_a_bearer_token_is_a_missing_key(tenant: Tenant, header: str) -> None:
    response = call("GET", "/v1/health", headers={"Authorization": header})

    assert (response.status, response.error) == (401, "missing_key")


def test_a_key_with_networks_works_only_from_them_and_refusals_are_not_counted(
    clock: Clock, tenant: Tenant
) -> None:
    body: dict[str, object] = {"scopes": ["read"], "allowed_cidrs": ["10.1.2.3/8", "2001:db8::/32"]}
    key = _create(tenant.admin, **body).json
    assert key["allowed_cidrs"] == ["10.0.0.0/8", "2001:db8::/32"]

    for address in ("203.0.113.7", "2001:db9::1", "", "not an address"):
        refused = call("GET", "/v1/health", key=key["key"], ip=address)
        assert (refused.status, refused.error) == (403, "ip_not_allowed")
        assert refused.headers["X-RateLimit-Remaining"] == "60"

    for number, address in enumerate(("10.200.0.1", "2001:db8::1"), 1):
        response = call("GET", "/v1/health", key=key["key"], ip=address)
        assert (response.status, response.headers["X-RateLimit-Remaining"]) == (200, str(60 - number))


# ---------------------------------------------------------------- the rate limit


def test_sixty_a_minute_are_sustained(clock: Clock, tenant: Tenant) -> None:
    key = _create(tenant.admin, rate_limit={"per_minute": 6}).json["key"]

    for minute in range(8):
        for number in range(6):
            response = call("GET", "/v1/health", key=key)
            assert response.status == 200, (minute, number)
            assert response.headers["X-RateLimit-Remaining"] == str(5 - number)
        clock.next_minute()


def test_a_minute_allows_twice_the_limit_and_no_more(clock: Clock, tenant: Tenant) -> None:
    responses = [call("GET", "/v1/health", key=tenant.read) for _ in range(123)]

    assert [response.status for response in responses] == [200] * 120 + [429] * 3
    assert {response.headers["X-RateLimit-Limit"] for response in responses} == {"60"}
    assert [response.headers["X-RateLimit-Remaining"] for response in responses[58:62]] == [
        "1",
        "0",
        "0",
        "0",
    ]
    assert {response.headers["X-RateLimit-Reset"] for response in responses} == {"49"}
    refused = responses[-1]
    assert (refused.error, refused.headers["Retry-After"]) == ("rate_limited", "49")
    clock.advance(seconds=49)
    assert call("GET", "/v1/health", key=tenant.read).status == 200


def _use(key: str, times: int) -> list[ApiResponse]:
    return [call("GET", "/v1/health", key=key) for _ in range(times)]


def test_five_minutes_allow_five_times_the_limit_and_no_more(clock: Clock, tenant: Tenant) -> None:
    key = _create(tenant.admin, rate_limit={"per_minute": 4}).json["key"]
    used = []
    for _ in range(3):
        used.append(sum(response.status == 200 for response in _use(key, 10)))
        clock.next_minute()
    assert used == [8, 8, 4]

    refused = _use(key, 3)

    assert [response.status for response in refused] == [429] * 3
    # The window has room again when its first minute, two minutes ago, is five minutes old.
    assert [response.headers["Retry-After"] for response in refused] == ["120"] * 3
    clock.advance(seconds=119)
    assert _use(key, 1)[0].status == 429
    clock.advance(seconds=1)
    assert [response.status for response in _use(key, 9)] == [200] * 8 + [429]


def test_refused_requests_are_not_counted(clock: Clock, tenant: Tenant) -> None:
    key = _create(tenant.admin, rate_limit={"per_minute": 2}).json["key"]
    for _ in range(3):
        _use(key, 20)
        clock.next_minute()
    clock.advance(minutes=4)

    assert [response.status for response in _use(key, 5)] == [200] * 4 + [429]


def test_the_burst_can_be_set(clock: Clock, tenant: Tenant) -> None:
    key = _create(tenant.admin, rate_limit={"per_minute": 3, "burst": 3}).json
    assert key["rate_limit"] == {"per_minute": 3, "burst": 3}

    assert [response.status for response in _use(key["key"], 4)] == [200] * 3 + [429]


def test_stale_counters_of_an_idle_key_are_cleared(clock: Clock, tenant: Tenant) -> None:
    _use(tenant.read, 3)
    clock.advance(hours=3)

    assert _use(tenant.read, 1)[0].headers["X-RateLimit-Remaining"] == "59"

    read = next(item for item in _access_items() if item["name"]["S"] == "read")
    minutes = [name for name in read if name[0] == "m" and name[1:].isdigit()]
    assert len(minutes) == 1


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
def test_a_key_whose_requests_are_throttled_is_refused_and_not_admitted_uncounted(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = code
        response = call("GET", "/v1/leads", key=tenant.read)

    assert (response.status, response.error, response.headers["Retry-After"]) == (429, "rate_limited", "1")
    assert calls.made == ["UpdateItem"]
    assert "limiter_throttled" in caplog.messages
    assert "limiter_failed_open" not in caplog.messages
    assert call("GET", "/v1/leads", key=tenant.read).status == 200


def test_the_limiter_fails_open_if_the_table_cannot_write(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = "InternalServerError"
        response = call("GET", "/v1/health", key=tenant.read)

    assert response.status == 200
    assert response.headers["X-RateLimit-Limit"] == "60"
    assert '"limiter_failed_open":[1' in capsys.readouterr().out.replace(" ", "")


def test_if_reads_fail_too_the_service_is_unavailable(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse |= dict.fromkeys(("UpdateItem", "GetItem"), "InternalServerError")
        response = call("GET", "/v1/health", key=tenant.read)

    assert (response.status, response.error, response.headers["Retry-After"]) == (503, "unavailable", "1")


def test_failing_open_admits_neither_revoked_nor_unknown_keys(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = _create(tenant.admin).json
    assert call("DELETE", f"/v1/api-keys/{key['id']}", key=tenant.admin).status == 204

    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = "InternalServerError"
        response = call("GET", "/v1/health", key=key["key"])

    assert (response.status, response.error) == (401, "revoked_key")


def test_failing_open_checks_the_keys_networks(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    key = _create(tenant.admin, scopes=["read"], allowed_cidrs=["10.0.0.0/8"]).json["key"]

    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = "InternalServerError"
        outside = call("GET", "/v1/health", key=key, ip="203.0.113.7")
        inside = call("GET", "/v1/health", key=key, ip="10.0.0.1")

    assert (outside.status, inside.status) == (403, 200)


def test_failing_to_clear_stale_counters_does_not_refuse_the_request(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(tenant.read, 2)
    clock.advance(hours=1)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = "ProvisionedThroughputExceededException"
        calls.accept_first["UpdateItem"] = 1
        response = call("GET", "/v1/health", key=tenant.read)

    assert response.status == 200
    assert calls.made == ["UpdateItem", "UpdateItem"]


def test_creating_a_key_is_audited_without_its_text(tenant: Tenant) -> None:
    key = _create(tenant.admin).json

    log = call("GET", f"/v1/audit-log?resource_type=api_key&resource_id={key['id']}", key=tenant.admin)

    (record,) = log.json["data"]
    assert (record["action"], record["actor"]["id"]) == ("api_key.created", tenant.admin_id)
    assert key["key"] not in log.text


def test_the_operator_can_raise_the_rate_limit_of_an_organization(tenant: Tenant) -> None:
    below = {"per_minute": 2000, "burst": 4000}
    refused = _create(tenant.admin, rate_limit=below)
    by = operator(tenant.id)
    organizations.limit_keys(2000, by)
    by.transaction.commit()

    raised = _create(tenant.admin, rate_limit=below)
    above = [
        _create(tenant.admin, rate_limit={"per_minute": 2001}),
        _create(tenant.admin, rate_limit={"per_minute": 2000, "burst": 4001}),
    ]

    assert (refused.status, refused.error) == (422, "validation_error")
    assert refused.json["error"]["details"]["fields"][0]["message"].startswith("Must be at most 300")
    assert (raised.status, raised.json["rate_limit"]) == (201, below)
    assert [
        response.json["error"]["details"]["fields"][0]["message"].split(",")[0] for response in above
    ] == [
        "Must be at most 2000",
        "Must be at most 4000",
    ]


def _fill(tenant: Tenant, **body: object) -> list[Any]:
    """Create keys until one is rejected."""
    made = []
    while (response := _create(tenant.admin, **body)).status == 201:
        made.append(response.json)
    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["limit"] == quota.MAX_KEYS
    return made


def test_fifty_keys_of_a_mode_can_be_in_use(tenant: Tenant) -> None:
    _fill(tenant)

    keys = call("GET", "/v1/api-keys?limit=200", key=tenant.admin).json["data"]
    assert sum(key["mode"] == "live" for key in keys) == quota.MAX_KEYS
    assert [_create(key).status for key in (tenant.test_admin, new_tenant().admin)] == [201, 201]


def test_concurrent_requests_do_not_exceed_the_number_of_keys(tenant: Tenant) -> None:
    last = _fill(tenant)[-1]
    call("DELETE", f"/v1/api-keys/{last['id']}", key=tenant.admin)

    with ThreadPoolExecutor(8) as pool:
        rivals = list(pool.map(_create, [tenant.admin] * 8))

    assert sorted(response.status for response in rivals) == [201] + [409] * 7


def test_revoked_and_expired_keys_make_room(clock: Clock, tenant: Tenant) -> None:
    made = _fill(tenant, expires_at="2026-04-24T18:42:11Z")
    call("DELETE", f"/v1/api-keys/{made[0]['id']}", key=tenant.admin)
    assert len(_fill(tenant, expires_at="2026-04-24T18:42:11Z")) == 1

    clock.advance(hours=1)

    assert len(_fill(tenant)) == len(made)


def test_a_rotation_counts_its_old_key_until_the_overlap_ends(tenant: Tenant) -> None:
    made = _fill(tenant)
    path = f"/v1/api-keys/{made[0]['id']}/rotate"

    overlapping = call("POST", path, key=tenant.admin)
    at_once = call("POST", path, key=tenant.admin, json_body={"overlap_seconds": 0})

    assert (overlapping.status, overlapping.error) == (409, "conflict")
    assert at_once.status == 200
    assert _create(tenant.admin).status == 409
