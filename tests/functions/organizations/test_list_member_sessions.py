"""GET /v1/organizations/me/members/{member_id}/sessions, and what lists and ends of sessions have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sessions import invite, signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _path(member_id: str) -> str:
    return f"/v1/organizations/me/members/{member_id}/sessions"


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
