"""Deliveries to real receivers on this machine: signed, retried, and recorded once wherever the worker is killed."""

from __future__ import annotations

import io
import json
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from eal.core import aws, observe, signing
from eal.core.outbound import health
from eal.core.outbound.address import without_query
from eal.core.outbound.schedule import DEFERRAL_TIMEOUT, MAX_ATTEMPTS
from eal.core.outbound.slots import LEASE
from eal.core.table.item import from_attributes
from eal.domain.webhooks.deliveries import store
from tests.support.aws import arn_of
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items
from tests.support.receiver import Receiver, Response
from tests.support.time import freeze
from tests.support.webhooks import (
    Queue,
    Sent,
    acquired,
    change_endpoint,
    deliver,
    deliver_in_lanes,
    deliveries,
    fan_out,
    health_of,
    publish_lead,
    register,
    single_delivery,
)
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
LEASE_SECONDS = LEASE.total_seconds()


def test_the_event_arrives_with_both_signatures(
    message: dict[str, Any], receiver: Receiver, webhook: dict[str, Any], tenant: Tenant
) -> None:
    assert deliver(message) == OK

    (request,) = receiver.requests
    event = json.loads(request.body)
    assert list(event) == [
        "id", "type", "api_version", "created_at", "tenant_id", "mode", "sequence", "data",
    ]  # fmt: skip
    assert (event["id"], event["type"]) == (message["event_id"], "lead.created")
    assert (event["tenant_id"], event["mode"], event["sequence"]) == (tenant.id, "live", 1)
    assert event["data"]["first_name"] == "Zoë"
    standardwebhooks.Webhook(webhook["secret"]).verify(request.body, request.headers)
    timestamp = int(request.headers["x-eal-timestamp"])
    assert abs(timestamp - time.time()) < 60
    expected = signing.eal_signature(webhook["secret"], timestamp, request.body)
    assert request.headers["x-eal-signature"] == expected
    assert request.headers["webhook-id"] == event["id"]
    assert request.path == "/hooks?token=s3cret"


def test_a_success_is_recorded_and_nothing_follows(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    receiver.responses = [Response(204, b"")]

    deliver(message)

    done = single_delivery()
    assert (done.status, done.next_attempt_at) == ("succeeded", None)
    (attempt,) = done.attempts
    assert (attempt.number, attempt.status_code, attempt.trigger, attempt.error) == (1, 204, "schedule", None)
    assert attempt.duration_ms >= 0
    assert queue.take() == []


@pytest.mark.parametrize("copies", [1, 3])
def test_a_message_for_a_recorded_attempt_is_dropped(
    message: dict[str, Any], receiver: Receiver, queue: Queue, copies: int
) -> None:
    receiver.responses = [Response(500)]
    deliver(message)
    retry = queue.take()

    for _ in range(copies):
        assert deliver_in_lanes(message, queue) == OK

    assert len(receiver.requests) == len(single_delivery().attempts) == len(retry) == 1
    assert queue.take() == []


def test_every_attempt_sends_the_same_bytes_with_its_own_signature(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(500), Response(503), Response(200)]

    deliver(message)
    for _ in range(2):
        (sent,) = queue.take()
        now.advance(seconds=sent.delay)
        deliver(sent.message, lane=sent.lane)

    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.headers["x-eal-signature"] for request in receiver.requests}) == 3
    assert [attempt.status_code for attempt in single_delivery().attempts] == [500, 503, 200]
    assert single_delivery().status == "succeeded"


