"""Pushes to real receivers on this machine: signed, retried, and recorded on the lead once."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from eal.core import aws, observe, signing
from eal.core.outbound import health
from eal.core.outbound.attempts import MAX_RECORDINGS
from eal.core.outbound.health import MAX_TIMEOUTS
from eal.core.outbound.schedule import DEFERRAL_TIMEOUT, MAX_ATTEMPTS
from eal.core.outbound.slots import LEASE
from tests.support.callrail import actions, events, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, sqs_event
from tests.support.receiver import Receiver, Response, receiving
from tests.support.time import freeze
from tests.support.webhooks import Queue, watched_queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.outbound.attempts import Lane
    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
SECRET = signing.new_secret()


@pytest.fixture
def queue(cloud: None) -> Iterator[Queue]:
    with watched_queue("crm") as queue:
        yield queue


@pytest.fixture
def message(tenant: Tenant, queue: Queue, receiver: Receiver) -> dict[str, Any]:
    """The first attempt of a push, as its task comes from the bus."""
    connect(tenant.admin, receiver.url)
    return push(tenant.write, lead(tenant.write), tenant)


def connect(key: str, url: str, secret: str = SECRET) -> None:
    body = {"settings": {"url": url}, "secrets": {"signing_secret": secret}}
    response = call("PUT", "/v1/integrations/crm", key=key, json_body=body)
    assert response.status == 200, response.text


def lead(key: str, email: str = "a@example.com") -> str:
    body = {"email": email, "first_name": "Zoë"}
    return str(call("POST", "/v1/leads", key=key, json_body=body).json["id"])


def push(key: str, lead_id: str, tenant: Tenant, mode: str = "live") -> dict[str, Any]:
    response = call("POST", f"/v1/leads/{lead_id}/push-to-crm", key=key)
    assert response.status == 202, response.text
    (task,) = [
        task
        for task in stored("TASK", tenant.id, mode)
        if response.json["crm_sync"]["push_id"] in str(task["data"])
    ]
    about = {name: task[name] for name in ("organization_id", "mode", "request_id", "task")}
    return {**about, **json.loads(str(task["data"]))}


WORKERS: dict[Lane, tuple[str, str]] = {
    "fast": ("workers/push_to_crm", "CrmQueue"),
    "slow": ("workers/push_to_slow_crm", "SlowCrmQueue"),
}


def work(*messages: dict[str, Any], lane: Lane = "fast") -> object:
    """Run the worker of a lane on messages of its queue. Returns its response."""
    worker, name = WORKERS[lane]
    bodies = [json.dumps(message) for message in messages]
    return load_app(worker).handler(sqs_event(name, bodies), None)


def work_in_lanes(message: dict[str, Any], queue: Queue) -> object:
    """Run the fast worker, and the slow one if the fast one moved the message to its queue. Returns the response."""
    response = work(message)
    moved = [sent for sent in queue.waiting if sent.lane == "slow" and is_copy(sent.message, message)]
    for sent in moved:
        queue.waiting.remove(sent)
        response = work(sent.message, lane="slow")
    return response


def is_copy(first: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(first[name] == other[name] for name in ("push_id", "attempt"))


def shown(tenant: Tenant, lead_id: str) -> Any:
    return call("GET", f"/v1/leads/{lead_id}", key=tenant.read).json


def sync(tenant: Tenant, message: dict[str, Any]) -> Any:
    return shown(tenant, message["lead_id"])["crm_sync"]


# ---------------------------------------------------------------- one attempt


def test_the_lead_arrives_with_both_signatures(
    message: dict[str, Any], receiver: Receiver, tenant: Tenant
) -> None:
    before = shown(tenant, message["lead_id"])

    assert work(message) == OK

    (request,) = receiver.requests
    body = json.loads(request.body)
    assert list(body) == ["id", "type", "api_version", "created_at", "tenant_id", "mode", "data"]
    assert (body["id"], body["type"], body["api_version"]) == (message["push_id"], "lead.pushed", "v1")
    assert (body["tenant_id"], body["mode"]) == (tenant.id, "live")
    assert body["created_at"] == before["crm_sync"]["requested_at"]
    assert body["data"] == before
    assert "Zoë".encode() in request.body
    standardwebhooks.Webhook(SECRET).verify(request.body, request.headers)
    timestamp = int(request.headers["x-eal-timestamp"])
    assert abs(timestamp - time.time()) < 60
    assert request.headers["x-eal-signature"] == signing.eal_signature(SECRET, timestamp, request.body)
    assert request.headers["webhook-id"] == message["push_id"]
    assert request.path == "/hooks?token=s3cret"


def test_a_success_is_recorded_on_the_lead_and_emits_an_event(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    receiver.responses = [Response(204, b"")]

    work(message)

    after = shown(tenant, message["lead_id"])
    done = after["crm_sync"]
    assert (done["status"], done["attempts"], done["last_status_code"]) == ("synced", 1, 204)
    assert (done["next_attempt_at"], done["last_error"]) == (None, None)
    assert done["synced_at"] >= done["last_attempt_at"] >= done["requested_at"]
    assert after["version"] == 3
    assert queue.take() == []
    assert actions("lead", tenant.id) == ["lead.created", "lead.push_requested", "lead.pushed"]
    assert events("lead.updated", tenant.id)[-1] == after
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "lead.pushed"]
    assert record["actor"] == {"type": "worker", "id": "push_to_crm"}
    assert record["request_id"] == message["request_id"]


def test_a_push_passes_relay_bus_and_queue(tenant: Tenant, receiver: Receiver) -> None:
    connect(tenant.admin, receiver.url)
    lead_id = lead(tenant.write)
    call("POST", f"/v1/leads/{lead_id}/push-to-crm", key=tenant.write)

    Pipeline().run()

    assert shown(tenant, lead_id)["crm_sync"]["status"] == "synced"
    assert len(receiver.requests) == 1


def test_a_secret_without_prefix_signs_as_text(tenant: Tenant, queue: Queue, receiver: Receiver) -> None:
    secret = "a text that the CRM's own admin made up"
    connect(tenant.admin, receiver.url, secret)

    work(push(tenant.write, lead(tenant.write), tenant))

    (request,) = receiver.requests
    timestamp = int(request.headers["x-eal-timestamp"])
    assert request.headers["x-eal-signature"] == signing.eal_signature(secret, timestamp, request.body)


def test_the_body_is_the_lead_at_the_time_of_the_attempt(
    message: dict[str, Any], receiver: Receiver, tenant: Tenant
) -> None:
    call("PATCH", f"/v1/leads/{message['lead_id']}", key=tenant.write, json_body={"first_name": "Ada"})

    work(message)

    assert json.loads(receiver.requests[0].body)["data"]["first_name"] == "Ada"
    assert sync(tenant, message)["status"] == "synced"


def test_test_mode_sends_nothing(tenant: Tenant, queue: Queue, receiver: Receiver) -> None:
    connect(tenant.test_admin, receiver.url)
    message = push(tenant.test_admin, lead(tenant.test_admin), tenant, "test")
    path = f"/v1/leads/{message['lead_id']}"
    pending = call("GET", path, key=tenant.test_admin).json["crm_sync"]
    assert (pending["status"], pending["simulated"]) == ("pending", True)

    for _ in range(2):
        assert work(message) == OK

    assert receiver.requests == []
    done = call("GET", path, key=tenant.test_admin).json["crm_sync"]
    assert (done["status"], done["attempts"], done["simulated"]) == ("synced", 1, True)
    assert (done["last_status_code"], done["last_error"]) == (None, None)
    assert queue.take() == []


# ---------------------------------------------------------------- failures and retries


def test_a_failure_is_recorded_on_the_lead_and_emits_no_event(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    receiver.responses = [Response(500, b"an answer with a secret")]
    before = len(events("lead.updated", tenant.id))

    work(message)

    waiting = sync(tenant, message)
    assert (waiting["status"], waiting["attempts"], waiting["last_error"]) == ("pending", 1, "http_500")
    assert (waiting["last_status_code"], waiting["synced_at"]) == (500, None)
    assert waiting["next_attempt_at"] > waiting["last_attempt_at"]
    (sent,) = queue.take()
    assert (sent.message["attempt"], sent.message["push_id"]) == (2, message["push_id"])
    assert 4 <= sent.delay <= 6
    assert sent.group == tenant.id
    assert len(events("lead.updated", tenant.id)) == before
    assert actions("lead", tenant.id)[-1] == "lead.push_attempted"


def test_a_retry_has_the_same_webhook_id(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(500), Response(503), Response(200)]

    work(message)
    for _ in range(2):
        (sent,) = queue.take()
        now.advance(seconds=sent.delay)
        work(sent.message, lane=sent.lane)

    done = sync(tenant, message)
    assert (done["status"], done["attempts"], done["last_error"]) == ("synced", 3, None)
    assert {request.headers["webhook-id"] for request in receiver.requests} == {message["push_id"]}
    assert len({request.headers["x-eal-signature"] for request in receiver.requests}) == 3


def test_a_push_fails_after_the_last_attempt(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = freeze(monkeypatch)
    started = now.at
    receiver.responses = [Response(500)]

    work(message)
    sends = 0
    while waiting := queue.take():
        (sent,) = waiting
        assert (sent.delay <= 900) == (sent.group == message["organization_id"])
        now.advance(seconds=sent.delay)
        work(sent.message, lane=sent.lane)
        sends += 1

    assert sends == MAX_ATTEMPTS - 1

    failed = sync(tenant, message)
    assert (failed["status"], failed["attempts"], failed["last_error"]) == (
        "failed",
        MAX_ATTEMPTS,
        "http_500",
    )
    assert failed["next_attempt_at"] is None
    assert len(receiver.requests) == MAX_ATTEMPTS
    assert (now.at - started).total_seconds() >= 72 * 3600
    assert actions("lead", tenant.id).count("lead.push_attempted") == MAX_ATTEMPTS - 1
    assert actions("lead", tenant.id)[-1] == "lead.push_failed"
    assert events("lead.updated", tenant.id)[-1]["crm_sync"]["status"] == "failed"


def test_a_410_fails_the_push_at_once(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    receiver.responses = [Response(410)]

    work(message)

    failed = sync(tenant, message)
    assert (failed["status"], failed["attempts"], failed["last_error"]) == ("failed", 1, "http_410")
    assert queue.take() == []


def test_retry_after_is_honoured(message: dict[str, Any], receiver: Receiver, queue: Queue) -> None:
    receiver.responses = [Response(429, headers={"Retry-After": "60"})]

    work(message)

    (sent,) = queue.take()
    assert sent.delay == 60


def test_a_blocked_address_gets_no_connection(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAGE", "production")

    work(message)

    waiting = sync(tenant, message)
    assert (waiting["status"], waiting["last_error"]) == ("pending", "blocked_address")
    assert waiting["last_status_code"] is None
    assert receiver.requests == []
    assert len(queue.take()) == 1


def test_a_network_fault_is_recorded_by_name(
    message: dict[str, Any], receiver: Receiver, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    receiver.responses = [Response(meanwhile=lambda: time.sleep(0.6))]

    work(message)

    assert sync(tenant, message)["last_error"] == "timeout"


def test_a_redirect_is_not_followed(message: dict[str, Any], receiver: Receiver, tenant: Tenant) -> None:
    receiver.responses = [Response(307, headers={"Location": "http://127.0.0.1:1/"})]

    work(message)

    waiting = sync(tenant, message)
    assert (waiting["last_error"], waiting["last_status_code"]) == ("redirect_not_followed", 307)
    assert len(receiver.requests) == 1


def test_a_push_fails_if_the_crm_was_disconnected(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    body = {"settings": {"url": None}}
    assert call("PUT", "/v1/integrations/crm", key=tenant.admin, json_body=body).status == 200

    work(message)

    failed = sync(tenant, message)
    assert (failed["status"], failed["last_error"]) == ("failed", "not_connected")
    assert receiver.requests == []
    assert queue.take() == []


# ---------------------------------------------------------------- messages that count no more


@pytest.mark.parametrize("status", [200, 410, 500])
def test_a_message_for_a_recorded_attempt_is_dropped(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant, status: int
) -> None:
    receiver.responses = [Response(status)]
    work(message)
    queue.take()

    for _ in range(2):
        assert work_in_lanes(message, queue) == OK

    assert len(receiver.requests) == 1
    assert queue.take() == []
    assert sync(tenant, message)["attempts"] == 1


def test_an_early_message_is_postponed(message: dict[str, Any], receiver: Receiver, queue: Queue) -> None:
    receiver.responses = [Response(500)]
    work(message)
    (retry,) = queue.take()

    assert work(retry.message, lane=retry.lane) == OK

    (again,) = queue.take()
    assert again.message == retry.message
    assert 1 <= again.delay <= 6
    assert len(receiver.requests) == 1


def test_a_replaced_push_is_dropped(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    newer = push(tenant.write, message["lead_id"], tenant)

    assert work(message) == OK
    assert receiver.requests == []
    assert work(newer) == OK

    assert [request.headers["webhook-id"] for request in receiver.requests] == [newer["push_id"]]


def test_a_push_that_is_replaced_during_its_attempt_does_not_change_the_new_one(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    newer: list[dict[str, Any]] = []
    receiver.responses = [
        Response(200, meanwhile=lambda: newer.append(push(tenant.write, message["lead_id"], tenant))),
        Response(200),
    ]

    assert work(message) == OK

    pending = sync(tenant, message)
    assert (pending["push_id"], pending["status"]) == (newer[0]["push_id"], "pending")
    assert "lead.pushed" not in actions("lead", tenant.id)


@pytest.mark.parametrize("status", [200, 500])
def test_nothing_is_sent_of_an_erased_lead(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant, status: int
) -> None:
    receiver.responses = [Response(status)]
    assert call("DELETE", f"/v1/leads/{message['lead_id']}", key=tenant.admin).status == 204

    assert work(message) == OK

    assert receiver.requests == []
    assert queue.take() == []


def test_a_lead_that_is_erased_during_its_attempt_stays_erased(
    message: dict[str, Any], receiver: Receiver, tenant: Tenant
) -> None:
    path = f"/v1/leads/{message['lead_id']}"
    receiver.responses = [Response(meanwhile=lambda: call("DELETE", path, key=tenant.admin))]

    assert work(message) == OK

    assert call("GET", path, key=tenant.read).status == 404
    assert "lead.pushed" not in actions("lead", tenant.id)


def test_a_message_that_names_another_tenants_lead_is_dropped(
    message: dict[str, Any], receiver: Receiver, stranger: Tenant
) -> None:
    assert work({**message, "organization_id": stranger.id}, {**message, "mode": "test"}) == OK

    assert receiver.requests == []


# ---------------------------------------------------------------- killed, overtaken, at once


@pytest.mark.parametrize("status", [200, 410, 500])
@pytest.mark.parametrize("after", range(1, 8))
def test_a_worker_killed_after_any_call_and_run_again_records_one_outcome(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    after: int,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(status)]
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        try:
            work(message)
        except Killed:
            pass
        else:
            assert after > len(calls.made)
    now.advance(seconds=LEASE.total_seconds())

    assert work_in_lanes(message, queue) == OK

    done = sync(tenant, message)
    assert done["attempts"] == 1
    assert done["status"] == {200: "synced", 410: "failed", 500: "pending"}[status]
    recorded = [action for action in actions("lead", tenant.id) if action.startswith("lead.push")]
    assert len(recorded) == 2
    assert {sent.message["attempt"] for sent in queue.take()} == ({2} if status == 500 else set())
    assert {request.headers["webhook-id"] for request in receiver.requests} == {message["push_id"]}


@pytest.mark.parametrize(
    ("status", "operation"),
    [(200, "TransactWriteItems"), (500, "SendMessageBatch"), (500, "TransactWriteItems")],
)
def test_an_attempt_that_was_not_recorded_is_made_again(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    operation: str,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(status)]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {operation: "InternalServerError"}
        assert work(message) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert sync(tenant, message)["attempts"] == 0
    now.advance(seconds=LEASE.total_seconds())

    assert work(message) == OK

    assert sync(tenant, message)["attempts"] == 1
    assert len(receiver.requests) == 2


def test_the_next_message_repeats_an_unrecorded_attempt(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(500), Response(500), Response(200)]
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"TransactWriteItems": "InternalServerError"}
        work(message)
    (second,) = queue.take()
    now.advance(seconds=LEASE.total_seconds())

    work(second.message, lane=second.lane)  # the first message was lost for good
    assert sync(tenant, message)["attempts"] == 1

    (third,) = queue.take()
    now.advance(seconds=third.delay)
    work(third.message, lane=third.lane)
    assert (sync(tenant, message)["status"], sync(tenant, message)["attempts"]) == ("synced", 2)


@pytest.mark.parametrize("status", [200, 500])
def test_a_change_during_the_attempt_is_kept_and_the_push_is_sent_once(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant, status: int
) -> None:
    path = f"/v1/leads/{message['lead_id']}"

    def change() -> None:
        response = call("PATCH", path, key=tenant.write, json_body={"first_name": "Ada"})
        assert response.status == 200

    receiver.responses = [Response(status, meanwhile=change)]

    assert work(message) == OK

    after = shown(tenant, message["lead_id"])
    assert (after["first_name"], after["version"]) == ("Ada", 4)
    assert after["crm_sync"]["status"] == ("synced" if status == 200 else "pending")
    assert len(receiver.requests) == 1
    assert len(queue.take()) == (status == 500)


def test_a_lead_that_keeps_changing_returns_the_message_and_sends_once_per_run(
    message: dict[str, Any],
    receiver: Receiver,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = f"/v1/leads/{message['lead_id']}"
    writes = 0
    send = aws.Client.call

    def overtaken(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        nonlocal writes
        if operation == "TransactWriteItems":
            writes += 1
            if writes % 2:  # the worker's, and not the change's own
                call("PATCH", path, key=tenant.write, json_body={"first_name": f"Ada {writes}"})
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", overtaken)
        assert work(message) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}

    assert (writes, len(receiver.requests)) == (2 * MAX_RECORDINGS, 1)
    assert work(message) == OK
    assert sync(tenant, message)["status"] == "synced"


def test_of_two_workers_with_the_same_message_one_sends(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    """The second worker runs whole while the first one waits for its answer; its copy comes again later."""
    receiver.responses = [Response(200, meanwhile=lambda: work(message))]

    assert work(message) == OK

    assert len(receiver.requests) == 1
    assert (sync(tenant, message)["status"], sync(tenant, message)["attempts"]) == ("synced", 1)
    (copy,) = queue.take()
    assert (copy.message["attempt"], copy.message["deferrals"]) == (1, 1)
    assert work(copy.message, lane=copy.lane) == OK
    assert len(receiver.requests) == 1


# ---------------------------------------------------------------- slots, lanes and pauses


def test_a_message_from_the_bus_is_sent_again_in_the_group_of_its_tenant(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    """A queue is fair among groups, and a message from the bus has no group."""
    body = json.dumps({"detail-type": "push_to_crm", "detail": message})

    assert load_app("workers/push_to_crm").handler(sqs_event("CrmQueue", [body]), None) == OK

    (sent,) = queue.take()
    assert (sent.message, sent.group, sent.lane) == (message, tenant.id, "fast")
    assert receiver.requests == []


def test_a_hanging_crm_does_not_hold_up_the_pushes_of_another_tenant(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    stranger: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once the first attempt has timed out, the fast lane sends nothing to the CRM, and the slow one little."""
    now = freeze(monkeypatch)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(health, "SHORT_PATIENCE_SECONDS", 0.1)
    with receiving() as hanging:
        hanging.responses = [Response(meanwhile=lambda: time.sleep(0.3))]
        connect(tenant.admin, hanging.url)
        connect(stranger.admin, receiver.url)
        work(message)
        more = [push(tenant.write, lead(tenant.write, f"{n}@example.com"), tenant) for n in range(9)]
        theirs = push(stranger.write, lead(stranger.write), stranger)

        assert work(*more, theirs) == OK

        assert (len(hanging.requests), len(receiver.requests)) == (1, 1)
        assert sync(stranger, theirs)["status"] == "synced"
        for _ in range(2):
            for sent in queue.take():
                now.advance(seconds=1)
                work(sent.message, lane=sent.lane)
        assert len(hanging.requests) == MAX_TIMEOUTS, "then it is paused"
        assert all(sync(tenant, pushed)["attempts"] <= 1 for pushed in (message, *more))


