"""DELETE /v1/organizations/me/members/{member_id}/sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import stored
from tests.support.http import call
from tests.support.sessions import sign_in, signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _path(member_id: str) -> str:
    return f"/v1/organizations/me/members/{member_id}/sessions"


def test_an_admin_ends_all_sessions_of_a_member(tenant: Tenant) -> None:
    first = signed_in(tenant)
    second = sign_in(first.email)

    assert call("DELETE", _path(first.member_id), key=tenant.admin).status == 204

    assert [call("GET", "/v1/session", key=session.text).status for session in (first, second)] == [401, 401]
    assert [record["action"] for record in stored("AUDIT", tenant.id)].count("session.ended") == 2
    assert call("DELETE", _path(first.member_id), key=tenant.admin).status == 204
