"""Replays: which deliveries are opened, and that each is opened once wherever the worker is killed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import rfc3339
from eal.domain.webhooks.deliveries import replay, store
from eal.domain.webhooks.deliveries.model import MAX_ATTEMPTS_STORED, Attempt
from tests.support.faults import Killed, before_first, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tests.support.receiver import Receiver, Response
from tests.support.webhooks import (
    Queue,
    deliver,
    deliveries,
    fan_out,
    new_message,
    publish_lead,
    register,
    watched_queue,
)
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.webhooks.deliveries.model import Delivery
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
    """The id of a new lead's event, which has been delivered to all subscribed endpoints."""
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
    """The message of a replay of the last hour, requested now."""
    clock.advance(seconds=1)
    return {
        "replay_id": "rpl_01kq09bekje6vbq5xe2b60xtww",
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "r",
        "webhook_id": webhook["id"],
        "since": rfc3339(clock.now() - timedelta(hours=1)),
        "until": rfc3339(clock.now()),
        "requested_at": rfc3339(clock.now()),
        **more,
    }


def _work(message: dict[str, Any]) -> object:
    return load_app("workers/replay_deliveries").handler(
        sqs_event("ReplayQueue", [json.dumps(message)]), None
    )


def _opened(queue: Queue) -> list[str]:
    """The events whose deliveries are due now."""
    return [sent.message["event_id"] for sent in queue.take()]


def _by_event() -> dict[str, Delivery]:
    return {delivery.event_id: delivery for delivery in deliveries()}


@pytest.mark.parametrize("only", [None, "failed", "missing"])
def test_only_selects_failed_or_missing_deliveries(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    queue: Queue,
    only: str | None,
) -> None:
    receiver.responses = [Response(410), Response(200), Response(500)]
    failed = _new_lead(tenant, pipeline)
    skipped = _new_lead(tenant, pipeline)
    _enable(tenant, webhook, enabled=True)
    succeeded = _new_lead(tenant, pipeline)
    pending = _new_lead(tenant, pipeline)
    queue.take()

    assert _work(_message(clock, tenant, webhook, only=only)) == ONE_OK

    expected = {None: [failed, skipped, succeeded], "failed": [failed], "missing": [skipped]}[only]
    assert _opened(queue) == expected
    for event, delivery in _by_event().items():
        is_opened = event in expected
        assert delivery.trigger == ("replay" if is_opened else "schedule")
        assert (delivery.status == "pending") == (is_opened or event == pending)


def test_events_from_before_the_endpoint_are_missing_too(
    clock: Clock, tenant: Tenant, receiver: Receiver, pipeline: Pipeline
) -> None:
    event = _new_lead(tenant, pipeline)
    late = register(tenant, receiver.url, ["lead.created"])

    with watched_queue() as queue:
        _work(_message(clock, tenant, late, only="missing"))
        assert _opened(queue) == [event]

    assert (_by_event()[event].trigger, _by_event()[event].event_type) == ("replay", "lead.created")


