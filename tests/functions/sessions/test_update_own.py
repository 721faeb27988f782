"""PATCH /v1/session: the organization and the mode are switched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.support.callrail import stored
from tests.support.http import call
from tests.support.sessions import invite, signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def test_a_switch_does_not_extend_a_session(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)
    before = call("GET", "/v1/session", key=dana.text).json
    clock.advance(minutes=30)

    after = call("PATCH", "/v1/session", key=dana.text, json_body={"mode": "test"}).json

    assert after["expires_at"] == before["expires_at"]
    assert after["auth_time"] == before["auth_time"]


def test_a_session_that_switches_the_mode_is_replaced(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    answer = call("PATCH", "/v1/session", key=dana.text, json_body={"mode": "test"})

    assert answer.status == 200, answer.text
    assert answer.json["mode"] == "test"
    assert call("GET", "/v1/session", key=dana.text).status == 401
    assert call("GET", "/v1/session", key=answer.json["session"]).json["mode"] == "test"
    (record,) = [one for one in stored("AUDIT", tenant.id) if one["action"] == "session.switched"]
    assert record["resource"] == {"type": "session", "id": dana.session_id}


def test_neither_log_says_what_the_other_organization_is(tenant: Tenant, stranger: Tenant) -> None:
    dana = signed_in(tenant)
    invite(stranger, "viewer", dana.email)

    answer = call("PATCH", "/v1/session", key=dana.text, json_body={"organization_id": stranger.id})

    assert answer.status == 200, answer.text
    assert (answer.json["organization"]["id"], answer.json["member"]["role"]) == (stranger.id, "viewer")
    assert call("GET", "/v1/session", key=dana.text).status == 401
    assert call("GET", "/v1/health", key=answer.json["session"]).json["scopes"] == ["read"]
    left, entered = stored("AUDIT", tenant.id), stored("AUDIT", stranger.id)
    assert "session.switched" in [record["action"] for record in left]
    assert [record["actor"] for record in entered if record["action"] == "member.signed_in"] == [
        {"type": "member", "id": answer.json["member"]["id"], "ip": "203.0.113.7"}
    ]
    assert stranger.id not in str(left)
    assert tenant.id not in str(entered)
    assert dana.member_id not in str(entered)


def test_two_switches_at_once_leave_one_session(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda mode: call("PATCH", "/v1/session", key=dana.text, json_body={"mode": mode}),
                ("test", "live"),
            )
        )

    texts = [answer.json["session"] for answer in answers if answer.status == 200]
    alive = [text for text in texts if call("GET", "/v1/session", key=text).status == 200]
    assert len(alive) == 1
