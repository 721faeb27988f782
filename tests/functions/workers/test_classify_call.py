"""A call's classification: once for each input, and told only where it changes what others act on."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.engines.embedded.calls import engine
from eal.core import clock, ids, observe
from eal.core.caller import worker
from eal.domain.calls import store as calls
from tests.support.callrail import Connection, actions, connect, events, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import peek, sqs_event
from tools.fixtures.callrail import TRANSCRIPT, Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect(tenant.admin)


def take_in(connection: Connection, kind: str, body: bytes) -> None:
    """An event through receiver and normaliser."""
    assert connection.send(kind, body).status == 202
    sent = [json.dumps(one) for one in peek("CallrailQueue")]
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", sent), None)


def task(tenant: Tenant, call_id: str, mode: str = "live") -> str:
    """The task as the relay publishes it."""
    detail = {
        "id": ids.new("task", clock.now()),
        "task": "classify_call",
        "organization_id": tenant.id,
        "mode": mode,
        "request_id": "request-1",
        "created_at": "2026-04-24T17:42:11.314Z",
        "call_id": call_id,
    }
    return json.dumps(
        {"version": "0", "detail-type": "classify_call", "source": "eal.tasks", "detail": detail}
    )


def classify(*messages: str) -> list[str]:
    answer = load_app("workers/classify_call").handler(sqs_event("ClassifyQueue", list(messages)), None)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def only_id(tenant: Tenant) -> str:
    (item,) = stored("CALL", tenant.id)
    return str(item["id"])


def shown(tenant: Tenant) -> Any:
    return call("GET", f"/v1/calls/{only_id(tenant)}", key=tenant.read).json


def test_without_engines_a_call_is_taken_in_and_not_judged(connection: Connection, tenant: Tenant) -> None:
    _switch(tenant, enabled=False)
    take_in(connection, "post-call", Call.new().event("post-call"))

    assert classify(task(tenant, only_id(tenant))) == []

    assert (shown(tenant)["status"], shown(tenant)["classification"]) == ("received", None)
    assert len(events("call.received", tenant.id)) == 1
    assert events("call.classified", tenant.id) == []
    _switch(tenant, enabled=True)
    assert classify(task(tenant, only_id(tenant))) == []
    assert shown(tenant)["status"] == "classified"


def _switch(tenant: Tenant, *, enabled: bool) -> None:
    body = {"settings": {"ai": {"enabled": enabled}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200


def test_the_rules_judge_the_call_with_provenance_and_quotes(connection: Connection, tenant: Tenant) -> None:
    take_in(connection, "post-call", Call.new().event("post-call"))

    assert classify(task(tenant, only_id(tenant))) == []

    found = shown(tenant)
    judged = found["classification"]
    assert found["status"] == "classified"
    assert found["classified_at"] == judged["classified_at"]
    assert (judged["intent"], judged["urgency"], judged["qualified"]) == ("water", "emergency", True)
    assert judged["safety"] is True
    provenance = dict(judged["provenance"])
    assert len(provenance.pop("input_sha256")) == 64
    assert provenance.pop("latency_ms") >= 0
    assert provenance == {
        "engine": "rules",
        "model": engine.VERSION,
        "prompt_version": None,
        "tokens": 0,
        "cost_microusd": 0,
        "fallback": False,
    }
    assert judged["evidence"]
    for evidence in judged["evidence"]:
        assert evidence["quote"] in found["transcript"]["turns"][evidence["turn"]]["text"]
    assert found["classification_runs"] == [judged]


def test_the_event_has_the_judgement_without_quotes(connection: Connection, tenant: Tenant) -> None:
    take_in(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))

    (data,) = events("call.classified", tenant.id)
    assert data == call("GET", "/v1/calls", key=tenant.read).json["data"][0]
    assert data["classification"]["qualified"] is True
    assert "evidence" not in data["classification"]
    assert "transcript" not in data
    assert "sparking" not in str(data)


def test_the_audit_record_says_what_was_judged_and_not_what_was_said(
    connection: Connection, tenant: Tenant
) -> None:
    take_in(connection, "post-call", Call.new().event("post-call"))
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
    }
    assert "basement" not in str(record)


def test_a_second_judgement_is_recorded_with_all_of_its_provenance(
    connection: Connection, tenant: Tenant
) -> None:
    """Also where engine and prompt are those of the one before; a prompt's version where the engine has one."""
    take_in(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))
    by = worker("classify_call", tenant.in_mode("live"), "request-2")
    whole = calls.find(only_id(tenant), by)
    run = replace(whole.runs[0], prompt_version="classify_call/3")

    calls.record_run(whole, run, by)
    by.transaction.commit()

    records = [item for item in stored("AUDIT", tenant.id) if item["request_id"] == "request-2"]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(records[0]["changes"]))}
    assert changes == {
        "engine": run.engine,
        "model": run.model,
        "prompt_version": "classify_call/3",
        "input_sha256": run.input_sha256,
        "output_sha256": run.output_sha256,
    }


