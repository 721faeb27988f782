"""GET /v1/a/{token}."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import clock
from eal.domain.alerts import links
from tests.support import alerts, dispatch
from tests.support.http import call
from tests.support.pipeline import items
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def link_of(tenant: Tenant, alert_id: str) -> str:
    return f"/v1/a/{links.token_of(alert_id, tenant.in_mode('live'))}"


def asked(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The id of a new call about which Ann was texted, and the path of the link in the text."""
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    with alerts.twilio(monkeypatch) as api:
        call_id = alerts.asked(tenant)
        (text,) = api.phones.messages
    return call_id, alerts.link_in(text["body"])


def test_the_page_shows_the_call_and_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id, path = asked(tenant, monkeypatch)
    before = items()

    assert (call("HEAD", path).status, call("GET", path).status) == (200, 200)
    response = call("GET", path)

    assert items() == before
    number = dispatch.shown(tenant, call_id)["caller_number"]
    assert "EMERGENCY: water damage, ZIP 94601" in response.text
    assert f'href="tel:{number}"' in response.text
    for decision in ("take", "decline"):
        assert f'name="decision" value="{decision}"' in response.text
    assert "<script" not in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_the_policy_allows_the_style_and_nothing_else(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = asked(tenant, monkeypatch)

    response = call("GET", path)

    style = response.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "style=" not in response.text


@pytest.mark.parametrize("change", ["", "x", "last character"])
def test_a_wrong_token_tells_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    _, path = asked(tenant, monkeypatch)
    other = path[:-1] + ("a" if path[-1] != "a" else "b")
    wrong = {"": "/v1/a/unknown", "x": f"{path}x", "last character": other}[change]

    response = call("GET", wrong)

    assert response.status == 404
    assert "This link is not complete" in response.text
    assert "94601" not in response.text


def test_the_link_of_another_purpose_is_none_of_an_alert(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = asked(tenant, monkeypatch)

    assert call("GET", path.replace("/v1/a/", "/v1/u/")).status == 404


def test_the_page_says_who_has_the_call(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id, path = asked(tenant, monkeypatch)
    taken = {"acknowledged_by": "Cat"}
    call("POST", f"/v1/calls/{call_id}/dispatch/acknowledge", key=tenant.write, json_body=taken)

    response = call("GET", path)

    assert response.status == 200
    assert "Cat has it" in response.text
    assert 'href="tel:' not in response.text


@pytest.mark.parametrize("event", ["a day passes", "decided again", "erased", "closed"])
def test_a_closed_call_is_not_shown(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    call_id, path = asked(tenant, monkeypatch)
    match event:
        case "a day passes":
            freeze(monkeypatch, clock.now() + timedelta(hours=25))
        case "decided again":
            call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body={})
        case "erased":
            assert call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin).status == 204
        case _:
            override = {"action": "no_action", "reason": "A duplicate."}
            call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body=override)

    response = call("GET", path)

    assert response.status == 410
    assert "This is closed" in response.text
    assert "94601" not in response.text
