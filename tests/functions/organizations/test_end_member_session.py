"""DELETE /v1/organizations/me/members/{member_id}/sessions/{session_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sessions import sign_in, signed_in

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
    assert [(session["id"], session["mode"], session["is_current"]) for session in listed["data"]] == [
        (second.session_id, "test", False),
        (first.session_id, "live", True),
    ]
    assert call("DELETE", f"{_path(first.member_id)}/{second.session_id}", key=first.text).status == 204
    assert call("GET", "/v1/session", key=second.text).status == 401
    assert call("GET", "/v1/session", key=first.text).status == 200
