"""Deliveries while everything goes wrong: each event arrives, and each delivery has one recorded success."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.outbound import sender
from eal.domain.webhooks.deliveries.endpoint_health import LEASE
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.receiver import Receiver, Saying
from tests.support.time import freeze
from tests.support.webhooks import (
    Queue,
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
"""The delivery queue's: what a killed worker held comes again after it."""
THROTTLED = "ProvisionedThroughputExceededException"


def one_success_each() -> bool:
    return all(
        one.status == "succeeded" and sum(attempt.succeeded for attempt in one.attempts) == 1
        for one in deliveries()
    )


def test_many_workers_with_one_message_send_it_once(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    """The receiver answers when all the others have come and gone."""
    others = threading.Semaphore(0)

    def when_all_were_here() -> None:
        for _ in range(7):
            assert others.acquire(timeout=20)

    def work(_number: int) -> object:
        answer = deliver(message)
        others.release()
        return answer

    receiver.says = [Saying(meanwhile=when_all_were_here)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [OK] * 8

    assert len(receiver.heard) == 1
    assert one_success_each()
    assert [sent.message["attempt"] for sent in queue.take()] == [1] * 7


def test_an_answer_after_the_time_out_is_a_failure_and_the_retry_the_one_success(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    recorded = threading.Event()
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.2)
    receiver.says = [Saying(meanwhile=lambda: recorded.wait(20)), Saying(200)]

    deliver(message)
    recorded.set()
    (retry,) = queue.take()
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 15.0)
    now.advance(seconds=retry.delay)
    deliver(retry.message)

    (one,) = deliveries()
    assert [(attempt.error, attempt.status_code) for attempt in one.attempts] == [
        ("timeout", None),
        (None, 200),
    ]
    assert one_success_each()
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1


@pytest.mark.parametrize(("status", "end"), [(200, "succeeded"), (500, "pending")])
def test_an_attempt_during_which_a_retry_is_asked_for_is_recorded(
    tenant: Tenant, message: dict[str, Any], receiver: Receiver, queue: Queue, status: int, end: str
) -> None:
    path = f"/v1/webhooks/deliveries/{message['delivery_id']}/retry"
    receiver.says = [Saying(status, meanwhile=lambda: call("POST", path, key=tenant.write))]

    assert deliver(message) == OK

    (one,) = deliveries()
    assert [attempt.status_code for attempt in one.attempts] == [status]
    assert one.status == end
    assert all(sent.message["attempt"] == 2 for sent in queue.take())


@pytest.mark.parametrize("operation", ["UpdateItem", "TransactGetItems", "PutItem"])
def test_while_dynamodb_throttles_the_message_stays_and_its_event_arrives_later(
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


def test_a_place_that_could_not_be_given_back_frees_itself(
    message: dict[str, Any], receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    health_of(message)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 3  # the outcome is recorded, the place not given back
        with pytest.raises(Killed):
            deliver(message)
    assert len(health_of(message).leases) == 1
    now.advance(seconds=LEASE.total_seconds())

    assert deliver(message) == OK

    assert len(receiver.heard) == 1
    assert health_of(message).leases == {}


class Chaos:
    """Messages that are due, with the second from which they may come. Everything that SQS and Lambda may do to them
    happens at random: copies, any order, a kill after any call, throttling, answers of every kind."""

    def __init__(self, seed: int, queue: Queue, receiver: Receiver, patch: pytest.MonkeyPatch) -> None:
        self.random = random.Random(seed)
        self.clock = freeze(patch)
        self._patch = patch
        self._queue = queue
        self._receiver = receiver
        self.waiting: list[tuple[float, dict[str, Any]]] = []

    def collect(self) -> None:
        at = self.clock.at.timestamp()
        self.waiting += [(at + sent.delay, sent.message) for sent in self._queue.take()]

    def step(self, *, calm: bool) -> None:
        at = self.clock.at.timestamp()
        ready = [one for one in self.waiting if one[0] <= at]
        if not ready:
            self.clock.advance(seconds=min(due for due, _ in self.waiting) - at + 1)
            return
        one = self.random.choice(ready)
        if calm or self.random.random() > 0.2:
            self.waiting.remove(one)  # otherwise SQS delivers it once more
        statuses = [200] if calm else [200, 200, 500, 429, 503, 301]
        self._receiver.says = [Saying(self.random.choice(statuses))]
        if not self._survives(one[1], calm=calm):
            self.waiting.append((at + VISIBILITY_SECONDS, one[1]))
        self.collect()

    def _survives(self, message: dict[str, Any], *, calm: bool) -> bool:
        with watched_calls(self._patch) as calls:
            if not calm and self.random.random() < 0.3:
                calls.kill_after = self.random.randint(1, 6)
            elif not calm and self.random.random() < 0.2:
                operation = self.random.choice(["UpdateItem", "TransactGetItems", "PutItem", "SendMessage"])
                calls.refuse = {operation: THROTTLED}
            try:
                return deliver(message) == OK
            except Killed:
                return False


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_each_event_arrives_and_each_delivery_succeeds_once(
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
    heard: dict[str, int] = defaultdict(int)
    for one in receiver.heard:
        heard[one.headers["webhook-id"]] += 1
    assert set(heard) == {event["id"] for event in events}
    for webhook_id in {one.webhook_id for one in deliveries()}:
        organization = {"webhook_id": webhook_id, "organization_id": tenant.id, "mode": "live"}
        assert health_of(organization).failing_since is None
