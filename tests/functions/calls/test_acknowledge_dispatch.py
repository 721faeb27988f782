"""POST /v1/calls/{call_id}/dispatch/acknowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.clock import rfc3339
from tests.support.callrail import actions, events, stored
from tests.support.dispatch import (
    classify,
    dispatched_call,
    escalate,
    escalation,
    received_call,
    set_up,
    shown,
)
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.time import freeze
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def acknowledge(tenant: Tenant, call_id: str, body: object = None, **headers: str) -> ApiResponse:
    path = f"/v1/calls/{call_id}/dispatch/acknowledge"
    return call("POST", path, key=tenant.write, json_body=body, headers=headers)


def test_an_acknowledgement_ends_the_escalation(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    time = freeze(monkeypatch)

    response = acknowledge(tenant, call_id)

    assert response.status == 200, response.text
    dispatch = response.json["dispatch"]
    assert (dispatch["acknowledged_at"], dispatch["acknowledged_by"]) == (rfc3339(time.at), "Ann")
    assert dispatch["escalation"] == {"level": 0, "acknowledge_by": None}
    assert (dispatch["action"], response.json["status"]) == ("dispatch_now", "dispatched")
    assert events("call.dispatched", tenant.id)[-1] == response.json
    time.advance(minutes=30)
    assert escalate(escalation(tenant, call_id, 1, 0)) == []
    assert shown(tenant, call_id)["dispatch"] == dispatch
    assert actions("call", tenant.id)[-1] == "call.acknowledged"


def test_somebody_else_may_acknowledge_and_the_first_one_counts(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)

    first = acknowledge(tenant, call_id, {"acknowledged_by": "Cat"})
    second = acknowledge(tenant, call_id, {"acknowledged_by": "Ann"})

    assert first.json["dispatch"]["acknowledged_by"] == "Cat"
    assert (second.status, second.json) == (200, first.json)
    assert actions("call", tenant.id).count("call.acknowledged") == 1
    assert "Cat" not in str([record["changes"] for record in stored("AUDIT", tenant.id)])


def test_there_must_be_something_to_acknowledge(tenant: Tenant) -> None:
    call_id = received_call(tenant.admin)
    undecided = acknowledge(tenant, call_id)
    for action in ("needs_review", "reject", "no_action"):
        body = {"action": action, "reason": "x"}
        call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body=body)
        response = acknowledge(tenant, call_id)
        assert (response.status, response.error) == (409, "conflict")
        assert action in response.json["error"]["message"]

    assert (undecided.status, undecided.error) == (409, "conflict")
    assert "not decided" in undecided.json["error"]["message"]


def test_a_call_that_is_classified_again_keeps_an_acknowledged_dispatch(tenant: Tenant) -> None:
    set_up(tenant)
    phone_call = Call.new()
    call_id = received_call(
        tenant.admin, phone_call, transcription="Caller: The basement is flooding, zip 94601."
    )
    classify(tenant, call_id)
    dispatch = acknowledge(tenant, call_id).json["dispatch"]
    assert dispatch["acknowledged_at"]

    received_call(tenant.admin, phone_call, "call-modified")
    classify(tenant, call_id)

    found = shown(tenant, call_id)
    assert (len(found["classification_runs"]), found["dispatch"]) == (2, dispatch)


def test_an_acknowledgement_at_the_same_time_as_an_escalation_counts_in_either_order(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    first, second = dispatched_call(tenant), dispatched_call(tenant)
    freeze(monkeypatch).advance(minutes=11)

    with overtaken(monkeypatch, lambda: acknowledge(tenant, first)):
        assert escalate(escalation(tenant, first, 1, 0)) == []
    with overtaken(monkeypatch, lambda: escalate(escalation(tenant, second, 1, 0))):
        assert acknowledge(tenant, second).status == 200

    first_dispatch, other = (shown(tenant, call_id)["dispatch"] for call_id in (first, second))
    assert (first_dispatch["acknowledged_by"], first_dispatch["escalation"]) == (
        "Ann",
        {"level": 0, "acknowledge_by": None},
    )
    assert (other["acknowledged_by"], other["escalation"]) == ("Ben", {"level": 1, "acknowledge_by": None})


def test_an_acknowledgement_at_the_same_time_as_a_classification_holds(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    phone_call = Call.new()
    call_id = received_call(
        tenant.admin, phone_call, transcription="Caller: The basement is flooding, zip 94601."
    )
    classify(tenant, call_id)
    received_call(tenant.admin, phone_call, "call-modified")

    with overtaken(monkeypatch, lambda: acknowledge(tenant, call_id)):
        classify(tenant, call_id)

    assert shown(tenant, call_id)["dispatch"]["acknowledged_at"]
    assert len(shown(tenant, call_id)["classification_runs"]) == 2


def test_if_match_holds_and_others_find_nothing(tenant: Tenant, stranger: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)

    stale = acknowledge(tenant, call_id, **{"If-Match": '"99"'})

    assert (stale.status, stale.error) == (412, "precondition_failed")
    path = f"/v1/calls/{call_id}/dispatch/acknowledge"
    for key in (stranger.admin, tenant.test_admin):
        assert call("POST", path, key=key).status == 404
