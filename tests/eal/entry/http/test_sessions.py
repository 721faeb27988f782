"""A session as a credential: its end, its scope, its limits, and what needs a recent sign-in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock as product_clock
from tests.support.callrail import stored
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.sessions import invite, sign_in, signed_in
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from eal.core.caller import Role
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_api_key_is_no_session(tenant: Tenant, method: str) -> None:
    response = call(method, "/v1/session", key=tenant.admin, json_body={} if method == "PATCH" else None)

    assert (response.status, response.error) == (403, "insufficient_scope")
    assert response.json["error"]["details"]["required"] == "session"


def test_a_session_authenticates_with_one_update(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    dana = signed_in(tenant)

    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/health", key=dana.text)

    assert calls.made == ["UpdateItem"]


def test_a_session_ends_after_an_hour_without_use(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)
    for _ in range(3):
        clock.advance(minutes=59, seconds=59)
        assert call("GET", "/v1/health", key=dana.text).status == 200
    clock.advance(minutes=60)

    refused = call("GET", "/v1/health", key=dana.text)

    assert (refused.status, refused.error) == (401, "expired_key")
    assert call("GET", "/v1/health", key=dana.text).status == 401


def test_a_session_ends_twelve_hours_after_its_beginning(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)
    for _ in range(23):
        clock.advance(minutes=30)
        assert call("GET", "/v1/health", key=dana.text).status == 200
    clock.advance(minutes=30)

    refused = call("GET", "/v1/health", key=dana.text)

    assert (refused.status, refused.error) == (401, "expired_key")


def test_a_removed_member_is_refused_on_the_next_request(tenant: Tenant) -> None:
    dana = signed_in(tenant)
    second = sign_in(dana.email)

    assert call("DELETE", f"/v1/organizations/me/members/{dana.member_id}", key=tenant.admin).status == 204

    assert [call("GET", "/v1/health", key=text).status for text in (dana.text, second.text)] == [401, 401]
    assert [record["action"] for record in stored("AUDIT", tenant.id)].count("session.ended") == 2


def test_a_sign_in_and_a_removal_at_once_leave_no_session(tenant: Tenant) -> None:
    for _ in range(5):
        member_id, email = invite(tenant)
        with ThreadPoolExecutor(2) as pool:
            beginning = pool.submit(sign_in, email)
            path = f"/v1/organizations/me/members/{member_id}"
            removed = pool.submit(call, "DELETE", path, key=tenant.admin).result()
        assert removed.status == 204
        if beginning.exception() is None:
            assert call("GET", "/v1/health", key=beginning.result().text).status == 401


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        ("viewer", ["read"]),
        ("member", ["read", "write"]),
        ("admin", ["read", "write", "admin"]),
        ("owner", ["read", "write", "admin"]),
    ],
)
def test_the_role_decides_the_scope(tenant: Tenant, role: Role, scopes: list[str]) -> None:
    session = signed_in(tenant, role).text

    assert call("GET", "/v1/health", key=session).json["scopes"] == scopes
    write = call("POST", "/v1/leads", key=session, json_body={"email": "x@example.com"})
    admin = call("GET", "/v1/api-keys", key=session)
    assert write.status == (201 if "write" in scopes else 403)
    assert admin.status == (200 if "admin" in scopes else 403)


def test_a_change_names_the_member_and_the_address_of_the_browser(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    response = call(
        "POST",
        "/v1/leads",
        key=dana.text,
        json_body={"email": "x@example.com"},
        headers={"X-EAL-Client-IP": "2001:db8::7"},
    )

    assert response.status == 201
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "lead.created"]
    assert record["actor"] == {"type": "member", "id": dana.member_id, "ip": "2001:db8::7"}
    assert record["source"] == "dashboard"


@pytest.mark.parametrize("stated", ["", "not an address", "198.51.100.4, 10.0.0.1", "0x7f.1"])
def test_an_invalid_address_is_ignored(tenant: Tenant, stated: str) -> None:
    dana = signed_in(tenant)

    call(
        "POST",
        "/v1/leads",
        key=dana.text,
        json_body={"email": "x@example.com"},
        headers={"X-EAL-Client-IP": stated},
        ip="203.0.113.8",
    )

    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "lead.created"]
    assert record["actor"]["ip"] == "203.0.113.8"  # type: ignore[index, call-overload]  # Json


def test_a_key_cannot_state_another_address(tenant: Tenant) -> None:
    body = {"name": "Office", "scopes": ["read"], "allowed_cidrs": ["203.0.113.0/24"]}
    key = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json["key"]

    headers = {"X-EAL-Client-IP": "203.0.113.7"}

    assert call("GET", "/v1/health", key=key, ip="198.51.100.4", headers=headers).error == "ip_not_allowed"


def test_a_key_that_a_member_creates_outlives_the_session(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)

    key = call("POST", "/v1/api-keys", key=dana.text, json_body={"name": "Form", "scopes": ["write"]}).json

    assert key["expires_at"] is None
    assert key["created_by"] == {"type": "member", "id": dana.member_id}
    call("DELETE", "/v1/session", key=dana.text)
    clock.advance(hours=13)
    assert call("GET", "/v1/health", key=key["key"]).status == 200


def test_no_session_reads_another_organization(tenant: Tenant, stranger: Tenant) -> None:
    dana = signed_in(tenant)
    lead = call("POST", "/v1/leads", key=stranger.write, json_body={"email": "x@example.com"}).json
    other = signed_in(stranger)

    paths = (f"/v1/leads/{lead['id']}", f"/v1/organizations/me/members/{other.member_id}/sessions")

    assert [call("GET", path, key=dana.text).status for path in paths] == [404, 404]
    body = {"organization_id": stranger.id}
    assert call("PATCH", "/v1/session", key=dana.text, json_body=body).status == 404
    assert call("GET", "/v1/session", key=dana.text).status == 200


def test_a_session_does_not_use_up_the_limit_of_a_key(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)
    before = call("GET", "/v1/health", key=tenant.read).headers["X-RateLimit-Remaining"]

    statuses = [call("GET", "/v1/health", key=dana.text).status for _ in range(601)]

    assert statuses == [200] * 600 + [429]
    refused = call("GET", "/v1/health", key=dana.text)
    assert refused.json["error"]["message"].startswith("Too many requests with this session.")
    after = call("GET", "/v1/health", key=tenant.read).headers["X-RateLimit-Remaining"]
    assert int(after) == int(before) - 1


def test_a_session_is_admitted_while_the_table_refuses_writes(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana, ended = signed_in(tenant), signed_in(tenant)
    call("DELETE", "/v1/session", key=ended.text)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = "InternalServerError"

        assert call("GET", "/v1/health", key=dana.text).status == 200
        assert call("GET", "/v1/health", key=ended.text).status == 401
        clock.advance(minutes=60)
        assert call("GET", "/v1/health", key=dana.text).error == "expired_key"


def test_an_idempotency_key_belongs_to_one_session(tenant: Tenant) -> None:
    first = signed_in(tenant)
    second = sign_in(first.email)
    headers = {"Idempotency-Key": "form-1"}

    def create(text: str) -> Any:
        body = {"email": "x@example.com"}
        return call("POST", "/v1/leads?on_duplicate=return", key=text, json_body=body, headers=headers)

    made, replayed, other = create(first.text), create(first.text), create(second.text)

    assert made.status == 201
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in other.headers


DANGEROUS = [
    ("POST", "/v1/api-keys", {"name": "Form", "scopes": ["read"]}),
    ("POST", "/v1/webhooks", {"url": "https://hooks.example.com/eal", "events": ["lead.created"]}),
    ("POST", "/v1/organizations/me/members", {"email": "new@example.com", "role": "admin"}),
    ("POST", "/v1/audit-log/exports", {"format": "csv"}),
    ("PUT", "/v1/integrations/crm", {"settings": {"url": "https://crm.example.com/"}}),
]


@pytest.mark.parametrize(("method", "path", "body"), DANGEROUS, ids=[path for _, path, _ in DANGEROUS])
def test_a_dangerous_operation_requires_a_recent_sign_in(
    clock: Clock, tenant: Tenant, method: str, path: str, body: dict[str, Any]
) -> None:
    dana = signed_in(tenant)
    clock.advance(minutes=10, seconds=1)

    refused = call(method, path, key=dana.text, json_body=body)
    again = call(method, path, key=sign_in(dana.email).text, json_body=body)

    assert (refused.status, refused.error) == (403, "reauthentication_required")
    assert again.error != "reauthentication_required" if again.status >= 400 else True


def test_an_old_sign_in_is_not_made_recent_by_use_or_a_switch(clock: Clock, tenant: Tenant) -> None:
    dana = sign_in(invite(tenant)[1], auth_time=product_clock.now() - timedelta(minutes=11))
    switched = call("PATCH", "/v1/session", key=dana.text, json_body={"mode": "test"}).json["session"]

    response = call("POST", "/v1/api-keys", key=switched, json_body={"name": "Form", "scopes": ["read"]})

    assert response.error == "reauthentication_required"


def test_revoking_a_key_requires_no_recent_sign_in(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)
    body = {"name": "Form", "scopes": ["read"]}
    key = call("POST", "/v1/api-keys", key=dana.text, json_body=body).json
    clock.advance(minutes=30)

    assert call("DELETE", f"/v1/api-keys/{key['id']}", key=dana.text).status == 204


def test_a_parents_session_reads_a_child_that_granted_it(cloud: None) -> None:
    parent = new_tenant("Network")
    child = new_tenant("Child", parent.id)
    body = {"resources": ["leads"]}
    path = f"/v1/organizations/me/grants/{parent.id}"
    assert call("PUT", path, key=child.admin, json_body=body).status == 200
    dana = signed_in(parent, "viewer")
    headers = {"X-EAL-Organization": child.id}

    assert call("GET", "/v1/leads", key=dana.text, headers=headers).status == 200
    assert call("GET", "/v1/calls", key=dana.text, headers=headers).error == "grant_required"
    assert call("GET", "/v1/session", key=dana.text, headers=headers).error == "grant_required"
