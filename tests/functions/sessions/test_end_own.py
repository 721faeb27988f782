"""DELETE /v1/session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sessions import signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_an_ended_session_is_refused_on_its_next_request(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    assert call("DELETE", "/v1/session", key=dana.text).status == 204

    refused = call("GET", "/v1/session", key=dana.text)
    assert (refused.status, refused.error) == (401, "invalid_key")
