"""PATCH /v1/session: the organization and the mode are switched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from eal.core.clock import rfc3339
from eal.domain.members.sessions import store
from tests.support.callrail import stored
from tests.support.faults import overtaken
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

    response = call("PATCH", "/v1/session", key=dana.text, json_body={"mode": "test"})

    assert response.status == 200, response.text
    assert response.json["mode"] == "test"
    assert call("GET", "/v1/session", key=dana.text).status == 401
    assert call("GET", "/v1/session", key=response.json["session"]).json["mode"] == "test"
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "session.switched"]
    assert record["resource"] == {"type": "session", "id": dana.session_id}


def test_neither_log_says_what_the_other_organization_is(tenant: Tenant, stranger: Tenant) -> None:
    dana = signed_in(tenant)
    invite(stranger, "viewer", dana.email)

    response = call("PATCH", "/v1/session", key=dana.text, json_body={"organization_id": stranger.id})

    assert response.status == 200, response.text
    assert (response.json["organization"]["id"], response.json["member"]["role"]) == (stranger.id, "viewer")
    assert call("GET", "/v1/session", key=dana.text).status == 401
    assert call("GET", "/v1/health", key=response.json["session"]).json["scopes"] == ["read"]
    left, entered = stored("AUDIT", tenant.id), stored("AUDIT", stranger.id)
    assert "session.switched" in [record["action"] for record in left]
    assert [record["actor"] for record in entered if record["action"] == "member.signed_in"] == [
        {"type": "member", "id": response.json["member"]["id"], "ip": "203.0.113.7"}
    ]
    assert stranger.id not in str(left)
    assert tenant.id not in str(entered)
    assert dana.member_id not in str(entered)


def test_a_member_joins_another_organization_in_the_session_that_they_have(
    clock: Clock, tenant: Tenant, stranger: Tenant
) -> None:
    dana = signed_in(tenant)
    joined, _ = invite(stranger, "viewer", dana.email)

    listed = call("GET", "/v1/session", key=dana.text).json["organizations"]
    clock.advance(minutes=1)
    there = call("PATCH", "/v1/session", key=dana.text, json_body={"organization_id": stranger.id}).json
    back = call("PATCH", "/v1/session", key=there["session"], json_body={"organization_id": tenant.id}).json

    assert [organization["id"] for organization in listed] == [tenant.id, stranger.id]
    (member,) = call("GET", "/v1/organizations/me/members", key=stranger.admin).json["data"]
    assert (member["id"], member["status"]) == (joined, "active")
    assert member["last_signed_in_at"] == rfc3339(clock.at)
    assert (back["member"]["id"], back["member"]["role"]) == (dana.member_id, "admin")


def test_a_switch_finds_an_organization_that_the_list_lacks(
    clock: Clock, tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = signed_in(tenant)
    invite(stranger, "viewer", dana.email)
    monkeypatch.setattr(store, "MAX_ORGANIZATIONS", 1)

    listed = call("GET", "/v1/session", key=dana.text).json["organizations"]
    response = call("PATCH", "/v1/session", key=dana.text, json_body={"organization_id": stranger.id})

    assert [organization["id"] for organization in listed] == [tenant.id]
    assert (response.status, response.json["organization"]["id"]) == (200, stranger.id)
    assert [organization["id"] for organization in response.json["organizations"]] == [tenant.id, stranger.id]


def test_a_switch_to_an_organization_without_the_person_is_404(tenant: Tenant, stranger: Tenant) -> None:
    dana = signed_in(tenant)

    for organization_id in (stranger.id, "org_01kq09bekje6vbq5xe2b60xtww", "acme"):
        body = {"organization_id": organization_id}
        assert call("PATCH", "/v1/session", key=dana.text, json_body=body).status == 404


@pytest.mark.parametrize(
    "body", [{}, {"mode": None}, {"organization_id": None, "mode": None}, {"mode": "both"}]
)
def test_nothing_to_switch_is_422_and_the_session_goes_on(tenant: Tenant, body: dict[str, object]) -> None:
    dana = signed_in(tenant)

    response = call("PATCH", "/v1/session", key=dana.text, json_body=body)

    assert (response.status, response.error) == (422, "validation_error")
    assert call("GET", "/v1/session", key=dana.text).status == 200


def test_a_removal_during_a_switch_leaves_no_session(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = signed_in(tenant)
    joined, _ = invite(stranger, "viewer", dana.email)
    remove = partial(call, "DELETE", f"/v1/organizations/me/members/{joined}", key=stranger.admin)

    with overtaken(monkeypatch, remove):
        response = call("PATCH", "/v1/session", key=dana.text, json_body={"organization_id": stranger.id})

    assert (response.status, response.error) == (404, "not_found")
    assert call("GET", "/v1/session", key=dana.text).json["organization"]["id"] == tenant.id


def test_two_switches_at_once_leave_one_session(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    with ThreadPoolExecutor(2) as pool:
        responses = list(
            pool.map(
                lambda mode: call("PATCH", "/v1/session", key=dana.text, json_body={"mode": mode}),
                ("test", "live"),
            )
        )

    texts = [response.json["session"] for response in responses if response.status == 200]
    alive = [text for text in texts if call("GET", "/v1/session", key=text).status == 200]
    assert len(alive) == 1
