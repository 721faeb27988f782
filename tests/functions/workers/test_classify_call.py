"""A call is classified once per input, and an event is emitted only if the decision changes."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai import chain
from eal.ai.engines.embedded.calls import engine
from eal.core import clock, ids, observe
from eal.core.caller import worker
from eal.domain.calls import classifying
from eal.domain.calls import store as calls
from eal.domain.dispatch.model import Settings
from eal.domain.dispatch.transitions import Situation
from eal.entry.queue import MAX_RECEIVES
from tests.flows.test_bedrock import TALK, wants
from tests.functions.calls.test_create import CALL
from tests.support import dispatch
from tests.support.callrail import Connection, actions, connect, events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import peek, sqs_event
from tests.support.tenants import new_tenant
from tests.support.time import freeze
from tools.fixtures.callrail import TRANSCRIPT, Call
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tools.fixtures.bedrock import FakeBedrock


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect(tenant.admin)


def ingest(connection: Connection, kind: str, body: bytes) -> None:
    """Pass an event through receiver and normaliser."""
    assert connection.send(kind, body).status == 202
    sent = [json.dumps(message) for message in enqueued("CallrailQueue")]
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", sent), None)


def task(tenant: Tenant, call_id: str, mode: str = "live") -> str:
    """The task in the message group of its tenant."""
    detail = {
        "id": ids.new("task", clock.now()),
        "task": "classify_call",
        "organization_id": tenant.id,
        "mode": mode,
        "request_id": "request-1",
        "created_at": "2026-04-24T17:42:11.314Z",
        "call_id": call_id,
    }
    return json.dumps(detail)


def classify(*messages: str) -> list[str]:
    response = load_app("workers/classify_call").handler(sqs_event("ClassifyQueue", list(messages)), None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def only_id(tenant: Tenant) -> str:
    (item,) = stored("CALL", tenant.id)
    return str(item["id"])


def stored_call(tenant: Tenant) -> Any:
    return call("GET", f"/v1/calls/{only_id(tenant)}", key=tenant.read).json


def test_a_call_is_not_classified_if_ai_is_switched_off(connection: Connection, tenant: Tenant) -> None:
    _switch(tenant, enabled=False)
    ingest(connection, "post-call", Call.new().event("post-call"))

    assert classify(task(tenant, only_id(tenant))) == []

    assert (stored_call(tenant)["status"], stored_call(tenant)["classification"]) == ("received", None)
    assert len(events("call.received", tenant.id)) == 1
    assert events("call.classified", tenant.id) == []
    _switch(tenant, enabled=True)
    assert classify(task(tenant, only_id(tenant))) == []
    assert stored_call(tenant)["classification"] is not None


def _switch(tenant: Tenant, *, enabled: bool) -> None:
    body = {"settings": {"ai": {"enabled": enabled}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200


def test_a_classification_has_provenance_and_evidence(connection: Connection, tenant: Tenant) -> None:
    ingest(connection, "post-call", Call.new().event("post-call"))

    assert classify(task(tenant, only_id(tenant))) == []

    found = stored_call(tenant)
    classification = found["classification"]
    assert found["status"] == "needs_review", "a danger, and nobody on call"
    assert found["classified_at"] == classification["classified_at"]
    assert (classification["intent"], classification["urgency"], classification["qualified"]) == (
        "water",
        "emergency",
        True,
    )
    assert classification["safety"] is True
    provenance = dict(classification["provenance"])
    assert len(provenance.pop("input_sha256")) == 64
    assert provenance.pop("latency_ms") >= 0
    assert provenance == {
        "engine": engine.ENGINE,
        "model": engine.VERSION,
        "prompt_version": None,
        "tokens": 0,
        "cost_microusd": 0,
        "fallback": False,
    }
    assert classification["evidence"]
    for evidence in classification["evidence"]:
        assert evidence["quote"] in found["transcript"]["turns"][evidence["turn"]]["text"]
    assert found["classification_runs"] == [classification]


def test_the_event_has_the_classification_without_evidence(connection: Connection, tenant: Tenant) -> None:
    ingest(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))

    (data,) = events("call.classified", tenant.id)
    assert data == call("GET", "/v1/calls", key=tenant.read).json["data"][0]
    assert data["classification"]["qualified"] is True
    assert "evidence" not in data["classification"]
    assert "transcript" not in data
    assert "sparking" not in str(data)


def test_the_audit_record_has_the_classification_and_no_quotes(
    connection: Connection, tenant: Tenant
) -> None:
    ingest(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))

    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.classified"]
    assert (record["source"], record["actor"]) == ("worker", {"type": "worker", "id": "classify_call"})
    assert record["request_id"] == "request-1"
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(record["changes"]))}
    assert changes.keys() == {
        "status",
        "intent",
        "urgency",
        "qualified",
        "safety",
        "confidence",
        "engine",
        "model",
        "input_sha256",
        "output_sha256",
        "tokens",
        "cost_microusd",
        "latency_ms",
        "fallback",
        "dispatch.action",
        "dispatch.because",
        "dispatch.decided_by_rules",
        "dispatch.due_at",
    }
    assert "basement" not in str(record)


def test_a_second_run_is_audited_with_all_of_its_provenance(connection: Connection, tenant: Tenant) -> None:
    """Even if it equals that of the run before. The prompt version is included if the engine has one."""
    ingest(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))
    by = worker("classify_call", tenant.in_mode("live"), "request-2")
    record = calls.get(only_id(tenant), by)
    run = replace(record.runs[0], prompt_version="classify_call/3")

    classifying.record_run(record, run, Situation(settings=Settings()), by)
    by.transaction.commit()

    records = [item for item in stored("AUDIT", tenant.id) if item["request_id"] == "request-2"]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(records[0]["changes"]))}
    assert changes == {
        "engine": run.engine,
        "model": run.model,
        "prompt_version": "classify_call/3",
        "input_sha256": run.input_sha256,
        "output_sha256": run.output_sha256,
        "tokens": 0,
        "cost_microusd": 0,
        "latency_ms": run.latency_ms,
        "fallback": False,
    }


def test_the_same_input_is_classified_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(connection, "post-call", Call.new().event("post-call"))
    first, second = task(tenant, only_id(tenant)), task(tenant, only_id(tenant))
    classify(first)

    with watched_calls(monkeypatch) as calls:
        assert classify(first, second) == []

    assert calls.made == ["TransactGetItems", "TransactGetItems"]
    assert actions("call", tenant.id).count("call.classified") == 1
    assert len(events("call.classified", tenant.id)) == 1
    assert len(stored_call(tenant)["classification_runs"]) == 1


def test_a_longer_call_with_the_same_transcript_is_not_classified_again(
    connection: Connection, tenant: Tenant
) -> None:
    phone_call = Call.new()
    ingest(connection, "post-call", phone_call.event("post-call"))
    classify(task(tenant, only_id(tenant)))
    tasks_before = len(stored("TASK", tenant.id))
    longer = json.dumps({**json.loads(phone_call.event("call-modified")), "duration": "999"}).encode()

    ingest(connection, "call-modified", longer)
    classify(task(tenant, only_id(tenant)))

    found = stored_call(tenant)
    assert (found["duration_seconds"], len(found["classification_runs"])) == (999, 1)
    assert len(stored("TASK", tenant.id)) == tasks_before


def test_a_late_transcript_is_classified_again_and_emits_an_event_for_a_new_decision(
    connection: Connection, tenant: Tenant
) -> None:
    phone_call = Call.new()
    silent = json.dumps({**json.loads(phone_call.event("post-call")), "transcription": ""}).encode()
    ingest(connection, "post-call", silent)
    classify(task(tenant, only_id(tenant)))
    assert stored_call(tenant)["classification"]["intent"] == "unknown"

    ingest(connection, "call-modified", phone_call.event("call-modified"))
    classify(task(tenant, only_id(tenant)))

    found = stored_call(tenant)
    assert found["classification"]["intent"] == "water"
    assert [run["intent"] for run in found["classification_runs"]] == ["water", "unknown"]
    assert [data["classification"]["intent"] for data in events("call.classified", tenant.id)] == [
        "unknown",
        "water",
    ]


def test_a_run_with_the_same_decision_is_stored_and_emits_no_event(
    connection: Connection, tenant: Tenant
) -> None:
    phone_call = Call.new()
    ingest(connection, "post-call", phone_call.event("post-call"))
    classify(task(tenant, only_id(tenant)))
    longer = json.dumps(
        {
            **json.loads(phone_call.event("call-modified")),
            "transcription": TRANSCRIPT + "\nCaller: Thank you.",
        }
    ).encode()

    ingest(connection, "call-modified", longer)
    classify(task(tenant, only_id(tenant)))

    assert len(stored_call(tenant)["classification_runs"]) == 2
    assert actions("call", tenant.id).count("call.classified") == 2
    assert len(events("call.classified", tenant.id)) == 1


def test_the_last_twenty_runs_are_kept(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    for number in range(22):
        time.advance(minutes=5)
        words = f"Caller: My basement is flooded, {number} inches."
        body = {"resource_id": "CAL1", "transcription": words, "changes": ["x"], "direction": "inbound"}
        ingest(connection, "call-modified", json.dumps(body).encode())
        classify(task(tenant, only_id(tenant)))

    assert len(stored_call(tenant)["classification_runs"]) == 20
    assert actions("call", tenant.id).count("call.classified") == 22


def test_a_call_that_is_in_progress_or_does_not_exist_is_skipped(
    connection: Connection, tenant: Tenant
) -> None:
    ingest(connection, "pre-call", Call.new().event("pre-call"))

    gone = ids.new("call", clock.now())
    assert classify(task(tenant, only_id(tenant)), task(tenant, gone), task(tenant, "x")) == []
    assert classify(task(tenant, only_id(tenant), mode="test")) == []

    assert stored_call(tenant)["classification"] is None


def test_a_task_from_the_bus_is_sent_twice_if_the_worker_is_killed_and_classified_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(connection, "post-call", Call.new().event("post-call"))
    detail = json.loads(task(tenant, only_id(tenant)))
    from_bus = json.dumps({"detail-type": "classify_call", "source": "eal.tasks", "detail": detail})
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 1
        with pytest.raises(Killed):
            classify(from_bus)
    assert classify(from_bus) == []

    sent = [json.dumps(message) for message in peek("ClassifyQueue")]
    assert [classify(message) for message in sent] == [[], []]
    assert actions("call", tenant.id).count("call.classified") == 1


def test_no_call_waits_in_a_batch_for_the_transcript_of_another() -> None:
    """The longest transcript takes two seconds of a vCPU, so that ten could get the function killed."""
    function = functions()["WorkersClassifyCall"]
    (event,) = (event["Properties"] for event in function["Events"].values())

    assert event["BatchSize"] == 1
    assert function["MemorySize"] >= 1769, "one vCPU (Lambda's guide, Configure Lambda function memory)"


@pytest.mark.parametrize("number", [1, 2])
def test_a_call_is_classified_once_after_a_kill_at_each_side_effect(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ingest(connection, "post-call", Call.new().event("post-call"))
    message = task(tenant, only_id(tenant))
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            classify(message)

    assert classify(message) == []

    assert len(events("call.classified", tenant.id)) == 1
    assert actions("call", tenant.id).count("call.classified") == 1
    assert len(stored_call(tenant)["classification_runs"]) == 1


# ---------------------------------------------------------------- given up


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


def _given_up(tenant: Tenant, call_id: str, mode: str = "live") -> None:
    """The last receive of the call's message, which then becomes a dead letter."""
    assert dispatch.run_classification(tenant, call_id, mode, MAX_RECEIVES) == ["message-0"]