def test_a_delivery_fails_after_ten_attempts_in_more_than_72_hours(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS delays the first two retries, Scheduler all later ones."""
    now = freeze(monkeypatch)
    started = now.at
    receiver.responses = [Response(500, b"out of order")]

    deliver(message)
    groups = []
    while waiting := queue.take():
        (sent,) = waiting
        assert (sent.delay <= 900) == (sent.group == message["webhook_id"])
        groups.append(sent.group)
        now.advance(seconds=sent.delay)
        deliver(sent.message, lane=sent.lane)

    failed = single_delivery()
    assert (failed.status, failed.next_attempt_at) == ("failed", None)
    assert [attempt.number for attempt in failed.attempts] == list(range(1, MAX_ATTEMPTS + 1))
    assert {attempt.response for attempt in failed.attempts} == {"out of order"}
    assert (failed.attempts[-1].at - started).total_seconds() >= 72 * 3600
    assert len(receiver.requests) == MAX_ATTEMPTS
    assert 3.9 <= (failed.attempts[1].at - started).total_seconds() <= 7
    assert groups == [message["webhook_id"]] * 2 + [None] * 7


def test_a_retry_after_15_minutes_is_a_schedule_that_deletes_itself(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    receiver.responses = [Response(503, headers={"Retry-After": "7200"})]

    deliver(message)

    due = single_delivery().next_attempt_at
    assert due
    (made,) = aws.scheduler().list_schedules(GroupName="later")["Schedules"]
    assert made["Name"].startswith(f"{message['delivery_id']}-2-")
    schedule = aws.scheduler().get_schedule(GroupName="later", Name=made["Name"])
    at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
    assert 0 <= (at - due).total_seconds() < 1
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = schedule["Target"]
    assert (target["Arn"], target["DeadLetterConfig"]["Arn"]) == (
        arn_of("SlowDeliveryQueue"),
        arn_of("SlowDeliveryQueueDead"),
    )
    assert json.loads(target["Input"]) == {**message, "attempt": 2}


def test_a_worker_that_runs_again_creates_no_second_schedule(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker was killed once it had planned the next attempt; its second run comes to the same second."""
    now = freeze(monkeypatch)
    receiver.responses = [Response(500)]
    deliver(message)
    (second,) = queue.take()
    now.advance(seconds=second.delay)
    deliver(second.message, lane=second.lane)
    (third,) = queue.take()
    now.advance(seconds=third.delay)
    last = third.message
    receiver.responses = [Response(503, headers={"Retry-After": "50000"})]
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 3  # the slot, the read, the schedule
        with pytest.raises(Killed):
            deliver(last, lane="slow")
    planned = single_delivery().next_attempt_at
    receiver.responses = [Response(503, headers={"Retry-After": str(50000 - int(LEASE_SECONDS))})]
    now.advance(seconds=LEASE_SECONDS)

    assert deliver(last, lane="slow") == OK

    assert single_delivery().next_attempt_at != planned
    assert len(aws.scheduler().list_schedules(GroupName="later")["Schedules"]) == 1


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceQuotaExceededException"])
def test_a_retry_that_scheduler_refuses_takes_the_longest_delay_of_sqs_and_is_sent_once(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(503, headers={"Retry-After": "7200"})]

    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"CreateSchedule": code}
        assert deliver(message) == OK
        (early,) = queue.take()
        now.advance(seconds=early.delay)
        assert deliver(early.message, lane=early.lane) == OK

    assert len(receiver.requests) == len(single_delivery().attempts) == 1
    (again,) = queue.take()
    assert (early.delay, again.delay) == (900, 900)
    assert early.message == again.message == {**message, "attempt": 2}
    assert early.group == again.group == message["webhook_id"]
    now.advance(seconds=again.delay)
    assert deliver(again.message, lane=again.lane) == OK
    (scheduled,) = queue.take()
    assert scheduled.group is None
    assert 5400 <= scheduled.delay <= 5402


