"""PATCH /v1/organizations/me/members/{member_id}, and what only an owner may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.http import Answer, call
from tests.support.sessions import invite, sign_in, signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

MEMBERS = "/v1/organizations/me/members"


def _update(key: str, member_id: str, /, **body: Any) -> Answer:
    return call("PATCH", f"{MEMBERS}/{member_id}", key=key, json_body=body)


def test_a_new_role_ends_the_members_sessions(tenant: Tenant) -> None:
    dana = signed_in(tenant, "admin")

    answer = _update(tenant.admin, dana.member_id, role="viewer")

    assert (answer.status, answer.json["role"]) == (200, "viewer")
    assert call("GET", "/v1/health", key=dana.text).status == 401
    assert call("GET", "/v1/health", key=sign_in(dana.email).text).json["scopes"] == ["read"]
    (record,) = [one for one in stored("AUDIT", tenant.id) if one["action"] == "member.updated"]
    assert record["changes"] == [{"field": "role", "from": "admin", "to": "viewer"}]


def test_a_new_name_ends_no_session_and_is_personal(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    answer = _update(tenant.admin, dana.member_id, name="Dana R.")

    assert answer.json["name"] == "Dana R."
    assert call("GET", "/v1/session", key=dana.text).json["member"]["name"] == "Dana R."
    assert "Dana R." not in str(stored("AUDIT", tenant.id))


def test_an_unchanged_member_keeps_its_version(tenant: Tenant) -> None:
    member_id, _ = invite(tenant, "viewer")

    assert _update(tenant.admin, member_id, role="viewer").headers["ETag"] == '"1"'
    stale = call(
        "PATCH", f"{MEMBERS}/{member_id}", key=tenant.admin, json_body={}, headers={"If-Match": '"7"'}
    )
    assert stale.status == 412


@pytest.mark.parametrize("body", [{"role": None}, {"role": "king"}, {"email": "x@example.com"}])
def test_an_invalid_body_is_422(tenant: Tenant, body: dict[str, Any]) -> None:
    assert _update(tenant.admin, invite(tenant)[0], **body).status == 422


def test_only_an_owner_acts_on_owners(tenant: Tenant) -> None:
    owner, admin = signed_in(tenant, "owner"), signed_in(tenant, "admin")
    viewer_id, _ = invite(tenant, "viewer")

    refused = [
        _update(admin.text, owner.member_id, role="viewer"),
        _update(admin.text, viewer_id, role="owner"),
        _update(admin.text, admin.member_id, role="owner"),
        call("DELETE", f"{MEMBERS}/{owner.member_id}", key=admin.text),
        call("POST", MEMBERS, key=admin.text, json_body={"email": "new@example.com", "role": "owner"}),
    ]

    assert {(answer.status, answer.error) for answer in refused} == {(403, "insufficient_scope")}
    assert _update(owner.text, viewer_id, role="owner").status == 200


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_no_lower_role_changes_members(tenant: Tenant, role: Any) -> None:
    session = signed_in(tenant, role)

    assert _update(session.text, session.member_id, role="owner").status == 403
    assert call("DELETE", f"{MEMBERS}/{session.member_id}", key=session.text).status == 403


def test_test_mode_changes_no_member(tenant: Tenant) -> None:
    dana = signed_in(tenant, "owner", "test")

    assert _update(dana.text, dana.member_id, role="viewer").error == "insufficient_scope"


def test_a_member_of_another_tenant_is_404(tenant: Tenant, stranger: Tenant) -> None:
    assert _update(stranger.admin, invite(tenant)[0], role="viewer").status == 404
