"""GET /v1/calls/stats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.classification import Intent
from eal.ai.engines.embedded.calls import engine
from tests.functions.calls.test_correct import WRONG_NUMBER, detail, patch, switch_ai
from tests.functions.calls.test_create import CALL
from tests.functions.calls.test_create_callback import dispatch
from tests.support.dispatch import set_up
from tests.support.faults import watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, sqs_event
from tools.fixtures.callrail import TRANSCRIPT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

NO_DURATIONS = {"count": 0, "median_seconds": None, "p90_seconds": None}


def stats(tenant: Tenant, window: str = "30d") -> Any:
    response = call("GET", f"/v1/calls/stats?window={window}", key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def new_call(tenant: Tenant, number: int, **changes: Any) -> str:
    body = {**CALL, "vendor_call_id": f"c-{number}", **changes}
    return str(call("POST", "/v1/calls", key=tenant.write, json_body=body).json["id"])


def test_without_calls_everything_is_zero(clock: Clock, tenant: Tenant) -> None:
    found = stats(tenant)

    assert found == {
        "window": "30d",
        "since": "2026-03-25T00:00:00.000Z",
        "until": "2026-04-24T17:42:11.314Z",
        "total": 0,
        "classified": 0,
        "by_intent": dict.fromkeys(Intent, 0),
        "by_urgency": {"emergency": 0, "high": 0, "normal": 0, "low": 0},
        "qualified": {"true": 0, "false": 0, "undetermined": 0},
        "junk": 0,
        "needs_review": 0,
        "corrected": 0,
        "to_classify": NO_DURATIONS,
        "to_dispatch": NO_DURATIONS,
        "weeks": [],
    }


def test_inbound_calls_are_counted_by_their_classification(clock: Clock, tenant: Tenant) -> None:
    new_call(tenant, 1)
    new_call(tenant, 2, transcript=WRONG_NUMBER)
    new_call(tenant, 3, transcript=None)
    new_call(tenant, 4, direction="outbound")
    Pipeline().run()

    for window in ("24h", "7d", "30d", "90d"):
        found = stats(tenant, window)

        assert (found["total"], found["classified"], found["junk"]) == (3, 3, 1)
        assert {name: count for name, count in found["by_intent"].items() if count} == {
            "water": 1,
            "wrong_number": 1,
            "unknown": 1,
        }
        assert sum(found["by_urgency"].values()) == 3
        assert found["by_urgency"]["emergency"] == 1
        assert found["qualified"] == {"true": 1, "false": 1, "undetermined": 1}


def test_a_call_without_a_classification_counts_in_the_total(clock: Clock, tenant: Tenant) -> None:
    switch_ai(tenant, enabled=False)
    new_call(tenant, 1)
    Pipeline().run()

    found = stats(tenant)
    assert (found["total"], found["classified"], found["to_classify"]) == (1, 0, NO_DURATIONS)


def test_the_time_to_the_first_classification_counts(clock: Clock, tenant: Tenant) -> None:
    pipeline, call_ids = Pipeline(), []
    for number, seconds in enumerate((2, 10, 60)):
        call_ids.append(new_call(tenant, number))
        clock.advance(seconds=seconds)
        pipeline.run()
    call("POST", f"/v1/calls/{call_ids[0]}/classify", key=tenant.write)
    clock.advance(hours=3)
    pipeline.run()

    for name in ("to_classify", "to_dispatch"):
        found = stats(tenant)[name]
        assert found["count"] == 3
        assert found["median_seconds"] == pytest.approx(10, rel=0.01)
        assert found["p90_seconds"] == pytest.approx(10, rel=0.01)


def test_the_time_to_the_first_dispatch_counts(clock: Clock, tenant: Tenant) -> None:
    """By the rules with the classification, or before it by a person."""
    pipeline = Pipeline()
    by_person, by_rules = new_call(tenant, 1), new_call(tenant, 2)
    clock.advance(seconds=20)
    body = {"action": "callback", "reason": "A regular customer."}
    assert call("POST", f"/v1/calls/{by_person}/dispatch", key=tenant.write, json_body=body).status == 200
    clock.advance(seconds=20)
    pipeline.run()
    clock.advance(hours=1)
    assert call("POST", f"/v1/calls/{by_rules}/dispatch", key=tenant.write, json_body=body).status == 200
    pipeline.run()

    found = stats(tenant)["to_dispatch"]
    assert found["count"] == 2
    assert found["median_seconds"] == pytest.approx(20, rel=0.01)
    assert stats(tenant)["to_classify"]["median_seconds"] == pytest.approx(40, rel=0.01)


def test_a_correction_moves_the_call_and_a_withdrawal_moves_it_back(clock: Clock, tenant: Tenant) -> None:
    call_id = new_call(tenant, 1)
    pipeline = Pipeline()
    pipeline.run()
    before = stats(tenant)

    patch(tenant, call_id, {"intent": "spam", "urgency": "low", "qualified": False})
    pipeline.run()

    found = stats(tenant)
    assert (found["by_intent"]["water"], found["by_intent"]["spam"], found["junk"]) == (0, 1, 1)
    assert (found["corrected"], found["weeks"][0]["overruled"]) == (1, 1)
    patch(tenant, call_id, {"correction": None})
    pipeline.run()
    assert stats(tenant) == before


def test_a_confirmation_counts_as_a_correction_that_does_not_overrule(clock: Clock, tenant: Tenant) -> None:
    call_id = new_call(tenant, 1)
    pipeline = Pipeline()
    pipeline.run()

    patch(tenant, call_id, {"intent": "water"})
    pipeline.run()

    found = stats(tenant)
    assert (found["corrected"], found["weeks"][0]["overruled"]) == (1, 0)


def test_a_week_shows_the_share_of_classes_and_the_confidence(clock: Clock, tenant: Tenant) -> None:
    """2026-04-24 is a Friday."""
    pipeline = Pipeline()
    first, second = new_call(tenant, 1), new_call(tenant, 2, transcript=WRONG_NUMBER)
    pipeline.run()
    clock.advance(days=3)
    third = new_call(tenant, 3)
    pipeline.run()

    found = stats(tenant, "90d")["weeks"]

    confidence = {
        call_id: detail(tenant, call_id)["classification"]["confidence"] for call_id in (first, second, third)
    }
    assert [week["starts_on"] for week in found] == ["2026-04-27", "2026-04-20"]
    assert found[0]["by_intent"] == {"water": 1}
    assert found[1]["by_intent"] == {"water": 1, "wrong_number": 1}
    assert found[0]["mean_confidence"] == pytest.approx(confidence[third], abs=0.001)
    assert found[1]["mean_confidence"] == pytest.approx(
        (confidence[first] + confidence[second]) / 2, abs=0.001
    )
    assert [week["judged"] for week in found] == [1, 2]


def test_a_run_with_the_same_decision_updates_the_confidence(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = new_call(tenant, 1)
    pipeline = Pipeline()
    pipeline.run()
    assert stats(tenant)["weeks"][0]["unsure"] == 0
    judge = engine.judge

    def less_sure(*arguments: Any, **named: Any) -> Any:
        from dataclasses import replace

        classification, provenance = judge(*arguments, **named)
        return replace(classification, confidence=0.125, unsure=("urgency",)), provenance

    monkeypatch.setattr(engine, "judge", less_sure)
    call("POST", f"/v1/calls/{call_id}/classify", key=tenant.write)
    pipeline.run()

    (week,) = stats(tenant)["weeks"]
    assert (week["judged"], week["mean_confidence"], week["unsure"]) == (1, 0.125, 1)
    patch(tenant, call_id, {"urgency": "high"})
    pipeline.run()
    assert detail(tenant, call_id)["classification"]["unsure"] == []
    assert stats(tenant)["weeks"][0]["unsure"] == 1


def test_a_window_contains_the_calls_created_in_it(clock: Clock, tenant: Tenant) -> None:
    for number, hours in enumerate((0, 20, 100, 400, 2000)):
        clock.advance(hours=hours)
        new_call(tenant, number)
    Pipeline().run()
    clock.advance(hours=3)

    found = {window: stats(tenant, window)["total"] for window in ("24h", "7d", "30d", "90d")}

    assert found == {"24h": 1, "7d": 1, "30d": 1, "90d": 2}


def test_repeated_and_reordered_messages_do_not_change_the_counts(clock: Clock, tenant: Tenant) -> None:
    call_ids = [new_call(tenant, number) for number in range(3)]
    Pipeline().run()
    before = stats(tenant)

    for call_id in (*call_ids[::-1], *call_ids):
        detail_ = {"organization_id": tenant.id, "mode": "live", "request_id": "r", "data": {"id": call_id}}
        body = json.dumps({"detail-type": "call.received", "detail": detail_})
        response = load_app("workers/count_activity").handler(sqs_event("CountQueue", [body, body]), None)
        assert response == {"batchItemFailures": []}

    assert stats(tenant) == before


def test_a_call_in_the_review_queue_is_counted_until_it_is_decided(clock: Clock, tenant: Tenant) -> None:
    set_up(tenant)
    call_id = new_call(tenant, 1)
    pipeline = Pipeline()
    pipeline.run()
    dispatch(tenant, call_id, "needs_review", status="needs_review")
    _recount(tenant, call_id)
    assert stats(tenant)["needs_review"] == 1
    waiting = call("GET", "/v1/calls?status=needs_review", key=tenant.read).json["data"]
    assert [item["id"] for item in waiting] == [call_id]

    patch(tenant, call_id, {"intent": "water"})
    pipeline.run()

    assert stats(tenant)["needs_review"] == 0


def _recount(tenant: Tenant, call_id: str) -> None:
    detail_ = {"organization_id": tenant.id, "mode": "live", "request_id": "r", "data": {"id": call_id}}
    body = json.dumps({"detail-type": "count_call", "detail": detail_})
    load_app("workers/count_activity").handler(sqs_event("CountQueue", [body]), None)


@pytest.mark.parametrize("query", ["window=1d", "window=", "window=24h&window=7d", "status=received"])
def test_an_unknown_window_or_filter_is_refused(tenant: Tenant, query: str) -> None:
    response = call("GET", f"/v1/calls/stats?{query}", key=tenant.read)

    assert (response.status, response.error) == (422, "validation_error")


def test_stats_take_two_round_trips_and_contain_no_personal_data(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_call(tenant, 1, transcript=TRANSCRIPT)
    Pipeline().run()

    with watched_calls(monkeypatch) as calls:
        stats(tenant)

    assert calls.made == ["UpdateItem", "Query"]
    counters = json.dumps(items("CALL_STATS") + items("COUNTED"))
    assert [word for word in ("Dana", "5550134", "call_tracker") if word in counters] == []


def test_runs_and_overruled_ones_are_metrics_of_all_tenants_in_live_mode(
    tenant: Tenant, stranger: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    call_id = new_call(tenant, 1)
    new_call(stranger, 1)
    call("POST", "/v1/calls", key=tenant.test_admin, json_body=CALL)
    pipeline = Pipeline()
    pipeline.run()
    patch(tenant, call_id, {"intent": "mold"})
    pipeline.run()
    _recount(tenant, call_id)

    sums: dict[str, float] = {}
    for line in capsys.readouterr().out.splitlines():
        for name, values in json.loads(line).items():
            if name.startswith("calls_") and isinstance(values, list):
                sums[name] = sums.get(name, 0) + sum(values)
    confidence = detail(tenant, call_id)["classification_runs"][0]["confidence"]
    assert (sums["calls_judged"], sums["calls_overruled"]) == (2, 1)
    assert sums["calls_confidence"] == pytest.approx(2000 * confidence, abs=2)
