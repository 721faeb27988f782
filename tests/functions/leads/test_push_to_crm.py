"""POST /v1/leads/{lead_id}/push-to-crm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import actions, events, stored
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

URL, SECRET = "http://127.0.0.1:49152/leads?token=s3cret", "whsec_" + "Ab1+" * 8


def _connect(key: str, **more: Any) -> None:
    body = {"settings": {"url": URL}, "secrets": {"signing_secret": SECRET}, **more}
    assert call("PUT", "/v1/integrations/crm", key=key, json_body=body).status == 200


def _lead(key: str) -> str:
    return str(call("POST", "/v1/leads", key=key, json_body={"email": "a@example.com"}).json["id"])


def _push(key: str, lead_id: str, **headers: str) -> ApiResponse:
    return call("POST", f"/v1/leads/{lead_id}/push-to-crm", key=key, headers=headers)


def test_a_push_is_queued_and_stands_on_the_lead(clock: Clock, tenant: Tenant) -> None:
    _connect(tenant.admin)
    lead_id = _lead(tenant.write)

    response = _push(tenant.write, lead_id)

    assert response.status == 202
    sync = response.json["crm_sync"]
    assert sync.pop("push_id").startswith("push_")
    assert sync == {
        "status": "pending", "requested_at": "2026-04-24T17:42:11.314Z", "attempts": 0, "last_attempt_at": None,
        "next_attempt_at": "2026-04-24T17:42:11.314Z", "synced_at": None, "last_status_code": None,
        "last_error": None,
        "simulated": False,
    }  # fmt: skip
    assert (response.json["version"], response.headers["ETag"]) == (2, '"2"')
    assert call("GET", f"/v1/leads/{lead_id}", key=tenant.read).json == response.json
    assert actions("lead", tenant.id) == ["lead.created", "lead.push_requested"]
    assert events("lead.updated", tenant.id) == [response.json]
    (task,) = stored("TASK", tenant.id)
    assert task["task"] == "push_to_crm"
    assert response.json["crm_sync"]["push_id"] in str(task["data"])


@pytest.mark.parametrize("missing", [None, "url", "signing_secret"])
def test_a_crm_that_is_not_connected_is_a_conflict(tenant: Tenant, missing: str | None) -> None:
    if missing:
        _connect(tenant.admin)
        member = "settings" if missing == "url" else "secrets"
        call("PUT", "/v1/integrations/crm", key=tenant.admin, json_body={member: {missing: None}})
    lead_id = _lead(tenant.write)

    response = _push(tenant.write, lead_id)

    assert (response.status, response.error) == (409, "conflict")
    assert "PUT /integrations/crm" in response.json["error"]["message"]
    assert call("GET", f"/v1/leads/{lead_id}", key=tenant.read).json["crm_sync"] is None
    assert stored("TASK", tenant.id) == []


def test_each_mode_has_its_own_crm(tenant: Tenant) -> None:
    _connect(tenant.admin)

    response = _push(tenant.test_admin, _lead(tenant.test_admin))

    assert (response.status, response.error) == (409, "conflict")
    assert "test mode" in response.json["error"]["message"]


def test_another_tenants_lead_is_404_with_and_without_a_crm(tenant: Tenant, stranger: Tenant) -> None:
    lead_id = _lead(stranger.write)
    assert _push(tenant.write, lead_id).status == 404
    _connect(tenant.admin)

    assert _push(tenant.write, lead_id).status == 404
    assert _push(tenant.test_admin, lead_id).status == 404


def test_an_erased_lead_is_404(tenant: Tenant) -> None:
    _connect(tenant.admin)
    lead_id = _lead(tenant.write)
    call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin)

    assert _push(tenant.write, lead_id).status == 404


def test_a_new_push_takes_the_place_of_a_pending_one(tenant: Tenant) -> None:
    _connect(tenant.admin)
    lead_id = _lead(tenant.write)
    first = _push(tenant.write, lead_id).json["crm_sync"]

    second = _push(tenant.write, lead_id).json["crm_sync"]

    assert first["push_id"] != second["push_id"]
    assert call("GET", f"/v1/leads/{lead_id}", key=tenant.read).json["crm_sync"] == second


def test_repeated_with_its_key_it_is_one_push(tenant: Tenant) -> None:
    _connect(tenant.admin)
    lead_id = _lead(tenant.write)
    once = {"Idempotency-Key": "once"}

    first, again = (_push(tenant.write, lead_id, **once) for _ in range(2))

    assert (again.status, again.json) == (202, first.json)
    assert len(stored("TASK", tenant.id)) == 1


def test_another_version_than_the_callers_is_412(tenant: Tenant) -> None:
    _connect(tenant.admin)
    lead_id = _lead(tenant.write)

    assert _push(tenant.write, lead_id, **{"If-Match": '"7"'}).status == 412
    assert _push(tenant.write, lead_id, **{"If-Match": '"1"'}).status == 202


def test_nothing_of_the_crm_is_shown_or_logged_with_the_lead(tenant: Tenant) -> None:
    _connect(tenant.admin)
    lead_id = _lead(tenant.write)

    response = _push(tenant.write, lead_id)

    kept = response.text + str(stored("AUDIT", tenant.id)) + str(stored("EVENT", tenant.id))
    assert "s3cret" not in kept
    assert SECRET not in kept
