"""Endpoint health: slots, rate limits, the secret that signs, disabling, and probes."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from eal.core import clock, secrets, signing
from eal.core.outbound import slots
from eal.core.outbound.address import without_query
from eal.core.outbound.health import MAX_IN_FLIGHT, MAX_IN_FLIGHT_FAILING, PROBE_PAUSE, Result
from eal.core.outbound.schedule import DEFERRAL_TIMEOUT
from eal.core.outbound.slots import LEASE
from eal.core.table.read import get
from eal.domain.webhooks.endpoints.store import ENDPOINTS
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import items
from tests.support.receiver import Receiver, Response
from tests.support.time import Clock, freeze
from tests.support.webhooks import (
    Queue,
    acquired,
    change_endpoint,
    change_health,
    deliver,
    deliver_in_lanes,
    deliveries,
    fan_out,
    health_of,
    new_message,
    publish_lead,
)
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
HOUR, DAY = 3600, 86_400
SUCCESS = Result(succeeded=True, timed_out=False, seconds=0.1, accepted="mark")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return freeze(monkeypatch)


# ---------------------------------------------------------------- slots


def test_a_lease_lasts_as_long_as_a_worker_may_run() -> None:
    assert functions()["WorkersDeliverWebhook"]["Timeout"] <= LEASE.total_seconds()


def test_the_attempts_in_flight_at_an_endpoint_are_limited(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    held = [acquired(message, number) for number in range(1, MAX_IN_FLIGHT + 1)]
    assert all(held)

    assert deliver(message) == OK

    assert receiver.requests == []
    assert deliveries()[0].attempts == ()
    (deferred,) = queue.take()
    assert deferred.message == {**message, "deferrals": 1}
    assert deferred.group == message["webhook_id"]
    slots.release_all([(held[0], None)], clock.now())  # type: ignore[list-item]  # all are slots
    assert deliver(deferred.message, lane=deferred.lane) == OK
    assert len(receiver.requests) == 1


def test_a_failing_endpoint_has_fewer_slots_until_its_next_success(
    message: dict[str, Any], receiver: Receiver, queue: Queue, now: Clock
) -> None:
    receiver.responses = [Response(500), Response(200)]
    deliver(message)
    held = [acquired(message, number) for number in range(1, MAX_IN_FLIGHT_FAILING + 1)]

    assert all(held)
    assert acquired(message, 99) is None

    slots.release_all([(held[0], SUCCESS)], clock.now())  # type: ignore[list-item]  # all are slots
    assert acquired(message, 99) is not None


def test_the_slots_of_dead_workers_are_free_after_their_leases(message: dict[str, Any], now: Clock) -> None:
    for number in range(1, MAX_IN_FLIGHT + 1):
        assert acquired(message, number)
    now.advance(seconds=LEASE.total_seconds() - 1)
    assert acquired(message) is None

    now.advance(seconds=1)

    assert acquired(message)
    assert list(health_of(message).leases) == [message["delivery_id"]]


def test_a_slot_that_another_worker_has_acquired_is_not_released(message: dict[str, Any], now: Clock) -> None:
    first = acquired(message)
    now.advance(seconds=LEASE.total_seconds())
    second = acquired(message)
    assert first
    assert second

    slots.release_all([(first, SUCCESS)], clock.now())

    assert health_of(message).leases == {message["delivery_id"]: second.expires_at}
    assert health_of(message).accepted is None


def test_deferrals_grow_up_to_a_maximum(message: dict[str, Any], queue: Queue) -> None:
    for number in range(1, MAX_IN_FLIGHT + 1):
        acquired(message, number)

    waits = []
    for _ in range(15):
        deliver(message)
        (sent,) = queue.take()
        waits.append(sent.delay)
        message = sent.message

    assert waits[0] == 1
    assert all(4**number / 2 <= wait <= 4**number for number, wait in enumerate(waits[1:5], 1))
    assert all(150 <= wait <= 300 for wait in waits[5:])


def test_the_maximum_holds_after_any_number_of_deferrals(message: dict[str, Any], queue: Queue) -> None:
    for number in range(1, MAX_IN_FLIGHT + 1):
        assert acquired(message, number)

    assert deliver({**message, "deferrals": 100_000}) == OK

    (deferred,) = queue.take()
    assert 150 <= deferred.delay <= 300
    assert deferred.message["deferrals"] == 100_001


def test_a_delivery_without_a_slot_fails_once_it_is_overdue(
    message: dict[str, Any], queue: Queue, now: Clock, receiver: Receiver, tenant: Tenant
) -> None:
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() + 1)
    for number in range(1, MAX_IN_FLIGHT + 1):
        assert acquired(message, number)

    for deferrals in range(40):
        assert deliver({**message, "deferrals": deferrals}) == OK

    (delivery,) = deliveries()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("failed", (), None)
    assert receiver.requests == []
    assert len(queue.take()) == 38
    shown = call("GET", f"/v1/webhooks/deliveries/{delivery.id}", key=tenant.read).json
    assert shown["status"] == "failed"


def test_a_delivery_without_a_slot_is_deferred_until_it_is_overdue(
    message: dict[str, Any], queue: Queue, now: Clock
) -> None:
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() - 60)
    for number in range(1, MAX_IN_FLIGHT + 1):
        assert acquired(message, number)

    for deferrals in range(20):
        assert deliver({**message, "deferrals": deferrals}) == OK

    assert deliveries()[0].status == "pending"
    assert len(queue.take()) == 20


def test_an_overdue_delivery_with_a_slot_is_attempted(
    message: dict[str, Any], receiver: Receiver, now: Clock
) -> None:
    """As after an outage, or sent again from the dead letters."""
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() * 2)

    assert deliver(message) == OK

    assert deliveries()[0].status == "succeeded"
    assert len(receiver.requests) == 1


def test_a_manual_retry_is_overdue_counted_from_its_request(
    message: dict[str, Any], queue: Queue, now: Clock, tenant: Tenant
) -> None:
    deliver(message)
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() * 2)
    path = f"/v1/webhooks/deliveries/{message['delivery_id']}/retry"
    assert call("POST", path, key=tenant.write).status == 202
    for number in range(1, MAX_IN_FLIGHT + 1):
        assert acquired(message, number)
    retry = {**message, "attempt": 2, "deferrals": 19}

    deliver(retry)
    assert deliveries()[0].status == "pending"
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() + 1)
    for number in range(1, MAX_IN_FLIGHT + 1):
        assert acquired(message, number)
    deliver(retry)

    (delivery,) = deliveries()
    assert (delivery.status, delivery.next_attempt_at) == ("succeeded", None), "its first attempt succeeded"


def test_concurrent_workers_never_exceed_the_slots(
    tenant: Tenant, queue: Queue, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    lock, inside, most = threading.Lock(), [0], [0]
    all_in = threading.Event()

    def responding() -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            if inside[0] == MAX_IN_FLIGHT:
                all_in.set()
        all_in.wait(20)
        with lock:
            inside[0] -= 1

    receiver.responses = [Response(meanwhile=responding)]
    events = [publish_lead(tenant) for _ in range(MAX_IN_FLIGHT + 10)]
    fan_out(*events)
    messages = [sent.message for sent in queue.take()]

    with ThreadPoolExecutor(3) as pool:
        for response in pool.map(
            lambda batch: deliver(*batch), (messages[:10], messages[10:20], messages[20:])
        ):
            assert response == OK

    assert most[0] <= MAX_IN_FLIGHT
    while waiting := queue.take():
        assert deliver(*(sent.message for sent in waiting)) == OK
    assert {delivery.status for delivery in deliveries()} == {"succeeded"}
    assert len(receiver.requests) == len(events)
    assert health_of(messages[0]).leases == {}


# ---------------------------------------------------------------- rate limits


def test_attempts_over_the_rate_limit_are_spread_over_the_following_minutes(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    change_endpoint(webhook["id"], rate_limit=2)
    now.at = now.at.replace(second=30, microsecond=0)
    fan_out(*(publish_lead(tenant) for _ in range(7)))

    for sent in queue.take():
        assert deliver(sent.message, lane=sent.lane) == OK

    assert len(receiver.requests) == 2
    waiting = queue.take()
    assert [sent.delay for sent in waiting] == [30, 60, 90, 120, 150]
    assert sum(len(delivery.attempts) for delivery in deliveries()) == 2


def test_no_minute_exceeds_the_rate_limit_and_all_events_arrive(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    change_endpoint(webhook["id"], rate_limit=3)
    fan_out(*(publish_lead(tenant) for _ in range(11)))
    at = {id(sent): now.at for sent in queue.waiting}
    minutes: dict[int, int] = {}

    while waiting := sorted(queue.take(), key=lambda sent: at[id(sent)]):
        for sent in waiting:
            now.at = max(now.at, at[id(sent)])
            before = len(receiver.requests)
            deliver(sent.message, lane=sent.lane)
            minute = int(now.at.timestamp()) // 60
            minutes[minute] = minutes.get(minute, 0) + len(receiver.requests) - before
            for again in queue.waiting:
                at.setdefault(id(again), now.at + (LEASE / 60) * again.delay)

    assert max(minutes.values()) == 3
    assert len(receiver.requests) == 11
    assert all(len(delivery.attempts) == 1 for delivery in deliveries())


def test_a_delivery_deferred_by_the_rate_limit_fails_once_it_is_overdue(
    message: dict[str, Any], webhook: dict[str, Any], now: Clock, queue: Queue, receiver: Receiver
) -> None:
    change_endpoint(webhook["id"], rate_limit=1)
    now.advance(seconds=DEFERRAL_TIMEOUT.total_seconds() + 1)
    change_health(message, counted_minute=int(now.at.timestamp()) // 60, minute_count=1)

    assert deliver(message) == OK

    (delivery,) = deliveries()
    assert (delivery.status, delivery.next_attempt_at) == ("failed", None)
    assert (queue.take(), receiver.requests) == ([], [])
    assert health_of(message).leases == {}


def test_attempts_of_a_batch_are_counted_together(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    change_endpoint(webhook["id"], rate_limit=2)
    now.at = now.at.replace(second=30, microsecond=0)
    fan_out(*(publish_lead(tenant) for _ in range(5)))

    assert deliver(*(sent.message for sent in queue.take())) == OK

    assert len(receiver.requests) == 2
    assert [sent.delay for sent in queue.take()] == [30, 60, 90]
    assert next(iter(items("WEBHOOK_HEALTH")))["minute_count"] == {"N": "5"}


# ---------------------------------------------------------------- two secrets


def rotate(webhook: dict[str, Any], tenant: Tenant) -> str:
    """A new secret, in addition to the old one for a day."""
    old, new = get(ENDPOINTS.key(tenant.in_mode("live"), webhook["id"])), signing.new_secret()
    assert old
    change_endpoint(
        webhook["id"],
        secret=secrets.encrypt(new, organization_id=tenant.id, purpose="webhook"),
        previous_secret=old["secret"],
        previous_secret_expires_at=clock.rfc3339(clock.now() + LEASE * 60 * 24),
    )
    return new


def signed_with(receiver: Receiver, number: int, *candidates: str) -> str:
    """The secret that made `x-eal-signature` of a request."""
    request = receiver.requests[number]
    timestamp = int(request.headers["x-eal-timestamp"])
    (found,) = [
        secret
        for secret in candidates
        if signing.eal_signature(secret, timestamp, request.body) == request.headers["x-eal-signature"]
    ]
    return found


def test_during_a_rotation_both_secrets_sign_and_the_old_one_signs_the_single_header(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    deliver(new_message(tenant, queue))
    new = rotate(webhook, tenant)

    deliver(new_message(tenant, queue))

    request = receiver.requests[1]
    for secret in (webhook["secret"], new):
        standardwebhooks.Webhook(secret).verify(request.body, request.headers)
    assert signed_with(receiver, 1, webhook["secret"], new) == webhook["secret"]


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_rejected_signature_is_repeated_with_the_other_secret_which_then_stays(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], refusal: int
) -> None:
    new = rotate(webhook, tenant)
    receiver.responses = [Response(refusal), Response(200)]

    deliver(new_message(tenant, queue))
    deliver(new_message(tenant, queue))

    used = [signed_with(receiver, number, webhook["secret"], new) for number in range(3)]
    assert used == [webhook["secret"], new, new]
    first = min(deliveries(), key=lambda delivery: delivery.id)
    assert [(attempt.number, attempt.status_code) for attempt in first.attempts] == [(1, refusal), (2, 200)]
    assert (first.status, first.steps) == ("succeeded", 1)
    assert queue.take() == []


def test_a_rejection_of_both_secrets_is_one_step_of_the_schedule(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    rotate(webhook, tenant)
    receiver.responses = [Response(401)]

    deliver(new_message(tenant, queue))

    (delivery,) = deliveries()
    assert (len(delivery.attempts), delivery.steps, delivery.status) == (2, 1, "pending")
    (retry,) = queue.take()
    assert retry.message["attempt"] == 3
    now.advance(seconds=retry.delay)
    deliver(retry.message, lane=retry.lane)
    assert [attempt.number for attempt in deliveries()[0].attempts] == [1, 2, 3, 4]


def test_an_endpoint_may_return_to_the_old_secret(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    new = rotate(webhook, tenant)
    receiver.responses = [Response(401), Response(200), Response(403), Response(200)]

    for _ in range(3):
        deliver(new_message(tenant, queue))

    used = [signed_with(receiver, number, webhook["secret"], new) for number in range(5)]
    assert used == [webhook["secret"], new, new, webhook["secret"], webhook["secret"]]


def test_after_the_overlap_only_the_new_secret_signs_and_a_rejection_is_retried_later(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    new = rotate(webhook, tenant)
    now.advance(seconds=DAY)
    receiver.responses = [Response(401)]

    deliver(new_message(tenant, queue))

    (request,) = receiver.requests
    assert signed_with(receiver, 0, webhook["secret"], new) == new
    assert " " not in request.headers["webhook-signature"]
    assert len(queue.take()) == 1


# ---------------------------------------------------------------- failing for days, and coming back


def fail_for(days: float, tenant: Tenant, queue: Queue, now: Clock, *, every: float = HOUR * 24) -> None:
    """One new event after another, each attempted once."""
    end = now.at.timestamp() + days * DAY
    while now.at.timestamp() <= end:
        deliver_in_lanes(new_message(tenant, queue), queue)
        queue.take()
        now.advance(seconds=every)


def disabled_events() -> list[dict[str, Any]]:
    return [
        json.loads(item["data"]["S"]) for item in items("EVENT") if item["type"]["S"] == "webhook.disabled"
    ]


def test_five_days_of_failures_disable_the_endpoint_with_event_and_audit_record(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(500)]

    fail_for(4, tenant, queue, now)
    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json["enabled"] is True
    deliver_in_lanes(new_message(tenant, queue), queue)

    shown = call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.admin).json
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "failing")
    assert "s3cret" in shown["url"]
    assert disabled_events() == [{**shown, "url": without_query(shown["url"])}]
    (record,) = [record for record in items("AUDIT") if record["action"]["S"] == "webhook.disabled"]
    assert "s3cret" not in json.dumps(record)
    assert record["actor"]["M"]["id"] == {"S": "deliver_webhook"}


def test_a_success_restarts_the_five_days(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(500)]
    fail_for(3, tenant, queue, now)
    receiver.responses = [Response(200), Response(500)]

    fail_for(4, tenant, queue, now)

    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json["enabled"] is True


def test_failures_a_week_apart_are_not_a_run(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(500)]

    fail_for(14, tenant, queue, now, every=7 * DAY)

    assert disabled_events() == []


def test_a_concurrent_change_by_the_customer_wins(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(500)]
    fail_for(4, tenant, queue, now)
    receiver.responses = [Response(500, meanwhile=lambda: change_endpoint(webhook["id"], version=7))]
    message = new_message(tenant, queue)

    assert deliver_in_lanes(message, queue) == OK

    assert disabled_events() == []
    receiver.responses = [Response(500)]
    queue.take()
    deliver_in_lanes(new_message(tenant, queue), queue)
    assert len(disabled_events()) == 1


def enable(webhook: dict[str, Any]) -> None:
    item = change_endpoint(webhook["id"], enabled=True)
    change_endpoint(webhook["id"], version=int(str(item["version"])) + 1)


def test_an_enabled_endpoint_is_probed_before_other_attempts(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(410)]
    deliver_in_lanes(new_message(tenant, queue), queue)
    enable(webhook)
    first, second = new_message(tenant, queue), new_message(tenant, queue)
    receiver.responses = [Response(meanwhile=lambda: deliver(second, lane="slow"))]

    deliver(first, lane="slow")

    assert len(receiver.requests) == 2
    (waiting,) = queue.take()
    assert waiting.message["delivery_id"] == second["delivery_id"]
    receiver.responses = [Response()]
    deliver(waiting.message, lane=waiting.lane)
    assert len(receiver.requests) == 3
    assert health_of(first).probe_at is None


def test_a_failed_probe_pauses_other_attempts_until_the_next_probe(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(410)]
    deliver_in_lanes(new_message(tenant, queue), queue)
    enable(webhook)
    receiver.responses = [Response(500), Response(200)]
    first, second = new_message(tenant, queue), new_message(tenant, queue)
    deliver(first, lane="slow")
    queue.take()

    deliver(second, lane="slow")

    assert len(receiver.requests) == 2
    (waiting,) = queue.take()
    assert PROBE_PAUSE.total_seconds() < waiting.delay <= PROBE_PAUSE.total_seconds() + 2
    now.advance(seconds=waiting.delay)
    deliver(waiting.message, lane=waiting.lane)
    assert len(receiver.requests) == 3
    assert all(acquired(second, number) for number in range(1, MAX_IN_FLIGHT + 1))


def test_an_enabled_endpoint_has_five_days_again(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.responses = [Response(500)]
    fail_for(5, tenant, queue, now)
    assert len(disabled_events()) == 1
    enable(webhook)

    deliver_in_lanes(new_message(tenant, queue), queue)

    assert len(disabled_events()) == 1
    assert get(ENDPOINTS.key(tenant.in_mode("live"), webhook["id"]))["enabled"] is True  # type: ignore[index]


def test_a_healthy_endpoint_costs_the_same_calls_each_time(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(new_message(tenant, queue))
    for _ in range(2):
        message = new_message(tenant, queue)
        with watched_calls(monkeypatch) as calls:
            deliver(message)
        assert calls.made == ["BatchExecuteStatement", "BatchGetItem", "BatchExecuteStatement"]