def test_an_unreachable_scheduler_neither_loses_an_outcome_nor_repeats_an_attempt(
    tenant: Tenant,
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also those of other endpoints and tenants in the same batch."""
    now = freeze(monkeypatch)
    health_of(message)
    for _ in range(4):
        register(tenant, receiver.url)
    fan_out(publish_lead(tenant))
    messages = [message, *(sent.message for sent in queue.take())]
    receiver.responses = [Response(503, headers={"Retry-After": "7200"})] * 3 + [Response(200)]

    with watched_calls(monkeypatch) as calls:
        calls.unreachable = {"CreateSchedule"}
        assert deliver(*messages) == OK

    assert calls.count("CreateSchedule") == 1
    assert [len(delivery.attempts) for delivery in deliveries()] == [1] * 6
    assert sorted(delivery.status for delivery in deliveries()) == ["pending"] * 3 + ["succeeded"] * 3
    assert all(health_of(message).leases == {} for message in messages)
    early = queue.take()
    assert [(sent.delay, sent.message["attempt"]) for sent in early] == [(900, 2)] * 3
    for queued in messages:
        assert deliver_in_lanes(queued, queue) == OK
    assert len(receiver.requests) == 6

    now.advance(seconds=900)
    for sent in early:
        assert deliver(sent.message, lane=sent.lane) == OK

    assert len(receiver.requests) == 6
    assert sorted((sent.delay - 6300) // 3 for sent in queue.take()) == [0] * 3


def test_a_schedule_without_a_response_and_its_substitute_make_one_attempt(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(503, headers={"Retry-After": "7200"}), Response(200)]
    with watched_calls(monkeypatch) as calls:
        calls.unanswered = {"CreateSchedule"}
        assert deliver(message) == OK
    scheduled, early = queue.take()
    assert (scheduled.group, early.delay) == (None, 900)

    now.advance(seconds=900)
    assert deliver(early.message, lane=early.lane) == OK
    assert queue.take() == []
    now.advance(seconds=scheduled.delay - 900)
    for _ in range(2):
        assert deliver(scheduled.message, lane=scheduled.lane) == OK

    assert [attempt.status_code for attempt in single_delivery().attempts] == [503, 200]
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("fault", ["unreachable", "unanswered"])
def test_a_queue_without_a_response_concerns_the_attempts_that_need_it(
    tenant: Tenant,
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    fan_out(publish_lead(tenant))
    messages = [message, *(sent.message for sent in queue.take())]
    receiver.responses = [Response(500), Response(200)]

    with watched_calls(monkeypatch) as calls:
        setattr(calls, fault, {"SendMessageBatch"})
        response: Any = deliver(*messages)

    (failed,) = (
        int(failure["itemIdentifier"].removeprefix("message-")) for failure in response["batchItemFailures"]
    )
    assert sorted(delivery.status for delivery in deliveries()) == ["pending", "succeeded"]
    now.advance(seconds=LEASE_SECONDS)
    for sent in (Sent(messages[failed], 0, None), *queue.take()):
        assert deliver(sent.message, lane=sent.lane) == OK
    assert {delivery.status for delivery in deliveries()} == {"succeeded"}
    assert len(receiver.requests) == 3


@pytest.mark.parametrize("status", [200, 410, 500])
@pytest.mark.parametrize("number", range(1, 9))
def test_a_worker_that_loses_any_response_records_one_outcome(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    number: int,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(status, b"z" * 300)]
    with watched_calls(monkeypatch) as calls:
        calls.lose_response_of = {number}
        assert deliver(message) == OK
    if not receiver.requests:  # it has no slot, because it cannot know that it has acquired it
        now.advance(seconds=LEASE_SECONDS)
        (deferred,) = queue.take()
        assert deliver_in_lanes(deferred.message, queue) == OK

    done = single_delivery()
    assert [(attempt.number, attempt.response) for attempt in done.attempts] == [(1, "z" * 300)]
    assert done.status == {200: "succeeded", 410: "failed", 500: "pending"}[status]
    assert len(receiver.requests) == 1
    assert health_of(message).leases == {}
    assert {sent.message["attempt"] for sent in queue.take()} == ({2} if status == 500 else set())


def test_a_faulty_request_to_scheduler_is_an_error(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.responses = [Response(503, headers={"Retry-After": "7200"})]

    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"CreateSchedule": "ValidationException"}
        assert deliver(message) != OK


def test_an_outcome_that_cannot_be_recorded_returns_the_message_and_the_slot(
    tenant: Tenant, message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer requests a retry during the attempt, and whenever its outcome is recorded."""
    monkeypatch.setattr("eal.core.outbound.attempts.MAX_RECORDINGS", 0)
    path = f"/v1/webhooks/deliveries/{message['delivery_id']}/retry"
    receiver.responses = [Response(meanwhile=lambda: call("POST", path, key=tenant.write))]

    assert deliver(message) != OK

    assert len(receiver.requests) == 1
    assert single_delivery().status == "pending"
    assert health_of(message).leases == {}


def test_an_early_message_is_postponed(message: dict[str, Any], receiver: Receiver, queue: Queue) -> None:
    receiver.responses = [Response(500)]
    deliver(message)
    (retry,) = queue.take()

    assert deliver(retry.message, lane=retry.lane) == OK

    (again,) = queue.take()
    assert again.message == retry.message
    assert 1 <= again.delay <= 6
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("retry_after", "least", "most"), [("60", 60, 60), ("1", 4, 6), ("999999999", 90 * 3600, 91 * 3600)]
)
def test_retry_after_is_honoured_up_to_the_end_of_the_schedule(
    message: dict[str, Any], receiver: Receiver, queue: Queue, retry_after: str, least: int, most: int
) -> None:
    receiver.responses = [Response(429, headers={"Retry-After": retry_after})]

    deliver(message)

    (sent,) = queue.take()
    assert least <= sent.delay <= most
    due = single_delivery().next_attempt_at
    assert due is not None
    assert (due - single_delivery().created_at).total_seconds() <= 91 * 3600