def test_a_call_that_keeps_failing_is_reviewed_at_once_by_the_person_on_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.set_up(tenant)
    call_id = dispatch.received_call(tenant.admin)
    with monkeypatch.context() as patch:
        patch.setattr(chain, "run", _broken)
        for received in range(1, MAX_RECEIVES):
            assert dispatch.run_classification(tenant, call_id, received=received) == ["message-0"]
            assert dispatch.shown(tenant, call_id)["status"] == "received"

        _given_up(tenant, call_id)

    found = dispatch.shown(tenant, call_id)
    decided = found["dispatch"]
    assert (found["status"], found["classification"]) == ("needs_review", None)
    assert (decided["action"], decided["assigned_to"]) == ("needs_review", "Ann")
    assert decided["due_at"] == decided["decided_at"] < decided["escalation"]["acknowledge_by"]
    assert decided["by"] == {"type": "worker", "id": "classify_call"}
    assert [(reason["rule"], reason["concluded"], reason["decisive"]) for reason in decided["reasons"]] == [
        ("confidence", "low", True),
        ("within_business_hours", decided["reasons"][1]["concluded"], False),
        ("on_call_available", "available", False),
    ]
    listed = call("GET", "/v1/calls?status=needs_review", key=tenant.read).json["data"]
    assert [call["id"] for call in listed] == [call_id]
    (event,) = events("call.dispatched", tenant.id)
    assert (event["id"], event["dispatch"]["action"]) == (call_id, "needs_review")
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.dispatched"]
    assert record["actor"] == {"type": "worker", "id": "classify_call"}
    changes = {change["field"]: change.get("to") for change in json.loads(json.dumps(record["changes"]))}
    assert (changes["status"], changes["dispatch.because"]) == ("needs_review", ["confidence: low"])
    assert changes["dispatch.assigned_to"] != "Ann"


