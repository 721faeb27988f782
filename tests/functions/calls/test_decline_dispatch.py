"""POST /v1/calls/{call_id}/dispatch/decline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import actions, events, stored
from tests.support.dispatch import dispatched_call, escalate, escalation, received_call, set_up, shown
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.time import freeze

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def decline(tenant: Tenant, call_id: str, body: object = None, **headers: str) -> ApiResponse:
    path = f"/v1/calls/{call_id}/dispatch/decline"
    return call("POST", path, key=tenant.write, json_body=body, headers=headers)


def test_the_next_person_is_asked_at_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)

    response = decline(tenant, call_id, {"reason": "My van has broken down."})

    assert response.status == 200, response.text
    dispatch = response.json["dispatch"]
    assert (dispatch["assigned_to"], dispatch["escalation"]["level"]) == ("Ben", 1)
    assert actions("call", tenant.id)[-1] == "call.declined"
    assert events("call.dispatched", tenant.id)[-1] == response.json
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "call.declined"]
    assert "van" not in str(record), "the reason is a person's words"
    freeze(monkeypatch).advance(minutes=11)
    assert escalate(escalation(tenant, call_id, 1, 0)) == []
    assert shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben", "the first person's time is over"


def test_after_the_last_person_it_is_for_review(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    assert decline(tenant, call_id).status == 200

    response = decline(tenant, call_id)

    assert (response.json["status"], response.json["dispatch"]["assigned_to"]) == ("needs_review", None)
    refused = decline(tenant, call_id)
    assert refused.status == 409
    assert "Nobody on call is being asked" in refused.json["error"]["message"]


def test_what_somebody_has_taken_is_not_passed_on(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    call("POST", f"/v1/calls/{call_id}/dispatch/acknowledge", key=tenant.write)

    assert decline(tenant, call_id).status == 409
    assert decline(tenant, received_call(tenant.admin)).status == 409


def test_of_two_at_once_the_second_reads_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    path = f"/v1/calls/{call_id}/dispatch/acknowledge"

    with overtaken(monkeypatch, lambda: call("POST", path, key=tenant.write)):
        response = decline(tenant, call_id)

    assert response.status == 409
    assert shown(tenant, call_id)["dispatch"]["acknowledged_by"] == "Ann"


def test_an_old_version_is_refused(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    old = shown(tenant, call_id)["version"] - 1

    assert decline(tenant, call_id, **{"If-Match": f'"{old}"'}).status == 412


def test_anstrangers_call_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    set_up(tenant)

    assert decline(stranger, dispatched_call(tenant)).status == 404