def test_the_same_input_is_judged_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(connection, "post-call", Call.new().event("post-call"))
    one, two = task(tenant, only_id(tenant)), task(tenant, only_id(tenant))
    classify(one)

    with watched_calls(monkeypatch) as calls:
        assert classify(one, two) == []

    assert calls.made == ["TransactGetItems", "TransactGetItems"]
    assert actions("call", tenant.id).count("call.classified") == 1
    assert len(events("call.classified", tenant.id)) == 1
    assert len(shown(tenant)["classification_runs"]) == 1


def test_a_longer_call_with_the_same_words_is_not_judged_again(
    connection: Connection, tenant: Tenant
) -> None:
    one = Call.new()
    take_in(connection, "post-call", one.event("post-call"))
    classify(task(tenant, only_id(tenant)))
    asked = len(stored("TASK", tenant.id))
    longer = json.dumps({**json.loads(one.event("call-modified")), "duration": "999"}).encode()

    take_in(connection, "call-modified", longer)
    classify(task(tenant, only_id(tenant)))

    found = shown(tenant)
    assert (found["duration_seconds"], len(found["classification_runs"])) == (999, 1)
    assert len(stored("TASK", tenant.id)) == asked


def test_a_late_transcript_is_another_input_and_told_where_it_changes_the_answer(
    connection: Connection, tenant: Tenant
) -> None:
    one = Call.new()
    silent = json.dumps({**json.loads(one.event("post-call")), "transcription": ""}).encode()
    take_in(connection, "post-call", silent)
    classify(task(tenant, only_id(tenant)))
    assert shown(tenant)["classification"]["intent"] == "unknown"

    take_in(connection, "call-modified", one.event("call-modified"))
    classify(task(tenant, only_id(tenant)))

    found = shown(tenant)
    assert found["classification"]["intent"] == "water"
    assert [run["intent"] for run in found["classification_runs"]] == ["water", "unknown"]
    assert [data["classification"]["intent"] for data in events("call.classified", tenant.id)] == [
        "unknown",
        "water",
    ]


def test_another_input_with_the_same_answer_is_kept_and_not_told(
    connection: Connection, tenant: Tenant
) -> None:
    one = Call.new()
    take_in(connection, "post-call", one.event("post-call"))
    classify(task(tenant, only_id(tenant)))
    longer = json.dumps(
        {**json.loads(one.event("call-modified")), "transcription": TRANSCRIPT + "\nCaller: Thank you."}
    ).encode()

    take_in(connection, "call-modified", longer)
    classify(task(tenant, only_id(tenant)))

    assert len(shown(tenant)["classification_runs"]) == 2
    assert actions("call", tenant.id).count("call.classified") == 2
    assert len(events("call.classified", tenant.id)) == 1


def test_the_last_twenty_runs_are_kept(connection: Connection, tenant: Tenant) -> None:
    for number in range(22):
        words = f"Caller: My basement is flooded, {number} inches."
        body = {"resource_id": "CAL1", "transcription": words, "changes": ["x"], "direction": "inbound"}
        take_in(connection, "call-modified", json.dumps(body).encode())
        classify(task(tenant, only_id(tenant)))

    assert len(shown(tenant)["classification_runs"]) == 20
    assert actions("call", tenant.id).count("call.classified") == 22


def test_a_call_that_goes_on_or_is_not_there_is_passed_over(connection: Connection, tenant: Tenant) -> None:
    take_in(connection, "pre-call", Call.new().event("pre-call"))

    gone = ids.new("call", clock.now())
    assert classify(task(tenant, only_id(tenant)), task(tenant, gone), task(tenant, "x")) == []
    assert classify(task(tenant, only_id(tenant), mode="test")) == []

    assert shown(tenant)["classification"] is None


@pytest.mark.parametrize("number", [1, 2])
def test_killed_after_any_side_effect_and_delivered_again_it_is_classified_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    take_in(connection, "post-call", Call.new().event("post-call"))
    one = task(tenant, only_id(tenant))
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            classify(one)

    assert classify(one) == []

    assert len(events("call.classified", tenant.id)) == 1
    assert actions("call", tenant.id).count("call.classified") == 1
    assert len(shown(tenant)["classification_runs"]) == 1


def test_what_was_said_is_not_logged(
    connection: Connection,
    tenant: Tenant,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    take_in(connection, "post-call", Call.new().event("post-call"))
    classify(task(tenant, only_id(tenant)))

    logged = log.getvalue() + capsys.readouterr().out
    assert "calls_classified" in logged
    assert "basement" not in logged
    assert "Dana" not in logged


def test_what_is_logged_of_a_message_names_its_tenant(
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
def test_a_message_that_is_none_of_ours_fails_and_the_log_names_what_is_wrong(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    message = json.loads(task(tenant, ids.new("call", clock.now())))
    message["detail"][name] = value

    assert classify(json.dumps(message)) == ["message-0"]

    (line,) = map(json.loads, log.getvalue().splitlines())
    assert name in line["exception"]
