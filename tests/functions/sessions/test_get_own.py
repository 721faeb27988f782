"""GET /v1/session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.domain.credentials.text import new_text
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.sessions import signed_in

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def test_a_session_shows_its_member_and_its_ends(clock: Clock, tenant: Tenant) -> None:
    dana = signed_in(tenant)

    response = call("GET", "/v1/session", key=dana.text)

    assert response.status == 200
    shown = response.json
    assert shown["session"] is None
    assert shown["id"] == dana.session_id
    assert shown["member"] == {
        "id": dana.member_id,
        "email": dana.email,
        "name": "Dana Reyes",
        "role": "admin",
    }
    assert shown["organization"] == {"id": tenant.id, "name": "Acme Restoration"}
    assert shown["organizations"] == [
        {"id": tenant.id, "name": "Acme Restoration", "role": "admin", "status": "active"}
    ]
    assert shown["mode"] == "live"
    assert response.headers["X-RateLimit-Limit"] == "600"


def test_an_unknown_and_a_malformed_session_are_401(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    text = new_text("session")

    unknown = call("GET", "/v1/session", key=text)
    with watched_calls(monkeypatch) as calls:
        malformed = call("GET", "/v1/session", key=text[:-1] + ("0" if text[-1] != "0" else "1"))

    assert (unknown.status, unknown.error) == (401, "invalid_key")
    assert (malformed.status, malformed.error) == (401, "invalid_key")
    assert calls.made == []