def test_a_push_that_is_deferred_for_too_long_fails(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = freeze(monkeypatch)
    receiver.responses = [Response(500)]
    work(message)
    (retry,) = queue.take()
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() + 1)
    receiver.responses = [Response(500, meanwhile=lambda: work(overdue, lane="slow"))]
    overdue = {**retry.message, "deferrals": 19}

    assert work(overdue, lane="slow") == OK

    failed = sync(tenant, message)
    assert (failed["status"], failed["attempts"], failed["last_error"]) == ("failed", 1, "overdue")


def test_the_messages_of_a_batch_fail_separately(
    message: dict[str, Any], receiver: Receiver, queue: Queue, tenant: Tenant
) -> None:
    response = work({**message, "attempt": "none"}, message)

    assert response == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert sync(tenant, message)["status"] == "synced"


def test_the_aws_calls_of_an_attempt(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work(message)
    again = push(tenant.write, message["lead_id"], tenant)

    with watched_calls(monkeypatch) as calls:
        work(again)

    assert calls.made == [
        "BatchExecuteStatement", "TransactGetItems", "TransactWriteItems", "BatchExecuteStatement",
    ]  # fmt: skip


def test_nothing_of_the_request_is_logged(
    message: dict[str, Any],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    receiver.responses = [Response(500, b"an answer with a secret")]

    work(message)

    (request,) = receiver.requests
    everything = log.getvalue() + "".join(capsys.readouterr())
    for hidden in ("s3cret", "Zoë", "an answer", SECRET, request.headers["x-eal-signature"]):
        assert hidden not in everything
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "push_attempted"]
    assert (line["push_id"], line["status_code"]) == (message["push_id"], 500)
    assert line["request_id"] == message["request_id"]
