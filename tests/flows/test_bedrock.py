"""Calls that Bedrock classifies, from the webhook to the API, the audit log and the month's usage."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.engines.bedrock.budget import month_of
from eal.ai.tasks.classify_call.task import CLASSIFY_CALL
from eal.core import clock, observe
from tests.support.bedrock import MODEL, shorten_deadlines
from tests.support.callrail import connect, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import sqs_event
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tools.fixtures.bedrock import FakeBedrock

TALK = """\
Agent: Summit Restoration, your name?
Caller: Dana Reyes. There is mold in the bathroom of our house, we own it, any day next week is fine."""


def wants(tenant: Tenant, engine: str = "bedrock_always", cents: int = 500) -> None:
    ai = {"enabled": True, "engine": engine, "monthly_budget_cents": cents}
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": {"ai": ai}})
    assert response.status == 200, response.text


def ingested(tenant: Tenant) -> str:
    """The id of a new call with TALK."""
    before = {str(item["id"]) for item in stored("CALL", tenant.id)}
    body = json.dumps({**json.loads(Call.new().event("post-call")), "transcription": TALK}).encode()
    assert connect(tenant.admin).send("post-call", body).status == 202
    sent = [json.dumps(message) for message in enqueued("CallrailQueue")]
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", sent), None)
    (call_id,) = {str(item["id"]) for item in stored("CALL", tenant.id)} - before
    return call_id


def task(tenant: Tenant, call_id: str, mode: str = "live") -> str:
    return json.dumps(
        {"organization_id": tenant.id, "mode": mode, "request_id": "request-1", "call_id": call_id}
    )


def classify(*messages: str) -> None:
    response = load_app("workers/classify_call").handler(sqs_event("ClassifyQueue", list(messages)), None)
    assert response["batchItemFailures"] == []


def shown(tenant: Tenant, call_id: str) -> Any:
    return call("GET", f"/v1/calls/{call_id}", key=tenant.read).json


def usage(tenant: Tenant) -> Any:
    return call("GET", "/v1/organizations/me/ai-usage", key=tenant.read).json


def test_a_call_shows_the_whole_provenance_in_api_and_audit_log(bedrock: FakeBedrock, tenant: Tenant) -> None:
    wants(tenant)
    call_id = ingested(tenant)

    classify(task(tenant, call_id))

    classification = shown(tenant, call_id)["classification"]
    provenance = dict(classification["provenance"])
    tokens, cost = provenance.pop("tokens"), provenance.pop("cost_microusd")
    input_sha256, latency_ms = provenance.pop("input_sha256"), provenance.pop("latency_ms")
    assert provenance == {
        "engine": "bedrock",
        "model": MODEL,
        "prompt_version": CLASSIFY_CALL.prompt().version,
        "fallback": False,
    }
    assert tokens > 1_000
    assert cost > 1_000
    assert latency_ms > 0
    assert [quote["quote"] for quote in classification["evidence"] if quote["field"] == "intent"] == [
        "Dana Reyes. There is mold in the bathroom",
    ]
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.classified"]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(record["changes"]))}
    assert changes["input_sha256"] == input_sha256
    assert {name: changes[name] for name in (*provenance, "tokens", "cost_microusd", "latency_ms")} == {
        **provenance,
        "tokens": tokens,
        "cost_microusd": cost,
        "latency_ms": latency_ms,
    }
    assert "mold in the bathroom" not in json.dumps(record)
    assert "Dana" not in json.dumps(bedrock.requests)
    spent = usage(tenant)
    assert (spent["uses"], spent["tokens"], spent["spent_microusd"]) == (1, tokens, cost)
    assert (spent["held_microusd"], spent["budget_microusd"]) == (0, 5_000_000)


def test_the_call_shows_a_fallback_and_its_reason(bedrock: FakeBedrock, tenant: Tenant) -> None:
    wants(tenant)
    bedrock.next = ["denied"]
    call_id = ingested(tenant)

    classify(task(tenant, call_id))

    classification = shown(tenant, call_id)["classification"]
    assert classification["provenance"]["fallback"] is True
    assert classification["provenance"]["model"] == CLASSIFY_CALL.embedded_version
    assert "bedrock_rejected" in classification["reasons"]


@pytest.mark.parametrize("behaviour", ["answer", "denied"])
def test_a_task_that_is_delivered_again_costs_nothing_more(
    bedrock: FakeBedrock, tenant: Tenant, behaviour: Any
) -> None:
    wants(tenant)
    bedrock.next = [behaviour]
    call_id = ingested(tenant)
    classify(task(tenant, call_id))

    classify(task(tenant, call_id), task(tenant, call_id))

    assert len(bedrock.requests) == 1
    assert len(shown(tenant, call_id)["classification_runs"]) == 1


def test_a_worker_that_is_killed_after_any_call_to_aws_leaves_at_most_its_hold(
    bedrock: FakeBedrock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the call is classified once, and every request that Bedrock answered is counted."""
    wants(tenant)
    classify(task(tenant, ingested(tenant)))
    spent_once = usage(tenant)["spent_microusd"]
    calls_made = 0
    for number in range(1, 10):
        call_id = ingested(tenant)
        before = usage(tenant)
        with watched_calls(monkeypatch) as watched:
            watched.kill_after = number
            try:
                classify(task(tenant, call_id))
            except Killed:
                calls_made = number
            else:
                break
        classify(task(tenant, call_id))
        after = usage(tenant)
        assert len(shown(tenant, call_id)["classification_runs"]) == 1
        counted = after["spent_microusd"] + after["held_microusd"]
        counted -= before["spent_microusd"] + before["held_microusd"]
        assert counted >= spent_once, "an answer is counted"
        assert counted < 50 * spent_once
    assert calls_made >= 3


