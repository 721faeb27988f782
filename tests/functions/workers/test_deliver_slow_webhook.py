"""The slow lane: endpoints that fail, hang or respond slowly, and the pauses after their time-outs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.outbound import health, sender
from eal.core.outbound.health import MAX_TIMEOUTS
from eal.core.outbound.slots import LEASE
from eal.domain.webhooks.deliveries import attempt
from tests.support.faults import Killed, watched_calls
from tests.support.http import load_app
from tests.support.receiver import Receiver, Response, receiving
from tests.support.time import Clock, freeze
from tests.support.webhooks import (
    Queue,
    change_health,
    deliver,
    deliveries,
    fan_out,
    health_of,
    new_message,
    publish_lead,
    register,
)
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
HANGS = Response(meanwhile=lambda: time.sleep(0.4))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return freeze(monkeypatch)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(health, "SHORT_PATIENCE_SECONDS", 0.1)


def test_the_fast_lane_moves_the_messages_of_a_failing_endpoint_and_delivers_the_others(
    tenant: Tenant, message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    receiver.responses = [Response(500)]
    deliver(message)
    queue.take()
    with receiving() as healthy:
        webhooks = [register(tenant, healthy.url) for _ in range(9)]
        fan_out(publish_lead(tenant))
        messages = [sent.message for sent in queue.take()]

        assert deliver(*messages) == OK

        assert (len(healthy.requests), len(receiver.requests)) == (len(webhooks), 1)
    (moved,) = queue.take()
    assert (moved.message["webhook_id"], moved.lane, moved.delay) == (message["webhook_id"], "slow", 0)
    assert moved.message in messages, "and no deferral is counted"
    receiver.responses = [Response(200)]
    assert deliver(moved.message, lane="slow") == OK
    assert health_of(message).failing_since is None


def test_an_endpoint_that_responds_slowly_moves_to_the_slow_lane_until_it_responds_quickly(
    tenant: Tenant,
    receiver: Receiver,
    webhook: dict[str, Any],
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "SLOW_SECONDS", 0.2)
    receiver.responses = [HANGS, Response(200)]
    deliver(new_message(tenant, queue))

    deliver(new_message(tenant, queue))

    (moved,) = queue.take()
    assert (moved.lane, len(receiver.requests)) == ("slow", 1)
    monkeypatch.setattr(health, "SLOW_SECONDS", 600)
    deliver(moved.message, lane="slow")
    deliver(new_message(tenant, queue))
    assert (queue.take(), len(receiver.requests)) == ([], 3)
    assert {delivery.status for delivery in deliveries()} == {"succeeded"}


def test_a_hanging_endpoint_does_not_hold_the_records_and_slots_of_its_batch(
    tenant: Tenant,
    receiver: Receiver,
    webhook: dict[str, Any],
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While one endpoint hangs, the others have been recorded, and their slots are free."""
    monkeypatch.setattr(attempt, "FIRST_WAVE_SECONDS", 4.0)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 60.0)
    seen: list[tuple[set[str], set[str]]] = []

    def look() -> None:
        end = time.monotonic() + 50
        while time.monotonic() < end and seen[-1:] != [({"succeeded"}, set())]:
            time.sleep(0.5)  # reading more often would slow down what it waits for
            others = [delivery for delivery in deliveries() if delivery.webhook_id != webhook["id"]]
            healths = [health_of(_about(tenant, other.webhook_id)) for other in others]
            seen.append(
                ({other.status for other in others}, {lease for health in healths for lease in health.leases})
            )

    with receiving() as healthy:
        for _ in range(9):
            register(tenant, healthy.url)
        receiver.responses = [Response(meanwhile=look)]
        fan_out(publish_lead(tenant))

        assert deliver(*(sent.message for sent in queue.take())) == OK

    assert seen[-1] == ({"succeeded"}, set())
    assert {delivery.status for delivery in deliveries()} == {"succeeded"}


