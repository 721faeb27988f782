"""POST /v1/calls/{call_id}/classify."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.ai.engines.embedded.calls import engine
from tests.functions.calls.test_correct import detail, ingested, switch_ai
from tests.functions.calls.test_create import CALL
from tests.support.callrail import actions, connect, events
from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import Pipeline, peek, sqs_event
from tests.support.time import freeze
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def again(tenant: Tenant, call_id: str) -> ApiResponse:
    return call("POST", f"/v1/calls/{call_id}/classify", key=tenant.write)


def test_a_call_is_classified_again_and_the_older_run_is_kept(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = ingested(tenant)
    monkeypatch.setattr(engine, "VERSION", "rules-next")

    response = again(tenant, call_id)

    assert response.status == 202, response.text
    assert response.json["classification"]["provenance"]["model"] != "rules-next"
    Pipeline().run()
    found = detail(tenant, call_id)
    assert found["classification_runs"][0] == found["classification"]
    models = [run["provenance"]["model"] for run in found["classification_runs"]]
    assert (len(models), models[0]) == (2, "rules-next")
    assert found["version"] == response.json["version"] + 1
    assert len(events("call.classified", tenant.id)) == 1
    listed = call("GET", "/v1/calls?model_version=rules-next", key=tenant.read).json["data"]
    assert [item["id"] for item in listed] == [call_id]


def test_the_same_version_runs_again_on_request(tenant: Tenant) -> None:
    call_id = ingested(tenant)

    again(tenant, call_id)
    Pipeline().run()

    assert len(detail(tenant, call_id)["classification_runs"]) == 2
    assert actions("call", tenant.id)[-2:] == ["call.run_requested", "call.classified"]


def test_requests_before_the_run_and_repeated_tasks_have_one_effect(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    first, second = again(tenant, call_id), again(tenant, call_id)
    assert first.json["version"] == second.json["version"]
    pipeline = Pipeline()
    pipeline._relay()
    (task,) = [message for message in peek("ClassifyQueue") if message.get("call_id") == call_id][-1:]

    for _ in range(3):
        event = sqs_event("ClassifyQueue", [json.dumps(task)])
        assert load_app("workers/classify_call").handler(event, None) == {"batchItemFailures": []}

    assert len(detail(tenant, call_id)["classification_runs"]) == 2


def test_a_run_whose_task_became_a_dead_letter_can_be_requested_again_after_an_hour(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    call_id = ingested(tenant)
    first = again(tenant, call_id)
    pipeline = Pipeline()
    pipeline._relay()
    assert call_id in [message.get("call_id") for message in peek("ClassifyQueue")]

    time.advance(minutes=59)
    assert again(tenant, call_id).json["version"] == first.json["version"]
    pipeline.run()
    assert len(detail(tenant, call_id)["classification_runs"]) == 1
    time.advance(minutes=1)
    assert again(tenant, call_id).json["version"] == first.json["version"] + 1
    pipeline.run()

    assert len(detail(tenant, call_id)["classification_runs"]) == 2


def test_only_the_newest_twenty_runs_are_kept(tenant: Tenant) -> None:
    call_id = ingested(tenant)

    for _ in range(21):
        again(tenant, call_id)
        Pipeline().run()

    assert len(detail(tenant, call_id)["classification_runs"]) == 20


def test_a_call_is_not_classified_while_ai_is_switched_off(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    switch_ai(tenant, enabled=False)

    response = again(tenant, call_id)

    assert (response.status, response.error) == (409, "conflict")
    assert "ai.enabled" in response.json["error"]["message"]
    assert "call.run_requested" not in actions("call", tenant.id)


def test_a_call_that_cannot_be_classified_is_a_conflict(tenant: Tenant) -> None:
    outbound = ingested(tenant, direction="outbound")
    phone_call = Call.new()
    connect(tenant.admin).send("pre-call", phone_call.event("pre-call"))
    Pipeline().run()
    (in_progress,) = call("GET", "/v1/calls?status=in_progress", key=tenant.read).json["data"]

    for call_id in (outbound, in_progress["id"]):
        response = again(tenant, call_id)
        assert (response.status, response.error) == (409, "conflict")
        assert response.json["error"]["details"]["id"] == call_id


def test_in_test_mode_a_call_is_classified_again_too(tenant: Tenant) -> None:
    made: Any = call("POST", "/v1/calls", key=tenant.test_admin, json_body=CALL).json
    Pipeline().run()

    assert call("POST", f"/v1/calls/{made['id']}/classify", key=tenant.test_admin).status == 202

    Pipeline().run()
    found = call("GET", f"/v1/calls/{made['id']}", key=tenant.test_admin).json
    assert len(found["classification_runs"]) == 2
