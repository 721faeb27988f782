"""A call is classified once per input, and an event is emitted only if the decision changes."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.engines.embedded.calls import engine
from eal.core import clock, ids, observe
from eal.core.caller import worker
from eal.domain.calls import classifying
from eal.domain.calls import store as calls
from eal.domain.calls.dispatching import Situation
from eal.domain.dispatch.model import Settings
from tests.support.callrail import Connection, actions, connect, events, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import peek, sqs_event
from tools.fixtures.callrail import TRANSCRIPT, Call
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


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
    answer = load_app("workers/classify_call").handler(sqs_event("ClassifyQueue", list(messages)), None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


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


def test_the_last_twenty_runs_are_kept(connection: Connection, tenant: Tenant) -> None:
    for number in range(22):
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

    (line,) = map(json.loads, log.getvalue().splitlines())
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

    (line,) = map(json.loads, log.getvalue().splitlines())
    assert name in line["exception"]
