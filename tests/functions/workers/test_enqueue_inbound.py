"""Stored inbound webhooks: each gets a message for its normaliser, wherever the receiver is killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from eal.core.clock import rfc3339
from tests.support import callrail, inbound
from tests.support.aws import INBOUND_BUCKET
from tests.support.faults import Killed, watched_calls
from tests.support.http import load_app
from tests.support.pipeline import peek, sqs_event
from tests.support.webhooks import watched_queue
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from tests.support.callrail import Connection
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

BODY = Call.new().event("post-call")
ONE_OK: dict[str, object] = {"batchItemFailures": []}


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return callrail.connect(tenant.admin)


def _work(*notifications: object) -> Any:
    bodies = [json.dumps(notification) for notification in notifications]
    return load_app("workers/enqueue_inbound").handler(sqs_event("InboundQueue", bodies), None)


def test_a_stored_body_is_enqueued_with_its_context_in_the_group_of_its_connection(
    clock: Clock, tenant: Tenant, connection: Connection
) -> None:
    response = connection.send("post-call", BODY)

    with watched_queue("callrail") as queue:
        assert _work(*peek("InboundQueue")) == ONE_OK
        (sent,) = queue.take()

    assert sent.group == connection.id
    raw = sent.message.pop("raw")
    assert aws.s3_sdk().get_object(Bucket=INBOUND_BUCKET, Key=raw)["Body"].read() == BODY
    assert sent.message == {
        "vendor": "callrail",
        "kind": "post-call",
        "organization_id": tenant.id,
        "mode": "live",
        "connection_id": connection.id,
        "delivery_id": "",
        "received_at": rfc3339(clock.now()),
        "request_id": response.headers["X-Request-Id"],
    }


def test_a_body_whose_receiver_was_killed_is_enqueued(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 3
        with pytest.raises(Killed):
            connection.send("form-submission", BODY)
    assert calls.made[-1] == "PutObject"

    assert [message["kind"] for message in inbound.enqueued("CallrailQueue")] == ["form-submission"]


def test_equal_bodies_with_different_ids_are_enqueued_each(tenant: Tenant) -> None:
    resend = inbound.connect("resend", tenant.admin)
    for message_id in ("msg_1", "msg_2", "msg_2"):
        assert resend.receive(resend.url_event(b"{}", resend.headers(b"{}", message_id))).status == 202

    enqueued = inbound.enqueued("ResendQueue")

    assert sorted(message["delivery_id"] for message in enqueued) == ["msg_1", "msg_2", "msg_2"]
    assert len({message["raw"] for message in enqueued}) == 2


@pytest.mark.parametrize("character", ["m", "\xe9", "\N{SNOWMAN}", "\N{BUG}"])
def test_the_longest_id_fits_into_the_metadata_that_s3_accepts(tenant: Tenant, character: str) -> None:
    resend = inbound.connect("resend", tenant.admin)
    headers = resend.headers(b"{}", character * 500)
    assert resend.receive(resend.url_event(b"{}", headers)).status == 202

    (message,) = inbound.enqueued("ResendQueue")

    assert message["delivery_id"] == character * 100
    metadata = aws.s3_sdk().head_object(Bucket=INBOUND_BUCKET, Key=message["raw"])["Metadata"]
    assert sum(len(name) + len(value.encode()) for name, value in metadata.items()) < 2048


@pytest.mark.parametrize("number", [1, 2])
def test_a_worker_killed_after_any_call_and_run_again_enqueues_the_body(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    connection.send("post-call", BODY)
    (notification,) = peek("InboundQueue")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            _work(notification)

    assert _work(notification) == ONE_OK

    sent = peek("CallrailQueue")
    assert len(sent) == number
    assert all(message == sent[0] for message in sent)


def test_a_notification_that_fails_returns_alone(connection: Connection) -> None:
    connection.send("post-call", BODY)
    (notification,) = peek("InboundQueue")
    unknown = json.loads(json.dumps(notification).replace("post-call", "pre-call"))

    response = _work(unknown, notification)

    assert response == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert len(peek("CallrailQueue")) == 1


def test_the_test_message_of_s3_is_dropped() -> None:
    test_message = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": INBOUND_BUCKET}

    assert _work(test_message) == ONE_OK
