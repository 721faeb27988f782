"""POST /v1/calls/{call_id}/dispatch: the rules decide now, or a person overrides them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock, ids
from tests.support.callrail import actions, events, stored
from tests.support.dispatch import (
    ANN,
    classify,
    dispatched_call,
    escalate,
    escalation,
    received_call,
    set_up,
    shown,
)
from tests.support.faults import overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, expire_items, items
from tests.support.time import freeze
from tools.fixtures.callrail import TRANSCRIPT, Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

CALLBACK = {"action": "callback", "reason": "Dana asked to be called in the evening.", "assigned_to": "Cat"}
SILENT = {"transcription": ""}


def dispatch(tenant: Tenant, call_id: str, body: object = None, **headers: str) -> ApiResponse:
    return call(
        "POST",
        f"/v1/calls/{call_id}/dispatch",
        key=tenant.write,
        json_body={} if body is None else body,
        headers=headers,
    )


def rules_of(view: Any) -> dict[str, str]:
    return {reason["rule"]: reason["concluded"] for reason in view["dispatch"]["reasons"]}


def changes(tenant: Tenant, action: str) -> dict[str, Any]:
    """The newest values in the last audit record with this action."""
    records = [record for record in stored("AUDIT", tenant.id) if record["action"] == action]
    found: Any = records[-1]["changes"]
    return {change["field"]: change["to"] for change in found}


# ---------------------------------------------------------------- by the rules


def test_an_empty_body_decides_by_the_rules_at_the_current_time(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = dispatched_call(tenant)
    assert shown(tenant, call_id)["dispatch"]["action"] == "transfer", "no settings"
    set_up(tenant)
    now = freeze(monkeypatch).at

    response = dispatch(tenant, call_id)

    assert response.status == 200, response.text
    assert response.json == call("GET", "/v1/calls", key=tenant.read).json["data"][0]
    assert response.json["status"] == "dispatched"
    decided = response.json["dispatch"]
    assert (decided["action"], decided["assigned_to"], decided["assigned_phone"]) == (
        "dispatch_now",
        "Ann",
        ANN["phone"],
    )
    assert decided["due_at"] == decided["decided_at"] == clock.rfc3339(now)
    assert decided["by"]["type"] == "api_key"
    assert decided["decision"] == {
        "action": "dispatch_now",
        "due_at": clock.rfc3339(now),
        "assigned_to": "Ann",
    }
    assert (decided["override"], decided["acknowledged_at"], decided["escalation"]["level"]) == (
        None,
        None,
        0,
    )
    assert rules_of(response.json)["in_service_area"] == "inside"
    assert events("call.dispatched", tenant.id)[-1] == response.json


def test_a_call_without_a_classification_is_409_for_the_rules_and_not_for_a_person(tenant: Tenant) -> None:
    call_id = received_call(tenant.admin)

    refused, accepted = dispatch(tenant, call_id), dispatch(tenant, call_id, CALLBACK)

    assert (refused.status, refused.error) == (409, "conflict")
    assert "not classified" in refused.json["error"]["message"]
    assert (accepted.status, accepted.json["status"]) == (200, "dispatched")
    assert (accepted.json["dispatch"]["decision"], accepted.json["dispatch"]["reasons"]) == (None, [])


def test_a_call_in_progress_cannot_be_decided(tenant: Tenant) -> None:
    call_id = received_call(tenant.admin, kind="pre-call")

    for body in ({}, CALLBACK):
        response = dispatch(tenant, call_id, body)
        assert (response.status, response.error) == (409, "conflict")
        assert "in progress" in response.json["error"]["message"]
    assert shown(tenant, call_id)["dispatch"] is None


def test_the_place_is_the_leads_address_if_the_caller_names_none(tenant: Tenant) -> None:
    set_up(tenant)
    phone_call = Call.new()
    call_id = received_call(tenant.admin, phone_call, transcription=TRANSCRIPT.replace(", 94601", ""))
    classify(tenant, call_id)
    assert rules_of(shown(tenant, call_id))["in_service_area"] == "unknown"
    address = {"line1": "1 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    body = {"phones": [phone_call.caller], "address": address}
    assert call("POST", "/v1/leads", key=tenant.write, json_body=body).status == 201

    assert rules_of(dispatch(tenant, call_id).json)["in_service_area"] == "inside"


# ---------------------------------------------------------------- by a person


def test_an_override_counts_and_the_decision_of_the_rules_stays(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    before = shown(tenant, call_id)["dispatch"]

    response = dispatch(tenant, call_id, {**CALLBACK, "due_at": "2026-11-30T18:00:00+01:00"})

    assert response.status == 200, response.text
    after = response.json["dispatch"]
    assert (after["action"], after["assigned_to"], after["due_at"]) == (
        "callback",
        "Cat",
        "2026-11-30T17:00:00.000Z",
    )
    assert (after["decision"], after["reasons"]) == (before["decision"], before["reasons"])
    assert after["decision"]["action"] == "dispatch_now"
    override = dict(after["override"])
    assert override.pop("at") == after["decided_at"]
    assert override.pop("by") == after["by"]
    assert override == {**CALLBACK, "due_at": "2026-11-30T17:00:00.000Z"}
    assert (after["escalation"], after["assigned_phone"]) == (None, None)
    assert events("call.dispatched", tenant.id)[-1]["dispatch"] == after


@pytest.mark.parametrize(
    ("action", "status", "due"),
    [
        ("dispatch_now", "dispatched", True),
        ("transfer", "dispatched", True),
        ("schedule_inspection", "dispatched", False),
        ("callback", "dispatched", False),
        ("refer_out", "dispatched", False),
        ("reject", "closed", False),
        ("no_action", "closed", False),
        ("needs_review", "needs_review", False),
    ],
)
def test_the_status_follows_from_the_action(tenant: Tenant, action: str, status: str, due: bool) -> None:
    call_id = received_call(tenant.admin)

    response = dispatch(tenant, call_id, {"action": action, "reason": "x", "assigned_to": "Cat"})

    assert (response.json["status"], response.json["dispatch"]["due_at"] is not None) == (status, due)
    listed = call("GET", f"/v1/calls?status={status}", key=tenant.read).json["data"]
    assert [found["id"] for found in listed] == [call_id]


def test_a_transfer_to_nobody_in_particular_is_reviewed(tenant: Tenant) -> None:
    call_id = received_call(tenant.admin)

    assert dispatch(tenant, call_id, {"action": "transfer", "reason": "x"}).json["status"] == "needs_review"


def test_an_empty_body_ends_an_override(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    dispatch(tenant, call_id, CALLBACK)

    response = dispatch(tenant, call_id)

    assert (response.json["dispatch"]["action"], response.json["dispatch"]["override"]) == (
        "dispatch_now",
        None,
    )


def test_a_call_that_is_classified_again_keeps_an_override(tenant: Tenant) -> None:
    set_up(tenant)
    phone_call = Call.new()
    call_id = received_call(tenant.admin, phone_call, **SILENT)
    classify(tenant, call_id)
    dispatch(tenant, call_id, CALLBACK)
    before = shown(tenant, call_id)["dispatch"]

    received_call(tenant.admin, phone_call, "call-modified")
    classify(tenant, call_id)

    found = shown(tenant, call_id)
    assert len(found["classification_runs"]) == 2
    assert (found["dispatch"], found["status"]) == (before, "dispatched")


# ---------------------------------------------------------------- audit log, conditions, races


def test_the_audit_record_has_the_decision_and_commitments_for_names(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    assert changes(tenant, "call.classified")["dispatch.because"] == [
        "safety_first: danger",
        "in_service_area: inside",
        "on_call_available: available",
    ]

    dispatch(tenant, call_id, CALLBACK)

    found = changes(tenant, "call.dispatched")
    assert (found["dispatch.action"], found["dispatch.override.action"]) == ("callback", "callback")
    assert "dispatch.decided_by_rules" not in found, "it has not changed"
    for field in ("dispatch.assigned_to", "dispatch.override.reason"):
        assert found[field].startswith("hmac-sha256:")
    records = [record for record in stored("AUDIT", tenant.id) if str(record["action"]).startswith("call.")]
    text = json.dumps(records)
    assert not any(name in text for name in ("Ann", "Cat", "evening", "94601"))


def test_if_match_and_idempotency_hold(tenant: Tenant) -> None:
    call_id = received_call(tenant.admin)
    version = shown(tenant, call_id)["version"]

    stale = dispatch(tenant, call_id, CALLBACK, **{"If-Match": f'"{version + 1}"'})
    first = dispatch(tenant, call_id, CALLBACK, **{"If-Match": f'"{version}"', "Idempotency-Key": "once"})
    again = dispatch(tenant, call_id, CALLBACK, **{"If-Match": f'"{version}"', "Idempotency-Key": "once"})

    assert (stale.status, stale.error) == (412, "precondition_failed")
    assert (first.status, first.headers["ETag"]) == (200, f'"{version + 1}"')
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert actions("call", tenant.id).count("call.dispatched") == 1


def test_a_decision_takes_five_round_trips_and_an_override_three(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)

    with watched_calls(monkeypatch) as decided:
        dispatch(tenant, call_id)
    with watched_calls(monkeypatch) as overridden:
        dispatch(tenant, call_id, CALLBACK)

    assert decided.made == ["UpdateItem", "TransactGetItems", "GetItem", "TransactWriteItems"]
    assert overridden.made == ["UpdateItem", "TransactGetItems", "TransactWriteItems"]


def test_a_call_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    call_id = received_call(tenant.admin)

    for key in (stranger.admin, tenant.test_admin):
        response = call("POST", f"/v1/calls/{call_id}/dispatch", key=key, json_body=CALLBACK)
        assert (response.status, response.error) == (404, "not_found")
    assert dispatch(tenant, ids.new("call", clock.now()), CALLBACK).status == 404
    assert call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.read, json_body={}).status == 403


def test_test_mode_decides_too(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = received_call(tenant.test_admin)
    classify(tenant, call_id, "test")

    found = call("GET", f"/v1/calls/{call_id}", key=tenant.test_admin).json

    assert found["dispatch"]["action"] == "dispatch_now"
    assert len(events("call.dispatched", tenant.id, "test")) == 1
    assert events("call.dispatched", tenant.id) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "callback"}, ""),
        ({"reason": "x"}, ""),
        ({"due_at": "2026-11-30T18:00:00Z"}, ""),
        ({"assigned_to": "Cat"}, ""),
        ({"action": "ignore", "reason": "x"}, "/action"),
        ({"action": "callback", "reason": ""}, "/reason"),
        ({"action": "callback", "reason": "x", "assigned_to": "Cat\nBcc: a"}, "/assigned_to"),
        ({"action": "callback", "reason": "x", "due_at": "tomorrow"}, "/due_at"),
        ({"action": "callback", "reason": "x", "safety": False}, "/safety"),
    ],
)
def test_a_wrong_body_is_422(tenant: Tenant, body: object, pointer: str) -> None:
    call_id = received_call(tenant.admin)

    response = dispatch(tenant, call_id, body)

    assert (response.status, response.error) == (422, "validation_error")
    assert response.json["error"]["details"]["fields"][0]["pointer"] == pointer


def test_an_override_at_the_same_time_as_a_classification_counts_in_either_order(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    first, second = received_call(tenant.admin), received_call(tenant.admin)

    with overtaken(monkeypatch, lambda: dispatch(tenant, first, CALLBACK)):
        classify(tenant, first)
    with overtaken(monkeypatch, lambda: classify(tenant, second)):
        assert dispatch(tenant, second, CALLBACK).status == 200

    for call_id in (first, second):
        found = shown(tenant, call_id)
        assert found["classification"]["intent"] == "water"
        assert (found["dispatch"]["action"], found["status"]) == ("callback", "dispatched")


def test_an_override_at_the_same_time_as_an_escalation_counts_in_either_order(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    first, second = dispatched_call(tenant), dispatched_call(tenant)
    time = freeze(monkeypatch)
    time.advance(minutes=11)

    with overtaken(monkeypatch, lambda: dispatch(tenant, first, CALLBACK)):
        assert escalate(escalation(tenant, first, 1, 0)) == []
    with overtaken(monkeypatch, lambda: escalate(escalation(tenant, second, 1, 0))):
        assert dispatch(tenant, second, CALLBACK).status == 200

    for call_id in (first, second):
        assert shown(tenant, call_id)["dispatch"]["assigned_to"] == "Cat"
        assert shown(tenant, call_id)["dispatch"]["escalation"] is None
    assert actions("call", tenant.id).count("call.escalated") == 1


def test_an_erasure_leaves_neither_the_place_nor_a_persons_words(tenant: Tenant) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    dispatch(tenant, call_id, CALLBACK, **{"Idempotency-Key": "once"})
    assert "94601" in str(events("call.dispatched", tenant.id))
    assert "evening" in str(items())

    assert call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin).status == 204
    Pipeline().run()
    expire_items()

    assert [data["dispatch"]["action"] for data in events("call.dispatched", tenant.id)] == [
        "dispatch_now",
        "callback",
    ]
    assert "94601" not in str(
        [item for item in items() if item["kind"]["S"] not in ("ORGANIZATION", "AUDIT", "OBJECT")]
    )
    assert "evening" not in str(items())


# ---------------------------------------------------------------- capacity


def test_a_person_with_too_many_open_dispatches_is_passed_over(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant, dispatch={"max_open_per_person": 1})
    calls = [dispatched_call(tenant) for _ in range(3)]

    found = [shown(tenant, call_id) for call_id in calls]
    assert [call["dispatch"]["assigned_to"] for call in found] == ["Ann", "Ben", None]
    assert (found[2]["dispatch"]["action"], found[2]["status"]) == ("transfer", "needs_review")
    assert rules_of(found[2])["capacity"] == "exhausted"

    dispatch(tenant, calls[0], {"action": "no_action", "reason": "Done."})
    assert dispatch(tenant, calls[2]).json["dispatch"]["assigned_to"] == "Ann"

    freeze(monkeypatch).advance(hours=9)
    assert dispatch(tenant, calls[0]).json["dispatch"]["assigned_to"] == "Ann"