def test_a_redirect_is_recorded_with_the_first_4_kib_of_its_response(
    message: dict[str, Any], receiver: Receiver
) -> None:
    receiver.responses = [Response(307, b"y" * 100_000, headers={"Location": "http://127.0.0.1:1/"})]

    deliver(message)

    (attempt,) = single_delivery().attempts
    assert (attempt.status_code, attempt.error) == (307, "redirect_not_followed")
    assert attempt.response == "y" * 4096
    assert single_delivery().status == "pending"


def test_only_the_newest_attempt_keeps_more_of_its_response_than_200_characters(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the endpoint answers, ten failed attempts fit into 10 KB."""
    now = freeze(monkeypatch)
    receiver.responses = [Response(500, b"\xff" * 5000)]

    deliver(message)
    while waiting := queue.take():
        (sent,) = waiting
        now.advance(seconds=sent.delay)
        deliver(sent.message, lane=sent.lane)

    *older, newest = single_delivery().attempts
    assert [len(attempt.response or "") for attempt in older] == [200] * (MAX_ATTEMPTS - 1)
    assert 4000 < len((newest.response or "").encode()) <= 4096
    (item,) = items("DELIVERY")
    assert len(json.dumps(from_attributes(item), ensure_ascii=False).encode()) < 3_000


def test_a_response_is_stored_again_only_if_it_is_another_one(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch, tenant: Tenant
) -> None:
    now = freeze(monkeypatch)
    page, other, short = b"<html>" + b"a" * 500, b"<html>" + b"a" * 499 + b"b", b"no"
    receiver.responses = [Response(500, body) for body in (page, page, other, other, short, short, page)]
    stored, shown = [], []

    for _ in range(7):
        with watched_calls(monkeypatch) as calls:
            deliver_in_lanes(message, queue)
        stored.append(calls.made.count("BatchWriteItem"))
        (sent,) = queue.take()
        message = sent.message
        now.advance(seconds=sent.delay)
        path = f"/v1/webhooks/deliveries/{single_delivery().id}"
        shown.append(call("GET", path, key=tenant.read).json["attempts"])

    assert stored == [1, 0, 1, 0, 0, 0, 1]
    assert [attempts[-1]["response"] for attempts in shown] == [
        body.decode() for body in (page, page, other, other, short, short, page)
    ]
    excerpt = page[:200].decode()
    assert [attempt["response"] for attempt in shown[-1][:-1]] == [*[excerpt] * 4, "no", "no"]


def test_a_response_that_no_recorded_attempt_has_is_not_shown(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch, tenant: Tenant
) -> None:
    """A worker was killed between the two, and its attempt is made again."""
    now = freeze(monkeypatch)
    receiver.responses = [Response(500, b"a" * 300), Response(500, b"b" * 300)]
    deliver(message)
    (second,) = queue.take()
    now.advance(seconds=second.delay)
    path = f"/v1/webhooks/deliveries/{single_delivery().id}"

    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 4  # the slot, the read, the next message, the response
        with pytest.raises(Killed):
            deliver(second.message, lane=second.lane)

    assert calls.made[-1] == "BatchWriteItem"
    assert [attempt["response"] for attempt in call("GET", path, key=tenant.read).json["attempts"]] == [
        "a" * 200
    ]
    now.advance(seconds=LEASE_SECONDS)
    assert deliver(second.message, lane=second.lane) == OK
    (first, newest) = call("GET", path, key=tenant.read).json["attempts"]
    assert (first["response"], newest["response"]) == ("a" * 200, "b" * 300)


def test_a_slow_receiver_times_out(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    receiver.responses = [Response(meanwhile=lambda: time.sleep(0.6))]

    deliver(message)

    (attempt,) = single_delivery().attempts
    assert (attempt.status_code, attempt.error) == (None, "timeout")


def test_a_blocked_address_gets_no_connection(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "production")

    deliver(message)

    (attempt,) = single_delivery().attempts
    assert (attempt.status_code, attempt.error) == (None, "blocked_address")
    assert single_delivery().status == "pending"
    assert receiver.requests == []


def test_a_410_disables_the_endpoint_fails_the_delivery_and_emits_an_event(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    receiver.responses = [Response(410, b"gone")]

    deliver(message)

    assert single_delivery().status == "failed"
    assert single_delivery().attempts[0].status_code == 410
    assert queue.take() == []
    shown = call("GET", f"/v1/webhooks/{message['webhook_id']}", key=tenant.read).json
    assert (shown["enabled"], shown["version"]) == (False, 2)
    (record,) = [record for record in items("AUDIT") if record["action"]["S"] == "webhook.disabled"]
    assert record["actor"]["M"] == {"type": {"S": "worker"}, "id": {"S": "deliver_webhook"}}
    assert record["request_id"]["S"] == message["request_id"]
    (event,) = [event for event in items("EVENT") if event["type"]["S"] == "webhook.disabled"]
    assert json.loads(event["data"]["S"]) == {**shown, "url": without_query(shown["url"])}


def test_pending_deliveries_to_a_disabled_endpoint_are_skipped(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    fan_out(publish_lead(tenant))
    (other,) = queue.take()
    receiver.responses = [Response(410)]
    deliver(message)

    deliver_in_lanes(other.message, queue)

    assert {delivery.status for delivery in deliveries()} == {"failed", "skipped"}
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(("has_slot", "end"), [(True, "skipped"), (False, "failed")])
def test_a_delivery_that_is_erased_while_it_is_ended_is_ended_nevertheless(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    has_slot: bool,
    end: str,
) -> None:
    """An erasure changes the delivery and sends no message, so the message that is consumed is its last one."""
    now = freeze(monkeypatch)
    if has_slot:
        change_endpoint(message["webhook_id"], enabled=False)
    else:
        now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() + 1)
        health_of(message)
        assert all(acquired(message, number) for number in range(1, health.MAX_IN_FLIGHT + 1))
        message["deferrals"] = 19
    read_all = store.read_all

    def erased_after_the_read(
        messages: Sequence[DeliverWebhookTask], *, with_health: bool
    ) -> list[store.DeliveryContext]:
        contexts = read_all(messages, with_health=with_health)
        before = single_delivery()
        if not before.event_erased_at:
            assert store.advance(before, before.without_responses(now.now()))
        return contexts

    monkeypatch.setattr(store, "read_all", erased_after_the_read)

    assert deliver(message) == OK

    assert single_delivery().status == end
    assert (receiver.requests, queue.take()) == ([], [])


@pytest.mark.parametrize("status", [200, 410, 500])
@pytest.mark.parametrize("after", range(1, 9))
def test_a_worker_killed_after_any_call_and_run_again_records_one_outcome(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    after: int,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(status, b"z" * 300)]
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        try:
            deliver(message)
        except Killed:
            pass
        else:
            assert after > len(calls.made)
    now.advance(seconds=LEASE_SECONDS)

    assert deliver_in_lanes(message, queue) == OK

    done = single_delivery()
    assert [(attempt.number, attempt.response) for attempt in done.attempts] == [(1, "z" * 300)]
    assert done.status == {200: "succeeded", 410: "failed", 500: "pending"}[status]
    assert len([record for record in items("AUDIT") if record["action"]["S"] == "webhook.disabled"]) == (
        status == 410
    )
    sent = queue.take()
    assert {message.message["attempt"] for message in sent} == ({2} if status == 500 else set())


@pytest.mark.parametrize(
    ("status", "operation"),
    [
        (200, "BatchExecuteStatement"),
        (500, "SendMessageBatch"),
        (500, "BatchExecuteStatement"),
        (410, "TransactWriteItems"),
    ],
)
def test_a_worker_that_cannot_record_makes_the_attempt_again(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    operation: str,
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    receiver.responses = [Response(status)]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {operation: "InternalServerError"}
        calls.accept_first = {"BatchExecuteStatement": 1}
        assert deliver(message) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert single_delivery().attempts == ()
    now.advance(seconds=LEASE_SECONDS)

    assert deliver(message) == OK

    assert [attempt.number for attempt in single_delivery().attempts] == [1]
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_the_next_message_repeats_an_unrecorded_attempt(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    receiver.responses = [Response(500), Response(200)]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"BatchExecuteStatement": "InternalServerError"}
        calls.accept_first = {"BatchExecuteStatement": 1}
        deliver(message)
    (second,) = queue.take()
    now.advance(seconds=LEASE_SECONDS)

    deliver(second.message, lane=second.lane)  # the first message was lost for good

    assert [(attempt.number, attempt.status_code) for attempt in single_delivery().attempts] == [(1, 200)]
    assert single_delivery().status == "succeeded"


def test_of_two_workers_with_the_same_message_one_sends(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second worker runs whole while the first one waits for its answer; its copy comes again later."""
    now = freeze(monkeypatch)
    receiver.responses = [Response(200, meanwhile=lambda: deliver(message))]

    assert deliver(message) == OK

    assert len(receiver.requests) == 1
    assert [attempt.number for attempt in single_delivery().attempts] == [1]
    (copy,) = queue.take()
    assert (copy.message["attempt"], copy.message["deferrals"]) == (1, 1)
    now.advance(seconds=copy.delay)
    assert deliver(copy.message, lane=copy.lane) == OK
    assert len(receiver.requests) == 1
    assert queue.take() == []


def test_a_worker_that_outlived_its_lease_leaves_one_record(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a clock that was set, or a process that stood still: then both send, and one records."""
    now = freeze(monkeypatch)

    def later() -> None:
        now.advance(seconds=LEASE_SECONDS)
        deliver(message)

    receiver.responses = [Response(500, meanwhile=later), Response(200, b"second")]

    assert deliver(message) == OK

    assert [(attempt.number, attempt.response) for attempt in single_delivery().attempts] == [(1, "second")]
    assert single_delivery().status == "succeeded"
    assert health_of(message).failing_since is None
    for sent in queue.take():
        assert deliver(sent.message, lane=sent.lane) == OK
    assert len(receiver.requests) == 2


def test_the_messages_of_a_batch_run_concurrently_and_fail_separately(
    tenant: Tenant, queue: Queue, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver has all ten requests before it answers the first one."""
    meeting = threading.Barrier(10, timeout=20)
    receiver.responses = [Response(meanwhile=meeting.wait)]
    for _ in range(10):
        register(tenant, receiver.url)
    fan_out(publish_lead(tenant))
    messages = [sent.message for sent in queue.take()]
    broken = {**messages[0], "attempt": "none"}

    response = deliver(*messages, broken)

    assert response == {"batchItemFailures": [{"itemIdentifier": "message-10"}]}
    assert {delivery.status for delivery in deliveries()} == {"succeeded"}
    assert len(receiver.requests) == 10


def test_connections_are_reused_by_the_next_invocation(
    tenant: Tenant, queue: Queue, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    for _ in range(3):
        fan_out(publish_lead(tenant))
        (sent,) = queue.take()
        deliver(sent.message, lane=sent.lane)

    assert len({request.connection for request in receiver.requests}) == 1


def test_the_aws_calls_of_an_attempt(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch, queue: Queue, tenant: Tenant
) -> None:
    deliver(message)
    fan_out(publish_lead(tenant))
    (sent,) = queue.take()

    with watched_calls(monkeypatch) as calls:
        deliver(sent.message, lane=sent.lane)

    assert calls.made == ["BatchExecuteStatement", "BatchGetItem", "BatchExecuteStatement"]


def test_a_batch_of_ten_makes_three_calls_to_aws(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch, queue: Queue, tenant: Tenant
) -> None:
    """Whatever the endpoints: here there are two of them, with five deliveries each."""
    register(tenant, receiver.url)
    fan_out(publish_lead(tenant))
    for sent in queue.take():
        deliver(sent.message)
    fan_out(*(publish_lead(tenant) for _ in range(5)))
    messages = [sent.message for sent in queue.take()]
    assert len(messages) == 10

    with watched_calls(monkeypatch) as calls:
        assert deliver(*messages) == OK

    assert calls.made == ["BatchExecuteStatement", "BatchGetItem", "BatchExecuteStatement"]
    assert [delivery.status for delivery in deliveries()].count("succeeded") == 12


def test_nothing_of_the_request_is_logged(
    message: dict[str, Any],
    receiver: Receiver,
    webhook: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    receiver.responses = [Response(500, b"an answer with a secret")]

    deliver(message)

    (request,) = receiver.requests
    everything = log.getvalue() + "".join(capsys.readouterr())
    for hidden in ("s3cret", "Zoë", "an answer", webhook["secret"], request.headers["x-eal-signature"]):
        assert hidden not in everything
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "delivery_attempted"]
    assert (line["delivery_id"], line["status_code"]) == (message["delivery_id"], 500)
    assert line["request_id"] == message["request_id"]


def test_log_lines_of_a_batch_keep_their_own_context(
    tenant: Tenant, queue: Queue, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    made = [register(tenant, receiver.url)["id"] for _ in range(10)]
    fan_out(publish_lead(tenant))
    messages = [{**sent.message, "request_id": sent.group} for sent in queue.take()]
    log.truncate(0)
    log.seek(0)

    deliver(*messages)

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    attempted = [line for line in lines if line["message"] == "delivery_attempted"]
    assert sorted(line["webhook_id"] for line in attempted) == sorted(made)
    assert all(line["request_id"] == line["webhook_id"] for line in attempted)


def test_a_delivery_whose_event_has_expired_is_skipped(
    message: dict[str, Any], receiver: Receiver, tenant: Tenant
) -> None:
    assert deliver({**message, "event_id": "evt_00000000000000000000000000"}) == OK

    assert single_delivery().status == "skipped"
    assert receiver.requests == []


def test_the_sample_event_works(cloud: None) -> None:
    event = json.loads((ROOT / "events/workers/deliver_webhook.json").read_text())

    assert load_app("workers/deliver_webhook").handler(event, None) == OK