def test_fifty_calls_at_once_stay_within_the_budget(bedrock: FakeBedrock, tenant: Tenant) -> None:
    """Each costs more than a fiftieth of the budget, so some are refused, and none that is not."""
    wants(tenant, cents=100)
    bedrock.usage = {"inputTokens": 18_000, "outputTokens": 700}
    messages = [task(tenant, ingested(tenant)) for _ in range(50)]

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(classify, messages))

    spent = usage(tenant)
    assert spent["spent_microusd"] + spent["held_microusd"] <= spent["budget_microusd"] == 1_000_000
    found = call("GET", "/v1/calls?limit=100", key=tenant.read).json["data"]
    judged = [call["classification"] for call in found]
    refused = [classification for classification in judged if "ai_budget_spent" in classification["reasons"]]
    assert len(judged) == 50
    assert 0 < len(refused) < 50
    assert all(classification["provenance"]["fallback"] for classification in refused)
    assert len(bedrock.requests) == 50 - len(refused)
    assert spent["spent_microusd"] == sum(
        classification["provenance"]["cost_microusd"] for classification in judged
    )


def test_test_mode_costs_nothing(bedrock: FakeBedrock, tenant: Tenant) -> None:
    wants(tenant)
    body = {
        "vendor": "other", "vendor_call_id": "c-1", "direction": "inbound", "answered": True,
        "caller_number": "+14155550123", "started_at": "2026-04-24T17:00:00Z", "duration_seconds": 60,
        "transcript": TALK,
    }  # fmt: skip
    made = call("POST", "/v1/calls", key=tenant.test_admin, json_body=body)
    assert made.status == 201, made.text

    classify(task(tenant, made.json["id"], "test"))

    found = call("GET", f"/v1/calls/{made.json['id']}", key=tenant.test_admin).json
    assert found["classification"]["provenance"]["engine"] != "bedrock"
    assert found["classification"]["provenance"]["fallback"] is False
    assert bedrock.requests == []
    assert stored("AI_USAGE", tenant.id, "test") == stored("AI_USAGE", tenant.id) == []


def test_runs_are_found_by_their_versions_and_run_again(bedrock: FakeBedrock, tenant: Tenant) -> None:
    wants(tenant)
    call_id = ingested(tenant)
    classify(task(tenant, call_id))
    version = CLASSIFY_CALL.prompt().version.replace("@", "%40")

    for query in (f"prompt_version={version}", f"model_version={MODEL.replace(':', '%3A')}"):
        found = call("GET", f"/v1/calls?{query}", key=tenant.read).json["data"]
        assert [call["id"] for call in found] == [call_id]
    assert call("POST", f"/v1/calls/{call_id}/classify", key=tenant.write).status == 202
    classify(task(tenant, call_id))

    runs = shown(tenant, call_id)["classification_runs"]
    assert [run["provenance"]["engine"] for run in runs] == ["bedrock", "bedrock"]
    assert len(bedrock.requests) == 2


def test_a_hanging_bedrock_takes_one_deadline_and_then_nothing(
    bedrock: FakeBedrock, tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten_deadlines(monkeypatch)
    wants(tenant)
    bedrock.next = ["hang"] * 10
    ids = [ingested(tenant) for _ in range(3)]
    theirs = ingested(stranger)

    for call_id in ids:
        classify(task(tenant, call_id))
    classify(task(stranger, theirs))

    reasons = [shown(tenant, call_id)["classification"]["reasons"][-1] for call_id in ids]
    assert reasons == ["bedrock_timed_out", "bedrock_paused", "bedrock_paused"]
    assert len(bedrock.requests) == 1
    assert shown(stranger, theirs)["classification"]["provenance"]["fallback"] is False
    held = usage(tenant)
    assert held["held_microusd"] > 0
    assert (held["uses"], held["spent_microusd"]) == (0, 0)


def test_neither_transcript_nor_answer_is_logged(
    bedrock: FakeBedrock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(tenant)
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    bedrock.next = ["invented_quote", "invented_quote"]

    classify(task(tenant, ingested(tenant)))

    assert "bedrock_fallback" in log.getvalue()
    for words in ("bathroom", "Dana", "trapped"):
        assert words not in log.getvalue()


def test_the_month_of_the_usage_is_the_current_one(bedrock: FakeBedrock, tenant: Tenant) -> None:
    assert usage(tenant)["month"] == month_of(clock.now())
