"""Deliveries to real receivers on this machine: signed, retried, recorded once, whatever kills the worker."""

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
from eal.core.outbound import sender
from eal.core.outbound.address import without_query
from eal.core.outbound.schedule import ATTEMPTS
from eal.domain.webhooks.deliveries.endpoint_health import LEASE
from tests.support.aws import arn_of
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items
from tests.support.receiver import Receiver, Saying
from tests.support.time import freeze
from tests.support.webhooks import (
    Queue,
    deliver,
    deliveries,
    delivery,
    fan_out,
    health_of,
    publish_lead,
    register,
)
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
LEASE_SECONDS = LEASE.total_seconds()


def test_the_event_arrives_signed_in_both_ways(
    message: dict[str, Any], receiver: Receiver, webhook: dict[str, Any], tenant: Tenant
) -> None:
    assert deliver(message) == OK

    (heard,) = receiver.heard
    event = json.loads(heard.body)
    assert list(event) == [
        "id", "type", "api_version", "created_at", "tenant_id", "mode", "sequence", "data",
    ]  # fmt: skip
    assert (event["id"], event["type"]) == (message["event_id"], "lead.created")
    assert (event["tenant_id"], event["mode"], event["sequence"]) == (tenant.id, "live", 1)
    assert event["data"]["first_name"] == "Zoë"
    standardwebhooks.Webhook(webhook["secret"]).verify(heard.body, heard.headers)
    timestamp = int(heard.headers["x-eal-timestamp"])
    assert abs(timestamp - time.time()) < 60
    expected = signing.eal_signature(webhook["secret"], timestamp, heard.body)
    assert heard.headers["x-eal-signature"] == expected
    assert heard.headers["webhook-id"] == event["id"]
    assert heard.path == "/hooks?token=s3cret"


