"""Replays: which deliveries are opened, once each, wherever the worker is killed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from eal.core.clock import rfc3339
from eal.domain.webhooks.deliveries import replay
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tests.support.receiver import Receiver, Saying
from tests.support.webhooks import Queue, deliveries, register, watched_queue
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.webhooks.model import Delivery
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

ONE_OK: dict[str, object] = {"batchItemFailures": []}


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture
def webhook(clock: Clock, tenant: Tenant, receiver: Receiver) -> dict[str, Any]:
    return register(tenant, receiver.url, ["lead.created"])


@pytest.fixture
def queue(webhook: dict[str, Any]) -> Iterator[Queue]:
    with watched_queue() as queue:
        yield queue


def _new_lead(tenant: Tenant, pipeline: Pipeline, **fields: object) -> str:
    """The id of the event that tells of a new lead; everybody who wants it has got it."""
    before = _events_of_leads()
    body = {"email": f"person{len(items('LEAD'))}@example.com", **fields}
    assert call("POST", "/v1/leads", key=tenant.write, json_body=body).status == 201
    pipeline.run()
    (event,) = _events_of_leads() - before
    return event


def _events_of_leads() -> set[str]:
    return {item["id"]["S"] for item in items("EVENT") if item["type"]["S"] == "lead.created"}


def _enable(tenant: Tenant, webhook: dict[str, Any], *, enabled: bool) -> None:
    path = f"/v1/webhooks/{webhook['id']}"
    assert call("PATCH", path, key=tenant.admin, json_body={"enabled": enabled}).status == 200


def _message(clock: Clock, tenant: Tenant, webhook: dict[str, Any], **more: object) -> dict[str, Any]:
    """A replay of the last hour, asked for now."""
    clock.advance(seconds=1)
    return {
        "replay_id": "rpl_01kq09bekje6vbq5xe2b60xtww",
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "r",
        "webhook_id": webhook["id"],
        "since": rfc3339(clock.now() - timedelta(hours=1)),
        "until": rfc3339(clock.now()),
        "asked_at": rfc3339(clock.now()),
        **more,
    }


def _work(message: dict[str, Any]) -> object:
    return load_app("workers/replay_deliveries").handler(
        sqs_event("ReplayQueue", [json.dumps(message)]), None
    )


def _opened(queue: Queue) -> list[str]:
    """The events whose deliveries are due now."""
    return [one.message["event_id"] for one in queue.take()]


def _by_event() -> dict[str, Delivery]:
    return {one.event_id: one for one in deliveries()}


@pytest.mark.parametrize("only", [None, "failed", "missing"])
def test_what_failed_is_missing_or_succeeded_is_told_apart(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    queue: Queue,
    only: str | None,
) -> None:
    receiver.says = [Saying(410), Saying(200), Saying(500)]
    failed = _new_lead(tenant, pipeline)
    skipped = _new_lead(tenant, pipeline)
    _enable(tenant, webhook, enabled=True)
    succeeded = _new_lead(tenant, pipeline)
    pending = _new_lead(tenant, pipeline)
    queue.take()

    assert _work(_message(clock, tenant, webhook, only=only)) == ONE_OK

    wanted = {None: [failed, skipped, succeeded], "failed": [failed], "missing": [skipped]}[only]
    assert _opened(queue) == wanted
    for event, one in _by_event().items():
        is_opened = event in wanted
        assert one.trigger == ("replay" if is_opened else "schedule")
        assert (one.status == "pending") == (is_opened or event == pending)


def test_events_from_before_the_endpoint_are_missing_too(
    clock: Clock, tenant: Tenant, receiver: Receiver, pipeline: Pipeline
) -> None:
    event = _new_lead(tenant, pipeline)
    late = register(tenant, receiver.url, ["lead.created"])

    with watched_queue() as queue:
        _work(_message(clock, tenant, late, only="missing"))
        assert _opened(queue) == [event]

    assert (_by_event()[event].trigger, _by_event()[event].event_type) == ("replay", "lead.created")


def test_range_types_and_filter_are_kept_to(
    clock: Clock, tenant: Tenant, receiver: Receiver, pipeline: Pipeline
) -> None:
    _new_lead(tenant, pipeline, loss_type="fire")
    clock.advance(minutes=10)
    start = rfc3339(clock.now())
    inside = _new_lead(tenant, pipeline, loss_type="fire")
    _new_lead(tenant, pipeline, loss_type="water")
    clock.advance(minutes=10)
    end = rfc3339(clock.now())
    _new_lead(tenant, pipeline, loss_type="fire")
    late = register(tenant, receiver.url, "*", filter={"data.loss_type": {"eq": "fire"}})

    with watched_queue() as queue:
        _work(_message(clock, tenant, late, since=start, until=end))
        assert _opened(queue) == [inside]
        _work(_message(clock, tenant, late, types=["call.received"]))
        assert _opened(queue) == []


def test_audit_records_are_replayed_to_who_named_them(
    clock: Clock, tenant: Tenant, receiver: Receiver, pipeline: Pipeline
) -> None:
    event = _new_lead(tenant, pipeline)
    late = register(tenant, receiver.url, ["lead.created", "audit.log.event"])
    pipeline.run()
    records = sorted(item["id"]["S"] for item in items("AUDIT") if "feedsk" in item)

    with watched_queue() as queue:
        _work(_message(clock, tenant, late, only="missing", until=rfc3339(clock.now() + timedelta(hours=1))))
        opened = _opened(queue)

    own = {one.event_id for one in deliveries() if one.trigger == "schedule"}
    assert opened == [event, *(record for record in records if record not in own)]


def test_a_replay_that_fails_is_tried_again_by_a_whole_schedule(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, pipeline: Pipeline
) -> None:
    event = _new_lead(tenant, pipeline)
    receiver.says = [Saying(503)]

    _work(_message(clock, tenant, webhook))
    pipeline.run()

    one = _by_event()[event]
    assert (one.status, [attempt.trigger for attempt in one.attempts]) == ("pending", ["schedule", "replay"])
    assert one.next_attempt_at is not None
    assert one.next_attempt_at - clock.now() <= timedelta(seconds=6)


def test_run_again_it_only_repeats_the_messages_of_what_is_not_done(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    queue: Queue,
) -> None:
    events = [_new_lead(tenant, pipeline) for _ in range(2)]
    queue.take()
    message = _message(clock, tenant, webhook)

    _work(message)
    assert _opened(queue) == events
    versions = {one.id: one.version for one in deliveries()}
    _work(message)
    assert _opened(queue) == events
    assert {one.id: one.version for one in deliveries()} == versions

    pipeline.run()
    queue.take()
    _work(message)
    assert _opened(queue) == []
    assert len(receiver.heard) == 4


@pytest.mark.parametrize("after", range(1, 8))
def test_killed_after_any_call_and_run_again_each_is_opened_once(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    pipeline: Pipeline,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    events = [_new_lead(tenant, pipeline), _new_lead(tenant, pipeline)]
    _enable(tenant, webhook, enabled=False)
    events.append(_new_lead(tenant, pipeline))
    _enable(tenant, webhook, enabled=True)
    queue.take()
    versions = {one.event_id: one.version for one in deliveries()}
    message = _message(clock, tenant, webhook)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        with pytest.raises(Killed):
            _work(message)
    sent = _opened(queue)

    assert _work(message) == ONE_OK

    assert set(sent + _opened(queue)) == set(events)
    assert {one.event_id: one.version - versions[one.event_id] for one in deliveries()} == dict.fromkeys(
        events, 1
    )


def test_what_is_not_done_in_time_goes_on_with_another_message(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    pipeline: Pipeline,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = [_new_lead(tenant, pipeline) for _ in range(3)]
    queue.take()
    monkeypatch.setattr(replay, "RUN_SECONDS", -1)
    monkeypatch.setattr(replay, "_AT_ONCE", 1)
    message = _message(clock, tenant, webhook)
    opened: list[list[str]] = []
    for _ in range(len(events)):
        _work(message)
        opened.append(_opened(queue))
        (message,) = peek("ReplayQueue")
    _work(message)

    assert opened == [[event] for event in events]
    assert _opened(queue) == []
    assert peek("ReplayQueue") == []


@pytest.mark.parametrize("gone", ["disabled", "deleted"])
def test_an_endpoint_that_is_gone_by_then_ends_it(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], pipeline: Pipeline, queue: Queue, gone: str
) -> None:
    _new_lead(tenant, pipeline)
    queue.take()
    if gone == "disabled":
        _enable(tenant, webhook, enabled=False)
    else:
        call("DELETE", f"/v1/webhooks/{webhook['id']}", key=tenant.admin)

    assert _work(_message(clock, tenant, webhook)) == ONE_OK

    assert _opened(queue) == []


def test_a_delivery_that_somebody_moved_meanwhile_is_left_to_them(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], pipeline: Pipeline, queue: Queue
) -> None:
    event = _new_lead(tenant, pipeline)
    queue.take()
    message = _message(clock, tenant, webhook)
    path = f"/v1/webhooks/deliveries/{_by_event()[event].id}/retry"

    events = aws.dynamodb().meta.events

    def retry_first(**_: object) -> None:
        events.unregister("before-call.dynamodb.PutItem", retry_first)
        assert call("POST", path, key=tenant.write).status == 202

    events.register_first("before-call.dynamodb.PutItem", retry_first)
    assert _work(message) == ONE_OK

    assert _opened(queue) == []
    assert _by_event()[event].trigger == "manual"


def test_the_sample_event_works(tenant: Tenant) -> None:
    event = json.loads((ROOT / "events/workers/replay_deliveries.json").read_text())

    assert load_app("workers/replay_deliveries").handler(event, None) == ONE_OK
