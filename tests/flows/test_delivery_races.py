"""Deliveries under every kind of failure: each event arrives, and each delivery has one recorded success."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.outbound import health
from eal.core.outbound.slots import LEASE
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.receiver import Receiver, Response
from tests.support.time import freeze
from tests.support.webhooks import (
    Queue,
    Sent,
    deliver,
    deliveries,
    fan_out,
    health_of,
    publish_lead,
    register,
)

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
VISIBILITY_SECONDS = 360
"""The delivery queue's VisibilityTimeout, after which SQS delivers the messages of a killed worker again."""
THROTTLED = "ProvisionedThroughputExceededException"


def one_success_each() -> bool:
    return all(
        delivery.status == "succeeded" and sum(attempt.succeeded for attempt in delivery.attempts) == 1
        for delivery in deliveries()
    )


def test_many_workers_with_the_same_message_make_one_attempt(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    """The receiver answers after all other workers have finished."""
    others = threading.Semaphore(0)

    def when_all_have_finished() -> None:
        for _ in range(7):
            assert others.acquire(timeout=20)

    def work(_number: int) -> object:
        response = deliver(message)
        others.release()
        return response

    receiver.responses = [Response(meanwhile=when_all_have_finished)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [OK] * 8

    assert len(receiver.requests) == 1
    assert one_success_each()
    assert [sent.message["attempt"] for sent in queue.take()] == [1] * 7


def test_a_response_after_the_timeout_is_a_failure_and_the_retry_succeeds(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    recorded = threading.Event()
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    receiver.responses = [Response(meanwhile=lambda: recorded.wait(20)), Response(200)]

    deliver(message)
    recorded.set()
    (retry,) = queue.take()
    now.advance(seconds=retry.delay)
    deliver(retry.message, lane=retry.lane)

    (delivery,) = deliveries()
    assert [(attempt.error, attempt.status_code) for attempt in delivery.attempts] == [
        ("timeout", None),
        (None, 200),
    ]
    assert one_success_each()
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


@pytest.mark.parametrize(("status", "end"), [(200, "succeeded"), (500, "pending")])
def test_an_attempt_is_recorded_if_a_retry_is_requested_meanwhile(
    tenant: Tenant, message: dict[str, Any], receiver: Receiver, queue: Queue, status: int, end: str
) -> None:
    path = f"/v1/webhooks/deliveries/{message['delivery_id']}/retry"
    receiver.responses = [Response(status, meanwhile=lambda: call("POST", path, key=tenant.write))]

    assert deliver(message) == OK

    (delivery,) = deliveries()
    assert [attempt.status_code for attempt in delivery.attempts] == [status]
    assert delivery.status == end
    assert all(sent.message["attempt"] == 2 for sent in queue.take())


@pytest.mark.parametrize("operation", ["BatchExecuteStatement", "BatchGetItem"])
def test_a_message_survives_throttling_by_dynamodb(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {operation: THROTTLED}
        for _ in range(3):
            assert deliver(message) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
            now.advance(seconds=VISIBILITY_SECONDS)

    assert deliver(message) == OK

    assert one_success_each()
    assert queue.take() == []


def test_a_slot_that_was_not_released_expires(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 1  # the slot is acquired
        with pytest.raises(Killed):
            deliver(message)
    assert len(health_of(message).leases) == 1
    now.advance(seconds=LEASE.total_seconds())

    assert deliver(message) == OK

    assert len(receiver.requests) == 1
    assert health_of(message).leases == {}


class Chaos:
    """Pending messages, each with the second from which it may arrive. Everything that SQS and Lambda may do to them
    happens at random: copies, any order, a kill after any call, throttling, responses of every kind."""

    def __init__(self, seed: int, queue: Queue, receiver: Receiver, patch: pytest.MonkeyPatch) -> None:
        self.random = random.Random(seed)
        self.clock = freeze(patch)
        self._patch = patch
        self._queue = queue
        self._receiver = receiver
        self.waiting: list[tuple[float, Sent]] = []

    def collect(self) -> None:
        at = self.clock.at.timestamp()
        self.waiting += [(at + sent.delay, sent) for sent in self._queue.take()]

    def step(self, *, calm: bool) -> None:
        at = self.clock.at.timestamp()
        ready = [waiting for waiting in self.waiting if waiting[0] <= at]
        if not ready:
            self.clock.advance(seconds=min(due for due, _ in self.waiting) - at + 1)
            return
        chosen = self.random.choice(ready)
        if calm or self.random.random() > 0.2:
            self.waiting.remove(chosen)  # otherwise SQS delivers it again
        statuses = [200] if calm else [200, 200, 500, 429, 503, 301]
        self._receiver.responses = [Response(self.random.choice(statuses))]
        if not self._survives(chosen[1], calm=calm):
            self.waiting.append((at + VISIBILITY_SECONDS, chosen[1]))
        self.collect()

    def _survives(self, sent: Sent, *, calm: bool) -> bool:
        with watched_calls(self._patch) as calls:
            if not calm and self.random.random() < 0.3:
                calls.kill_after = self.random.randint(1, 6)
            elif not calm and self.random.random() < 0.2:
                operation = self.random.choice(
                    ["BatchExecuteStatement", "BatchGetItem", "SendMessageBatch", "PutItem"]
                )
                calls.refuse = {operation: THROTTLED}
            try:
                return deliver(sent.message, lane=sent.lane) == OK
            except Killed:
                return False


@pytest.mark.parametrize("seed", range(8))
def test_under_random_failures_each_event_arrives_and_each_delivery_succeeds_once(
    tenant: Tenant, queue: Queue, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    for _ in range(2):
        register(tenant, receiver.url)
    chaos = Chaos(seed, queue, receiver, monkeypatch)
    events = [publish_lead(tenant) for _ in range(3)]
    fan_out(*events)
    chaos.collect()

    for _ in range(60):
        if chaos.waiting:
            chaos.step(calm=False)
    while chaos.waiting:
        chaos.step(calm=True)

    assert one_success_each()
    assert len(deliveries()) == 2 * len(events)
    requests: dict[str, int] = defaultdict(int)
    for request in receiver.requests:
        requests[request.headers["webhook-id"]] += 1
    assert set(requests) == {event["id"] for event in events}
    for webhook_id in {delivery.webhook_id for delivery in deliveries()}:
        organization = {"webhook_id": webhook_id, "organization_id": tenant.id, "mode": "live"}
        assert health_of(organization).failing_since is None