def test_a_call_is_given_up_once_and_its_dead_letter_still_classifies_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.set_up(tenant)
    time = freeze(monkeypatch)
    call_id = dispatch.received_call(tenant.admin)
    _given_up(tenant, call_id)
    before = dispatch.shown(tenant, call_id)
    time.advance(minutes=1)

    _given_up(tenant, call_id)

    assert dispatch.shown(tenant, call_id) == before
    assert len(events("call.dispatched", tenant.id)) == 1
    dispatch.classify(tenant, call_id)
    found = dispatch.shown(tenant, call_id)
    assert (found["classification"]["urgency"], found["dispatch"]["action"]) == ("emergency", "dispatch_now")
    assert len(events("call.classified", tenant.id)) == 1
    dispatch.classify(tenant, call_id, received=MAX_RECEIVES)
    assert dispatch.shown(tenant, call_id) == found


def test_a_call_that_was_given_up_escalates_and_a_person_can_dispatch_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.set_up(tenant)
    time = freeze(monkeypatch)
    call_id = dispatch.received_call(tenant.admin)
    _given_up(tenant, call_id)
    time.advance(minutes=10)

    assert dispatch.escalate(dispatch.escalation(tenant, call_id, 1, 0)) == []

    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben"
    body = {"action": "dispatch_now", "reason": "Water is running.", "assigned_to": "Ben"}
    response = call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body=body)
    assert (response.status, response.json["status"]) == (200, "dispatched")
    before = dispatch.shown(tenant, call_id)
    _given_up(tenant, call_id)
    assert dispatch.shown(tenant, call_id) == before