def test_a_call_that_fails_about_one_endpoint_loses_no_outcome_of_a_slower_one(
    tenant: Tenant,
    receiver: Receiver,
    webhook: dict[str, Any],
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The transaction that disables the endpoint that is gone fails while the other endpoint has not responded yet."""
    monkeypatch.setattr(attempt, "FIRST_WAVE_SECONDS", 1.0)
    receiver.responses = [Response(200, meanwhile=lambda: time.sleep(2))]
    with receiving() as gone:
        gone.responses = [Response(410)]
        register(tenant, gone.url)
        fan_out(publish_lead(tenant))
        messages = [sent.message for sent in queue.take()]

        with watched_calls(monkeypatch) as calls:
            calls.refuse = {"TransactWriteItems": "InternalServerError"}
            deliver(*messages)

    (slower,) = [delivery for delivery in deliveries() if delivery.webhook_id == webhook["id"]]
    assert slower.status == "succeeded"
    assert len(receiver.requests) == 1


def _about(tenant: Tenant, webhook_id: str) -> dict[str, Any]:
    return {"organization_id": tenant.id, "mode": "live", "webhook_id": webhook_id}


def test_time_outs_in_a_row_pause_an_endpoint_for_1_2_4_and_then_8_minutes(
    tenant: Tenant,
    receiver: Receiver,
    webhook: dict[str, Any],
    queue: Queue,
    now: Clock,
    impatient: None,
) -> None:
    """A pause counts no attempt. Each ends with one attempt, whichever message is first."""
    receiver.responses = [HANGS]
    for number in range(MAX_TIMEOUTS):
        deliver(new_message(tenant, queue), lane="slow" if number else "fast")
        now.advance(seconds=1)
        queue.take()
    waiting = [new_message(tenant, queue) for _ in range(3)]
    assert len(receiver.requests) == MAX_TIMEOUTS

    pauses = []
    for number in range(5):
        assert deliver(*waiting, lane="slow") == OK
        deferred = queue.take()
        assert len(receiver.requests) == MAX_TIMEOUTS + number
        assert len(deferred) == len(waiting)
        pauses.append(round(min(sent.delay for sent in deferred) / 60))
        now.advance(seconds=max(sent.delay for sent in deferred))
        deliver(waiting[0], lane="slow")
        queue.take()
        waiting = [*waiting[1:], new_message(tenant, queue)]

    assert pauses == [1, 2, 4, 8, 8]
    made = [len(delivery.attempts) for delivery in deliveries()]
    assert sum(made) == len(receiver.requests) == MAX_TIMEOUTS + 5
    assert max(made) == 1


def test_a_pause_ends_with_a_success_and_all_that_waited_is_delivered(
    tenant: Tenant, receiver: Receiver, webhook: dict[str, Any], queue: Queue, now: Clock
) -> None:
    waiting = [new_message(tenant, queue) for _ in range(10)]
    ends_at = round(now.at.timestamp() * 1000) + 60_000
    change_health(waiting[0], failing_since="2026-04-24T17:42:11.314Z", probe_at=ends_at, timeouts=3)
    assert deliver(*waiting, lane="slow") == OK
    assert receiver.requests == []

    while sent := queue.take():
        now.advance(seconds=max(message.delay for message in sent))
        deliver(*(message.message for message in sent), lane="slow")

    assert len(receiver.requests) == len(waiting)
    assert [len(delivery.attempts) for delivery in deliveries()] == [1] * len(waiting)
    state = health_of(waiting[0])
    assert (state.failing_since, state.probe_at, state.timeouts, state.leases) == (None, None, 0, {})


def test_a_failing_endpoint_has_one_attempt_in_flight(
    tenant: Tenant, receiver: Receiver, webhook: dict[str, Any], queue: Queue
) -> None:
    receiver.responses = [Response(500)]
    messages = [new_message(tenant, queue) for _ in range(10)]
    change_health(messages[0], failing_since="2026-04-24T17:42:11.314Z")

    assert deliver(*messages, lane="slow") == OK

    assert len(receiver.requests) == 1
    assert [len(delivery.attempts) for delivery in deliveries()].count(1) == 1


@pytest.mark.parametrize(
    ("timeouts", "probe", "patience"), [(0, False, 15), (1, False, 5), (2, False, 5), (3, True, 15)]
)
def test_an_endpoint_has_less_time_after_a_time_out_but_a_probe_has_all_of_it(
    message: dict[str, Any],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    timeouts: int,
    probe: bool,
    patience: float,
) -> None:
    """Otherwise an endpoint that needs eight seconds would never recover."""
    change_health(
        message,
        failing_since="2026-04-24T17:42:11.314Z",
        **({"timeouts": timeouts} if timeouts else {}),
        **({"probe_at": 1} if probe else {}),
    )
    given: list[float] = []
    send = sender.send

    def watched(url: str, body: bytes, headers: dict[str, str], *, within: float) -> sender.ReceiverReply:
        given.append(within)
        return send(url, body, headers, within=within)

    monkeypatch.setattr(sender, "send", watched)

    assert deliver(message, lane="slow") == OK

    assert given == [patience]


def test_the_pause_is_logged_and_counted(
    message: dict[str, Any],
    receiver: Receiver,
    queue: Queue,
    impatient: None,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    change_health(message, failing_since="2026-04-24T17:42:11.314Z", timeouts=MAX_TIMEOUTS - 1)
    receiver.responses = [HANGS]

    deliver(message, lane="slow")

    assert "endpoint_paused" in [record.message for record in caplog.records]
    assert '"endpoints_paused":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("after", range(1, 8))
def test_a_worker_killed_after_any_call_loses_nothing_of_its_batch(
    tenant: Tenant,
    receiver: Receiver,
    queue: Queue,
    now: Clock,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    """Three endpoints: one succeeds, one fails, and one is failing already."""
    with receiving() as failing, receiving() as down:
        failing.responses = down.responses = [Response(500)]
        endpoints = [register(tenant, server.url) for server in (receiver, failing, down)]
        change_health(_about(tenant, endpoints[2]["id"]), failing_since="2026-04-24T17:42:11.314Z")
        fan_out(publish_lead(tenant))
        messages = [sent.message for sent in queue.take()]
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = after
            try:
                deliver(*messages, lane="slow")
            except Killed:
                pass
            else:
                assert after > len(calls.made)
        now.advance(seconds=LEASE.total_seconds())

        assert deliver(*messages, lane="slow") == OK

    assert [[attempt.number for attempt in delivery.attempts] for delivery in deliveries()] == [[1]] * 3
    assert sorted(delivery.status for delivery in deliveries()) == ["pending", "pending", "succeeded"]
    waiting = {sent.message["delivery_id"] for sent in queue.take() if sent.message["attempt"] == 2}
    assert waiting == {delivery.id for delivery in deliveries() if delivery.status == "pending"}
    assert all(not health_of(message).leases for message in messages)


def test_the_sample_event_works(cloud: None) -> None:
    event = json.loads((ROOT / "events/workers/deliver_slow_webhook.json").read_text())

    assert load_app("workers/deliver_slow_webhook").handler(event, None) == OK
