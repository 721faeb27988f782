"""GET, PATCH and DELETE /v1/session, and what a session is as a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sessions import signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def test_a_session_shows_its_member_and_its_ends(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)

    answer = call("GET", "/v1/session", key=dana.text)

    assert answer.status == 200
    shown = answer.json
    assert shown["session"] is None
    assert shown["id"] == dana.session_id
    assert shown["member"] == {
        "id": dana.member_id,
        "email": dana.email,
        "name": "Dana Reyes",
        "role": "admin",
    }
    assert shown["organization"] == {"id": tenant.id, "name": "Acme Restoration"}
    assert shown["organizations"] == [{"id": tenant.id, "name": "Acme Restoration", "role": "admin"}]
    assert shown["mode"] == "live"
    assert answer.headers["X-RateLimit-Limit"] == "600"


def test_an_ended_session_is_refused_on_its_next_request(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    assert call("DELETE", "/v1/session", key=dana.text).status == 204

    refused = call("GET", "/v1/session", key=dana.text)
    assert (refused.status, refused.error) == (401, "invalid_key")


def test_a_session_that_switches_the_mode_is_replaced(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    answer = call("PATCH", "/v1/session", key=dana.text, json_body={"mode": "test"})

    assert answer.status == 200, answer.text
    assert answer.json["mode"] == "test"
    assert call("GET", "/v1/session", key=dana.text).status == 401
    assert call("GET", "/v1/session", key=answer.json["session"]).json["mode"] == "test"