def test_a_call_that_is_classified_meanwhile_is_not_given_up(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.set_up(tenant)
    call_id = dispatch.received_call(tenant.admin)

    with overtaken(monkeypatch, lambda: dispatch.classify(tenant, call_id)):
        _given_up(tenant, call_id)

    found = dispatch.shown(tenant, call_id)
    assert (found["classification"]["urgency"], found["dispatch"]["action"]) == ("emergency", "dispatch_now")
    assert len(events("call.dispatched", tenant.id)) == 1


def test_a_late_transcript_that_keeps_failing_makes_a_review_urgent_and_keeps_the_classification(
    tenant: Tenant,
) -> None:
    dispatch.set_up(tenant)
    phone_call = Call.new()
    call_id = dispatch.received_call(tenant.admin, phone_call, transcription="")
    dispatch.classify(tenant, call_id)
    before = dispatch.shown(tenant, call_id)
    assert (before["dispatch"]["action"], before["dispatch"]["assigned_to"]) == ("needs_review", None)
    dispatch.received_call(tenant.admin, phone_call, "call-modified")

    _given_up(tenant, call_id)

    found = dispatch.shown(tenant, call_id)
    assert found["classification"] == before["classification"]
    assert (found["dispatch"]["action"], found["dispatch"]["assigned_to"]) == ("needs_review", "Ann")
    assert found["dispatch"]["due_at"] < before["dispatch"]["due_at"]


def test_a_requested_run_that_keeps_failing_changes_nothing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.set_up(tenant)
    call_id = dispatch.dispatched_call(tenant)
    assert call("POST", f"/v1/calls/{call_id}/classify", key=tenant.write).status == 202
    before = dispatch.shown(tenant, call_id)

    _given_up(tenant, call_id)

    assert dispatch.shown(tenant, call_id) == before
    dispatch.classify(tenant, call_id)
    assert len(dispatch.shown(tenant, call_id)["classification_runs"]) == 2


def test_a_call_is_not_given_up_if_ai_is_switched_off(tenant: Tenant) -> None:
    call_id = dispatch.received_call(tenant.admin)
    _switch(tenant, enabled=False)

    dispatch.classify(tenant, call_id, received=MAX_RECEIVES)

    assert dispatch.shown(tenant, call_id)["status"] == "received"


def test_a_call_in_test_mode_is_given_up_in_test_mode(tenant: Tenant) -> None:
    made = call("POST", "/v1/calls", key=tenant.test_admin, json_body=CALL).json

    _given_up(tenant, made["id"], "test")

    found = call("GET", f"/v1/calls/{made['id']}", key=tenant.test_admin).json
    assert (found["status"], found["dispatch"]["assigned_to"]) == ("needs_review", None)
    assert len(events("call.dispatched", tenant.id, "test")) == 1
    assert events("call.dispatched", tenant.id) == []


def test_a_worker_killed_after_any_call_of_its_last_receive_gives_the_call_up_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.set_up(tenant, dispatch={"max_open_per_person": 5})
    call_id = dispatch.received_call(tenant.admin)
    for number in range(1, 30):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                _given_up(tenant, call_id)
            except Killed:
                continue
            break
    else:
        raise AssertionError("it makes more calls than were tried")

    assert number > 3
    assert dispatch.shown(tenant, call_id)["status"] == "needs_review"
    assert len(events("call.dispatched", tenant.id)) == 1
    assert actions("call", tenant.id).count("call.dispatched") == 1


# ---------------------------------------------------------------- a model


def test_a_call_that_changes_while_bedrock_answers_is_not_paid_twice(
    connection: Connection, tenant: Tenant, bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(tenant)
    phone_call = Call.new()
    ingest(connection, "post-call", _talk(phone_call.event("post-call"), TALK))
    modified = _talk(phone_call.event("call-modified"), TALK, duration="999")

    with overtaken(monkeypatch, lambda: ingest(connection, "call-modified", modified)):
        assert classify(task(tenant, only_id(tenant))) == []

    found = stored_call(tenant)
    assert found["duration_seconds"] == 999
    assert found["classification"]["provenance"]["engine"] == "bedrock"
    assert len(found["classification_runs"]) == 1
    assert len(bedrock.requests) == 1
    (usage,) = stored("AI_USAGE", tenant.id)
    assert usage["spent_microusd"] == found["classification"]["provenance"]["cost_microusd"]


def test_another_transcript_while_bedrock_answers_is_judged(
    connection: Connection, tenant: Tenant, bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(tenant)
    phone_call = Call.new()
    ingest(connection, "post-call", _talk(phone_call.event("post-call"), TALK))
    modified = _talk(phone_call.event("call-modified"), f"{TALK}\nAgent: Goodbye.")

    with overtaken(monkeypatch, lambda: ingest(connection, "call-modified", modified)):
        assert classify(task(tenant, only_id(tenant))) == []

    (run,) = stored_call(tenant)["classification_runs"]
    assert len(bedrock.requests) == 2
    assert classify(task(tenant, only_id(tenant))) == []
    assert stored_call(tenant)["classification_runs"] == [run]


def test_each_message_is_judged_by_itself(
    connection: Connection, tenant: Tenant, bedrock: FakeBedrock
) -> None:
    """Another tenant's call with the same words, in the same process."""
    wants(tenant)
    ingest(connection, "post-call", _talk(Call.new().event("post-call"), TALK))
    other = new_tenant("Other")
    wants(other)
    ingest(connect(other.admin), "post-call", _talk(Call.new().event("post-call"), TALK))

    assert classify(task(tenant, only_id(tenant)), task(other, only_id(other))) == []

    assert len(bedrock.requests) == 2


def _talk(body: bytes, transcript: str, **changes: str) -> bytes:
    return json.dumps({**json.loads(body), "transcription": transcript, **changes}).encode()


def test_the_transcript_is_not_logged(
    connection: Connection,
    tenant: Tenant,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    ingest(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))

    logged = log.getvalue() + capsys.readouterr().out
    assert "calls_classified" in logged
    assert "basement" not in logged
    assert "Dana" not in logged


def test_the_log_line_of_a_failed_message_names_its_tenant(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    with watched_calls(monkeypatch) as made:
        made.refuse["TransactGetItems"] = "InternalServerError"
        assert classify(task(tenant, ids.new("call", clock.now()), "test")) == ["message-0"]

    line, _ = map(json.loads, log.getvalue().splitlines())  # the other one: this message has no receipt
    assert line["message"] == "message_failed"
    assert (line["organization_id"], line["mode"], line["request_id"]) == (tenant.id, "test", "request-1")


@pytest.mark.parametrize(("name", "value"), [("call_id", None), ("mode", "production"), ("request_id", None)])
def test_an_invalid_message_fails_and_the_log_names_the_field(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    message = json.loads(task(tenant, ids.new("call", clock.now())))
    message[name] = value

    assert classify(json.dumps(message)) == ["message-0"]

    line, _ = map(json.loads, log.getvalue().splitlines())  # the other one: this message has no receipt
    assert name in line["exception"]