def test_a_success_is_recorded_and_nothing_follows(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    receiver.says = [Saying(204, b"")]

    deliver(message)

    done = delivery()
    assert (done.status, done.next_attempt_at) == ("succeeded", None)
    (attempt,) = done.attempts
    assert (attempt.number, attempt.status_code, attempt.trigger, attempt.error) == (1, 204, "schedule", None)
    assert attempt.duration_ms >= 0
    assert queue.take() == []


@pytest.mark.parametrize("copies", [1, 3])
def test_a_message_for_a_recorded_attempt_is_dropped(
    message: dict[str, Any], receiver: Receiver, queue: Queue, copies: int
) -> None:
    receiver.says = [Saying(500)]
    deliver(message)
    retry = queue.take()

    for _ in range(copies):
        assert deliver(message) == OK

    assert len(receiver.heard) == len(delivery().attempts) == len(retry) == 1
    assert queue.take() == []


def test_every_attempt_sends_the_same_bytes_with_a_signature_of_its_own(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    receiver.says = [Saying(500), Saying(503), Saying(200)]

    deliver(message)
    for _ in range(2):
        (sent,) = queue.take()
        now.advance(seconds=sent.delay)
        deliver(sent.message)

    assert len({heard.body for heard in receiver.heard}) == 1
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
    assert len({heard.headers["x-eal-signature"] for heard in receiver.heard}) == 3
    assert [attempt.status_code for attempt in delivery().attempts] == [500, 503, 200]
    assert delivery().status == "succeeded"


def test_ten_failures_over_more_than_72_hours(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS delays the first two retries, Scheduler all later ones."""
    now = freeze(monkeypatch)
    started = now.at
    receiver.says = [Saying(500, b"out of order")]

    deliver(message)
    groups = []
    while waiting := queue.take():
        (sent,) = waiting
        assert (sent.delay <= 900) == (sent.group == message["webhook_id"])
        groups.append(sent.group)
        now.advance(seconds=sent.delay)
        deliver(sent.message)

    failed = delivery()
    assert (failed.status, failed.next_attempt_at) == ("failed", None)
    assert [attempt.number for attempt in failed.attempts] == list(range(1, ATTEMPTS + 1))
    assert {attempt.response for attempt in failed.attempts} == {"out of order"}
    assert (failed.attempts[-1].at - started).total_seconds() >= 72 * 3600
    assert len(receiver.heard) == ATTEMPTS
    assert 3.9 <= (failed.attempts[1].at - started).total_seconds() <= 7
    assert groups == [message["webhook_id"]] * 2 + [None] * 7


def test_a_late_retry_is_a_schedule_that_deletes_itself(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    receiver.says = [Saying(503, headers={"Retry-After": "7200"})]

    deliver(message)

    due = delivery().next_attempt_at
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
        arn_of("DeliveryQueue"),
        arn_of("DeliveryQueueDead"),
    )
    assert json.loads(target["Input"]) == {**message, "attempt": 2}


def test_a_schedule_that_is_there_already_is_enough(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker was killed once it had planned the next attempt; its second run comes to the same second."""
    now = freeze(monkeypatch)
    receiver.says = [Saying(500)]
    deliver(message)
    (second,) = queue.take()
    now.advance(seconds=second.delay)
    deliver(second.message)
    (third,) = queue.take()
    now.advance(seconds=third.delay)
    last = third.message
    receiver.says = [Saying(503, headers={"Retry-After": "50000"})]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"PutItem": "InternalServerError"}
        deliver(last)
    planned = delivery().next_attempt_at
    receiver.says = [Saying(503, headers={"Retry-After": str(50000 - int(LEASE_SECONDS))})]
    now.advance(seconds=LEASE_SECONDS)

    assert deliver(last) == OK

    assert delivery().next_attempt_at != planned
    assert len(aws.scheduler().list_schedules(GroupName="later")["Schedules"]) == 1


def test_a_message_that_comes_early_waits_on(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    receiver.says = [Saying(500)]
    deliver(message)
    (retry,) = queue.take()

    assert deliver(retry.message) == OK

    (again,) = queue.take()
    assert again.message == retry.message
    assert 1 <= again.delay <= 6
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("asked", "least", "most"), [("60", 60, 60), ("1", 4, 6), ("999999999", 90 * 3600, 91 * 3600)]
)
def test_retry_after_is_honoured_up_to_the_schedules_end(
    message: dict[str, Any], receiver: Receiver, queue: Queue, asked: str, least: int, most: int
) -> None:
    receiver.says = [Saying(429, headers={"Retry-After": asked})]

    deliver(message)

    (sent,) = queue.take()
    assert least <= sent.delay <= most
    due = delivery().next_attempt_at
    assert due is not None
    assert (due - delivery().created_at).total_seconds() <= 91 * 3600


def test_a_redirect_and_a_huge_answer_are_recorded_as_far_as_they_count(
    message: dict[str, Any], receiver: Receiver
) -> None:
    receiver.says = [Saying(307, b"y" * 100_000, headers={"Location": "http://127.0.0.1:1/"})]

    deliver(message)

    (attempt,) = delivery().attempts
    assert (attempt.status_code, attempt.error) == (307, "redirect_not_followed")
    assert attempt.response == "y" * 4096
    assert delivery().status == "pending"


def test_a_slow_receiver_times_out(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.2)
    receiver.says = [Saying(meanwhile=lambda: time.sleep(0.6))]

    deliver(message)

    (attempt,) = delivery().attempts
    assert (attempt.status_code, attempt.error) == (None, "timeout")


def test_an_address_that_is_blocked_by_now_is_not_connected_to(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "production")

    deliver(message)

    (attempt,) = delivery().attempts
    assert (attempt.status_code, attempt.error) == (None, "blocked_address")
    assert delivery().status == "pending"
    assert receiver.heard == []


def test_gone_disables_the_endpoint_fails_the_delivery_and_says_so(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    receiver.says = [Saying(410, b"gone")]

    deliver(message)

    assert delivery().status == "failed"
    assert delivery().attempts[0].status_code == 410
    assert queue.take() == []
    shown = call("GET", f"/v1/webhooks/{message['webhook_id']}", key=tenant.read).json
    assert (shown["enabled"], shown["version"]) == (False, 2)
    (record,) = [one for one in items("AUDIT") if one["action"]["S"] == "webhook.disabled"]
    assert record["actor"]["M"] == {"type": {"S": "worker"}, "id": {"S": "deliver_webhook"}}
    assert record["request_id"]["S"] == message["request_id"]
    (event,) = [one for one in items("EVENT") if one["type"]["S"] == "webhook.disabled"]
    assert json.loads(event["data"]["S"]) == {**shown, "url": without_query(shown["url"])}


def test_what_is_on_its_way_to_a_disabled_endpoint_is_skipped(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    fan_out(publish_lead(tenant))
    (other,) = queue.take()
    receiver.says = [Saying(410)]
    deliver(message)

    deliver(other.message)

    assert {one.status for one in deliveries()} == {"failed", "skipped"}
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("status", [200, 410, 500])
@pytest.mark.parametrize("after", range(1, 8))
def test_killed_after_any_call_and_run_again_there_is_one_outcome(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    after: int,
) -> None:
    now = freeze(monkeypatch)
    receiver.says = [Saying(status)]
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        try:
            deliver(message)
        except Killed:
            pass
        else:
            assert after > len(calls.made)
    now.advance(seconds=LEASE_SECONDS)

    assert deliver(message) == OK

    done = delivery()
    assert [attempt.number for attempt in done.attempts] == [1]
    assert done.status == {200: "succeeded", 410: "failed", 500: "pending"}[status]
    assert len([one for one in items("AUDIT") if one["action"]["S"] == "webhook.disabled"]) == (status == 410)
    sent = queue.take()
    assert {one.message["attempt"] for one in sent} == ({2} if status == 500 else set())


@pytest.mark.parametrize(
    ("status", "operation"),
    [(200, "PutItem"), (500, "SendMessage"), (500, "PutItem"), (410, "TransactWriteItems")],
)
def test_killed_before_a_write_the_attempt_is_made_again(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    operation: str,
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    receiver.says = [Saying(status)]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {operation: "InternalServerError"}
        assert deliver(message) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert delivery().attempts == ()
    now.advance(seconds=LEASE_SECONDS)

    assert deliver(message) == OK

    assert [attempt.number for attempt in delivery().attempts] == [1]
    assert len({heard.body for heard in receiver.heard}) == 1
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1


def test_the_next_message_repairs_an_attempt_that_was_never_recorded(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    receiver.says = [Saying(500), Saying(200)]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"PutItem": "InternalServerError"}
        deliver(message)
    (second,) = queue.take()
    now.advance(seconds=LEASE_SECONDS)

    deliver(second.message)  # the first message was lost for good

    assert [(attempt.number, attempt.status_code) for attempt in delivery().attempts] == [(1, 200)]
    assert delivery().status == "succeeded"


def test_of_two_workers_with_one_message_one_sends(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second worker runs whole while the first one waits for its answer; its copy comes again later."""
    now = freeze(monkeypatch)
    receiver.says = [Saying(200, meanwhile=lambda: deliver(message))]

    assert deliver(message) == OK

    assert len(receiver.heard) == 1
    assert [attempt.number for attempt in delivery().attempts] == [1]
    (copy,) = queue.take()
    assert (copy.message["attempt"], copy.message["deferrals"]) == (1, 1)
    now.advance(seconds=copy.delay)
    assert deliver(copy.message) == OK
    assert len(receiver.heard) == 1
    assert queue.take() == []


def test_a_worker_that_outlived_its_lease_leaves_one_record(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a clock that was set, or a process that stood still: then both send, and one records."""
    now = freeze(monkeypatch)

    def later() -> None:
        now.advance(seconds=LEASE_SECONDS)
        deliver(message)

    receiver.says = [Saying(500, meanwhile=later), Saying(200, b"second")]

    assert deliver(message) == OK

    assert [(attempt.number, attempt.response) for attempt in delivery().attempts] == [(1, "second")]
    assert delivery().status == "succeeded"
    assert health_of(message).failing_since is None
    for sent in queue.take():
        assert deliver(sent.message) == OK
    assert len(receiver.heard) == 2


def test_a_batch_is_sent_at_once_and_fails_one_by_one(
    tenant: Tenant, queue: Queue, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All ten requests are with the receiver before it answers the first one."""
    meeting = threading.Barrier(10, timeout=20)
    receiver.says = [Saying(meanwhile=meeting.wait)]
    for _ in range(10):
        register(tenant, receiver.url)
    fan_out(publish_lead(tenant))
    messages = [sent.message for sent in queue.take()]
    broken = {**messages[0], "attempt": "none"}

    answer = deliver(*messages, broken)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-10"}]}
    assert {one.status for one in deliveries()} == {"succeeded"}
    assert len(receiver.heard) == 10


def test_connections_are_kept_from_one_invocation_to_the_next(
    tenant: Tenant, queue: Queue, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    for _ in range(3):
        fan_out(publish_lead(tenant))
        (sent,) = queue.take()
        deliver(sent.message)

    assert len({heard.connection for heard in receiver.heard}) == 1


def test_the_round_trips_of_an_attempt(
    message: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch, queue: Queue, tenant: Tenant
) -> None:
    deliver(message)
    fan_out(publish_lead(tenant))
    (sent,) = queue.take()

    with watched_calls(monkeypatch) as calls:
        deliver(sent.message)

    assert calls.made == ["UpdateItem", "TransactGetItems", "PutItem", "UpdateItem"]


def test_nothing_of_the_request_is_logged(
    message: dict[str, Any],
    receiver: Receiver,
    webhook: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    receiver.says = [Saying(500, b"an answer with a secret")]

    deliver(message)

    (heard,) = receiver.heard
    everything = log.getvalue() + "".join(capsys.readouterr())
    for hidden in ("s3cret", "Zoë", "an answer", webhook["secret"], heard.headers["x-eal-signature"]):
        assert hidden not in everything
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "delivery_attempted"]
    assert (line["delivery_id"], line["status_code"]) == (message["delivery_id"], 500)
    assert line["request_id"] == message["request_id"]


def test_lines_of_a_batch_do_not_mix(
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


def test_an_event_that_is_gone_is_skipped(
    message: dict[str, Any], receiver: Receiver, tenant: Tenant
) -> None:
    assert deliver({**message, "event_id": "evt_00000000000000000000000000"}) == OK

    assert delivery().status == "skipped"
    assert receiver.heard == []


def test_the_sample_event_works(cloud: None) -> None:
    event = json.loads((ROOT / "events/workers/deliver_webhook.json").read_text())

    assert load_app("workers/deliver_webhook").handler(event, None) == OK
