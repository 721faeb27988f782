"""The sessions of a member: listed, and ended one by one or all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import stored
from tests.support.http import call
from tests.support.sessions import invite, sign_in, signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _path(member_id: str) -> str:
    return f"/v1/organizations/me/members/{member_id}/sessions"


def test_a_member_lists_and_ends_own_sessions(clock: Clock, tenant: Tenant) -> None:
    first = signed_in(tenant, "viewer")
    clock.advance(seconds=1)
    second = sign_in(first.email, mode="test")

    listed = call("GET", _path(first.member_id), key=first.text).json

    assert listed["next_cursor"] is None
    assert [(one["id"], one["mode"], one["is_current"]) for one in listed["data"]] == [
        (second.session_id, "test", False),
        (first.session_id, "live", True),
    ]
    assert call("DELETE", f"{_path(first.member_id)}/{second.session_id}", key=first.text).status == 204
    assert call("GET", "/v1/session", key=second.text).status == 401
    assert call("GET", "/v1/session", key=first.text).status == 200


def test_an_admin_ends_all_sessions_of_a_member(tenant: Tenant) -> None:
    first = signed_in(tenant)
    second = sign_in(first.email)

    assert call("DELETE", _path(first.member_id), key=tenant.admin).status == 204

    assert [call("GET", "/v1/session", key=one.text).status for one in (first, second)] == [401, 401]
    assert [record["action"] for record in stored("AUDIT", tenant.id)].count("session.ended") == 2
    assert call("DELETE", _path(first.member_id), key=tenant.admin).status == 204


def test_without_the_scope_admin_other_members_sessions_are_403(tenant: Tenant) -> None:
    dana, other = signed_in(tenant, "member"), signed_in(tenant, "viewer")

    for key in (dana.text, tenant.read, tenant.write):
        assert call("GET", _path(other.member_id), key=key).status == 403
        assert call("DELETE", _path(other.member_id), key=key).status == 403
        assert call("DELETE", f"{_path(other.member_id)}/{other.session_id}", key=key).status == 403
    assert call("GET", "/v1/session", key=other.text).status == 200


def test_what_does_not_exist_is_404(tenant: Tenant, stranger: Tenant) -> None:
    dana = signed_in(tenant)
    other_member, _ = invite(tenant)

    assert call("GET", _path("mem_01kq09bekje6vbq5xe2b60xtww"), key=tenant.admin).status == 404
    assert call("GET", _path(dana.member_id), key=stranger.admin).status == 404
    assert call("DELETE", _path(dana.member_id), key=stranger.admin).status == 404
    assert call("DELETE", f"{_path(other_member)}/{dana.session_id}", key=tenant.admin).status == 404
    assert call("GET", "/v1/session", key=dana.text).status == 200
