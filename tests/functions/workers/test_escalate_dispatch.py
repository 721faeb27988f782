"""A call that is assigned to a person on call goes to the next one until somebody acknowledges it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock, ids
from eal.core.clock import rfc3339
from tests.support.aws import backend
from tests.support.callrail import actions, events, stored
from tests.support.dispatch import (
    ANN,
    BEN,
    DAYS,
    classify,
    dispatched_call,
    escalate,
    escalation,
    received_call,
    set_up,
    shown,
    waiting,
)
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.time import freeze
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def assigned(view: Any) -> tuple[str, str | None, str, int]:
    dispatch = view["dispatch"]
    return dispatch["action"], dispatch["assigned_to"], view["status"], dispatch["escalation"]["level"]


def test_a_call_goes_through_the_people_on_call_to_the_review_queue(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    time = freeze(monkeypatch)
    call_id = dispatched_call(tenant)
    pipeline = Pipeline()
    pipeline.run()
    steps = [assigned(shown(tenant, call_id))]

    for _ in range(3):
        time.advance(minutes=10)
        for message in waiting():
            assert escalate(json.dumps(message)) == []
        pipeline.run()
        steps.append(assigned(shown(tenant, call_id)))

    assert steps == [
        ("dispatch_now", "Ann", "dispatched", 0),
        ("dispatch_now", "Ben", "dispatched", 1),
        ("needs_review", None, "needs_review", 2),
        ("needs_review", None, "needs_review", 2),
    ]
    found = events("call.dispatched", tenant.id)
    assert [data["dispatch"]["escalation"]["level"] for data in found] == [0, 1, 2]
    assert actions("call", tenant.id).count("call.escalated") == 2
    dispatch = shown(tenant, call_id)["dispatch"]
    assert dispatch["escalation"]["acknowledge_by"] is None
    assert dispatch["decision"]["assigned_to"] == "Ann", "what the rules decided stays"
    assert waiting() == []
    listed = call("GET", "/v1/calls?status=needs_review", key=tenant.read).json["data"]
    assert [call["id"] for call in listed] == [call_id]


def test_a_message_waits_in_the_queue_until_the_time_is_up(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant, dispatch={"acknowledge_minutes": 15})
    time = freeze(monkeypatch)
    call_id = dispatched_call(tenant)
    until = time.at + timedelta(minutes=15)
    assert shown(tenant, call_id)["dispatch"]["escalation"]["acknowledge_by"] == rfc3339(until)
    time.advance(seconds=2)

    assert escalate(escalation(tenant, call_id, 1, 0)) == []

    (message,) = backend("sqs").queues["EscalateQueue"]._messages
    assert message.delayed_until / 1000 == pytest.approx((until - timedelta(seconds=2)).timestamp(), abs=60)
    assert assigned(shown(tenant, call_id))[1] == "Ann"
    (deferred,) = waiting()
    assert deferred["request_id"] == "request-1"
    assert "Ann" not in json.dumps(deferred), "a message has no personal data"


def test_the_setting_decides_how_long_a_person_has(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant, dispatch={"acknowledge_minutes": 2})
    time = freeze(monkeypatch)
    call_id = dispatched_call(tenant)
    time.advance(seconds=119)
    escalate(escalation(tenant, call_id, 1, 0))
    assert assigned(shown(tenant, call_id))[1] == "Ann"
    time.advance(seconds=1)

    escalate(escalation(tenant, call_id, 1, 0))

    assert assigned(shown(tenant, call_id))[1] == "Ben"


def test_only_who_is_on_call_then_is_next(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    gone = {**BEN, "days": ["mon"], "from": "03:00", "to": "03:01"}
    set_up(
        tenant, on_call=[{**ANN, "name": "Ann Other"}, gone, {**BEN, "name": "Cat", "phone": "+13125550113"}]
    )
    freeze(monkeypatch).advance(minutes=11)

    escalate(escalation(tenant, call_id, 1, 0))

    assert assigned(shown(tenant, call_id))[1] == "Cat", "Ann's phone was notified, whatever her name is now"


def test_a_callback_at_once_escalates_too(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant, transcription="Caller: Sorry, I have the wrong number.")
    undetermined = {"intent": "water", "urgency": "emergency", "qualified": None}
    path = f"/v1/calls/{call_id}/classification"
    assert call("PATCH", path, key=tenant.write, json_body=undetermined).status == 200
    assert assigned(shown(tenant, call_id)) == ("callback", "Ann", "dispatched", 0)
    freeze(monkeypatch).advance(minutes=11)

    escalate(escalation(tenant, call_id, 2, 0))

    assert assigned(shown(tenant, call_id)) == ("callback", "Ben", "dispatched", 1)


@pytest.mark.parametrize("number", range(1, 5))
def test_a_step_is_taken_once_after_a_kill_at_each_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    freeze(monkeypatch).advance(minutes=11)
    message = escalation(tenant, call_id, 1, 0)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        try:
            escalate(message)
        except Killed:
            killed = True
        else:
            killed = False
    assert killed is (number <= 3), calls.made

    assert escalate(message, message) == []

    assert assigned(shown(tenant, call_id)) == ("dispatch_now", "Ben", "dispatched", 1)
    assert actions("call", tenant.id).count("call.escalated") == 1
    assert [task for task in stored("TASK", tenant.id) if '"level":1' in str(task["data"])] != []
    assert len(events("call.dispatched", tenant.id)) == 2


@pytest.mark.parametrize("number", [1, 2])
def test_a_message_that_waits_survives_a_kill(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    message = escalation(tenant, call_id, 1, 0)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            escalate(message)
    assert escalate(message) == []
    freeze(monkeypatch).advance(minutes=11)

    for deferred in waiting():
        assert escalate(json.dumps(deferred)) == []

    assert assigned(shown(tenant, call_id)) == ("dispatch_now", "Ben", "dispatched", 1)
    assert actions("call", tenant.id).count("call.escalated") == 1


def test_messages_about_anything_else_are_dropped(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tenant)
    call_id, undecided = dispatched_call(tenant), received_call(tenant.admin)
    freeze(monkeypatch).advance(minutes=30)
    before = shown(tenant, call_id)

    messages = [
        escalation(tenant, call_id, 2, 0),
        escalation(tenant, call_id, 1, 1),
        escalation(tenant, call_id, 1, 0, "test"),
        escalation(tenant, undecided, 1, 0),
        escalation(tenant, ids.new("call", clock.now()), 1, 0),
        escalation(tenant, "x", 1, 0),
    ]
    assert escalate(*messages) == []

    assert shown(tenant, call_id) == before
    assert waiting() == []


def test_a_new_decision_starts_again_with_the_first_person(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    call_id = dispatched_call(tenant)
    time = freeze(monkeypatch)
    time.advance(minutes=11)
    escalate(escalation(tenant, call_id, 1, 0))

    call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body={})

    assert assigned(shown(tenant, call_id)) == ("dispatch_now", "Ann", "dispatched", 0)
    time.advance(minutes=11)
    assert escalate(escalation(tenant, call_id, 1, 1)) == []
    assert assigned(shown(tenant, call_id))[1] == "Ann", "the message of the earlier round"
    escalate(escalation(tenant, call_id, 2, 0))
    assert assigned(shown(tenant, call_id))[1] == "Ben"


def test_a_classification_with_the_same_action_does_not_begin_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant)
    phone_call = Call.new()
    call_id = received_call(tenant.admin, phone_call)
    classify(tenant, call_id)
    freeze(monkeypatch).advance(minutes=11)
    escalate(escalation(tenant, call_id, 1, 0))
    before = shown(tenant, call_id)["dispatch"]
    words = json.loads(phone_call.event("post-call"))["transcription"] + "\nCaller: Thank you."

    received_call(tenant.admin, phone_call, "call-modified", transcription=words)
    classify(tenant, call_id)

    found = shown(tenant, call_id)
    assert len(found["classification_runs"]) == 2
    kept = [name for name in before if name not in ("reasons", "decision")]
    assert {name: found["dispatch"][name] for name in kept} == {name: before[name] for name in kept}
    assert len(events("call.dispatched", tenant.id)) == 2


def test_everybody_on_call_is_notified_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person with two shifts, and a rota of the longest length."""
    shifts = [{**ANN, "days": [day]} for day in DAYS]
    people = [{**BEN, "name": f"P{number}", "phone": f"+131255501{number:02}"} for number in range(20, 93)]
    set_up(tenant, on_call=[*shifts, *shifts, *people])
    call_id = dispatched_call(tenant)
    time = freeze(monkeypatch)
    names = [assigned(shown(tenant, call_id))[1]]

    for level in range(74):
        time.advance(minutes=10)
        assert escalate(escalation(tenant, call_id, 1, level)) == []
        names.append(assigned(shown(tenant, call_id))[1])

    assert names == ["Ann", *(person["name"] for person in people), None]
    assert shown(tenant, call_id)["status"] == "needs_review"