def test_a_replay_respects_range_types_and_filter(
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


def test_audit_records_are_replayed_to_endpoints_that_list_them(
    clock: Clock, tenant: Tenant, receiver: Receiver, pipeline: Pipeline
) -> None:
    event = _new_lead(tenant, pipeline)
    late = register(tenant, receiver.url, ["lead.created", "audit.log.event"])
    pipeline.run()
    records = sorted(item["id"]["S"] for item in items("AUDIT") if "feedsk" in item)

    with watched_queue() as queue:
        _work(_message(clock, tenant, late, only="missing", until=rfc3339(clock.now() + timedelta(hours=1))))
        opened = _opened(queue)

    own = {delivery.event_id for delivery in deliveries() if delivery.trigger == "schedule"}
    assert opened == [event, *(record for record in records if record not in own)]


def test_a_replayed_delivery_that_fails_has_a_new_schedule(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, pipeline: Pipeline
) -> None:
    event = _new_lead(tenant, pipeline)
    receiver.responses = [Response(503)]

    _work(_message(clock, tenant, webhook))
    pipeline.run()

    delivery = _by_event()[event]
    assert (delivery.status, [attempt.trigger for attempt in delivery.attempts]) == (
        "pending",
        ["schedule", "replay"],
    )
    assert delivery.next_attempt_at is not None
    assert delivery.next_attempt_at - clock.now() <= timedelta(seconds=6)


def test_a_second_run_only_repeats_the_messages_of_pending_deliveries(
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
    versions = {delivery.id: delivery.version for delivery in deliveries()}
    _work(message)
    assert _opened(queue) == events
    assert {delivery.id: delivery.version for delivery in deliveries()} == versions

    pipeline.run()
    queue.take()
    _work(message)
    assert _opened(queue) == []
    assert len(receiver.requests) == 4


@pytest.mark.parametrize("after", range(1, 10))
def test_a_worker_killed_after_any_call_and_run_again_opens_each_delivery_once(
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
    versions = {delivery.event_id: delivery.version for delivery in deliveries()}
    message = _message(clock, tenant, webhook)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        with pytest.raises(Killed):
            _work(message)
    sent = _opened(queue)

    assert _work(message) == ONE_OK

    assert set(sent + _opened(queue)) == set(events)
    assert {
        delivery.event_id: delivery.version - versions[delivery.event_id] for delivery in deliveries()
    } == dict.fromkeys(events, 1)


@pytest.mark.parametrize("number", range(1, 12))
def test_a_replay_that_loses_any_response_delivers_each_event(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    """A delivery that the lost response had created, or opened again, stayed pending without a message."""
    events = {_new_lead(tenant, pipeline), _new_lead(tenant, pipeline)}
    late = register(tenant, receiver.url, ["lead.created"])
    receiver.requests.clear()
    for endpoint in (webhook, late):
        with watched_calls(monkeypatch) as calls:
            calls.lose_response_of = {number}
            assert _work(_message(clock, tenant, endpoint)) == ONE_OK

    pipeline.run()

    assert {delivery.status for delivery in deliveries()} == {"succeeded"}
    delivered = [request.headers["webhook-id"] for request in receiver.requests]
    assert sorted(delivered) == sorted([*events, *events])


def test_another_message_continues_a_replay_whose_time_is_up(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    pipeline: Pipeline,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = [_new_lead(tenant, pipeline) for _ in range(3)]
    queue.take()
    monkeypatch.setattr(replay, "MAX_RUN_SECONDS", -1)
    monkeypatch.setattr(replay, "_BATCH_EVENTS", 1)
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


def test_messages_are_in_the_group_of_their_tenant(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    pipeline: Pipeline,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        _new_lead(tenant, pipeline)
    queue.take()
    monkeypatch.setattr(replay, "MAX_RUN_SECONDS", -1)
    monkeypatch.setattr(replay, "_BATCH_EVENTS", 1)
    message = _message(clock, tenant, webhook)

    with watched_queue("replay") as replays:
        _work({"detail-type": "replay_webhook", "detail": {"task": "replay_webhook", **message}})
        (forwarded,) = replays.take()
        assert _opened(queue) == []
        _work(forwarded.message)
        (continued,) = replays.take()

    assert (forwarded.group, continued.group) == (tenant.id, tenant.id)
    assert forwarded.message == {"task": "replay_webhook", **message}
    assert continued.message.keys() == {*message, "after"}


def test_a_replay_reads_deliveries_of_any_size(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    queue: Queue,
) -> None:
    receiver.responses = [Response(410)]
    for _ in range(12):
        _new_lead(tenant, pipeline)
    queue.take()
    _enable(tenant, webhook, enabled=True)
    for delivery in deliveries():
        _store_failed_with_large_responses(delivery)
    path, body = f"/v1/webhooks/{webhook['id']}/replay", {"since": rfc3339(clock.now() - timedelta(hours=1))}

    clock.advance(seconds=1)
    counted = call("POST", path, key=tenant.write, json_body={**body, "dry_run": True, "only": "failed"})
    worked = _work(_message(clock, tenant, webhook, only="failed"))

    assert (counted.status, counted.json["count"]) == (200, 12)
    assert worked == ONE_OK
    assert len(_opened(queue)) == 12
    assert {len(delivery.attempts) for delivery in deliveries()} == {MAX_ATTEMPTS_STORED}


def _store_failed_with_large_responses(delivery: Delivery) -> None:
    """Nearly the 400 KB that an item may have. Twelve of them are more than the 4 MB that a transaction may read."""
    attempts = tuple(
        Attempt(
            number=number,
            at=delivery.created_at,
            trigger="schedule",
            duration_ms=100,
            status_code=522,
            response="x" * 15_000,
        )
        for number in range(1, MAX_ATTEMPTS_STORED + 1)
    )
    failed = replace(
        delivery, status="failed", attempts=attempts, next_attempt_at=None, version=delivery.version + 1
    )
    assert store.advance(delivery, failed)


@pytest.mark.parametrize(
    ("minutes", "only", "is_opened"),
    [
        (61, None, True),
        (61, "failed", True),
        (61, "missing", False),
        (59, None, False),
        (59, "failed", False),
    ],
)
def test_a_pending_delivery_an_hour_late_is_replayed(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    queue: Queue,
    minutes: int,
    only: str | None,
    is_opened: bool,
) -> None:
    receiver.responses = [Response(503)]
    event = _new_lead(tenant, pipeline)
    queue.take()  # as if the message of the second attempt, due in seconds, became a dead letter
    clock.advance(minutes=minutes)

    _work(_message(clock, tenant, webhook, only=only, since=rfc3339(clock.now() - timedelta(hours=2))))

    assert _opened(queue) == ([event] if is_opened else [])
    assert _by_event()[event].trigger == ("replay" if is_opened else "schedule")


def test_a_deferred_message_and_that_of_a_replay_make_one_attempt(
    clock: Clock, tenant: Tenant, receiver: Receiver
) -> None:
    webhook = register(tenant, receiver.url, ["lead.created"])
    with watched_queue() as queue:
        deferred = new_message(tenant, queue)
        clock.advance(hours=2)
        _work(_message(clock, tenant, webhook, since=rfc3339(clock.now() - timedelta(hours=3))))
        (replayed,) = queue.take()

    for message in (deferred, replayed.message, deferred):
        assert deliver(message) == ONE_OK

    assert len(receiver.requests) == 1
    assert deliveries()[0].status == "succeeded"


def test_repeated_replays_do_not_multiply_the_messages_of_a_deferred_delivery(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], pipeline: Pipeline, queue: Queue
) -> None:
    fan_out(publish_lead(tenant))
    since = rfc3339(clock.now() - timedelta(hours=1))
    opened = []
    for hours in (2, 24, 24, 80):
        queue.take()
        clock.advance(hours=hours)
        _work(_message(clock, tenant, webhook, only="failed", since=since))
        opened.append(len(_opened(queue)))

    assert opened == [1, 0, 0, 1]


def test_a_replay_that_fails_for_the_last_time_makes_room_for_another(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, body = f"/v1/webhooks/{webhook['id']}/replay", {"since": rfc3339(clock.now() - timedelta(hours=1))}
    replay_id = call("POST", path, key=tenant.write, json_body=body).json["id"]
    message = json.dumps(_message(clock, tenant, webhook, replay_id=replay_id))
    statuses = []
    with watched_calls(monkeypatch) as calls:
        for received in (4, 5):
            calls.refuse = {"Query": "InternalServerError"}
            event = sqs_event("ReplayQueue", [message], received)
            response = load_app("workers/replay_deliveries").handler(event, None)
            assert response == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
            calls.refuse = {}
            statuses.append(call("POST", path, key=tenant.write, json_body=body).status)

    assert statuses == [409, 202]


@pytest.mark.parametrize("end", ["disabled", "deleted"])
def test_a_disabled_or_deleted_endpoint_ends_the_replay(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], pipeline: Pipeline, queue: Queue, end: str
) -> None:
    _new_lead(tenant, pipeline)
    queue.take()
    if end == "disabled":
        _enable(tenant, webhook, enabled=False)
    else:
        call("DELETE", f"/v1/webhooks/{webhook['id']}", key=tenant.admin)

    assert _work(_message(clock, tenant, webhook)) == ONE_OK

    assert _opened(queue) == []


def test_a_delivery_that_changes_meanwhile_is_left_alone(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    pipeline: Pipeline,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = _new_lead(tenant, pipeline)
    queue.take()
    message = _message(clock, tenant, webhook)
    path = f"/v1/webhooks/deliveries/{_by_event()[event].id}/retry"

    def retry() -> None:
        assert call("POST", path, key=tenant.write).status == 202

    with before_first(monkeypatch, "PutItem", retry):
        assert _work(message) == ONE_OK

    assert _opened(queue) == []
    assert _by_event()[event].trigger == "manual"


def test_the_sample_event_works(tenant: Tenant) -> None:
    event = json.loads((ROOT / "events/workers/replay_deliveries.json").read_text())

    assert load_app("workers/replay_deliveries").handler(event, None) == ONE_OK
