"""What an endpoint's health decides: places, limits a minute, which secret signs, when it is disabled, and probes."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from eal.core import clock, secrets, signing, tenancy
from eal.core.outbound.address import without_query
from eal.core.outbound.schedule import GIVEN_UP_AFTER
from eal.core.table.read import get
from eal.domain.webhooks.deliveries import endpoint_health
from eal.domain.webhooks.deliveries.endpoint_health import (
    FAILING_IN_FLIGHT,
    LEASE,
    MOST_IN_FLIGHT,
    PROBE_PAUSE,
    take_place,
)
from eal.domain.webhooks.endpoints import store
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import items
from tests.support.receiver import Receiver, Saying
from tests.support.time import Clock, freeze
from tests.support.webhooks import (
    Queue,
    change_endpoint,
    deliver,
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


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return freeze(monkeypatch)


def taken(message: dict[str, Any], number: int = 0) -> endpoint_health.Place | None:
    return take_place(
        tenancy.Tenant(message["organization_id"], message["mode"]),
        message["webhook_id"],
        f"dlv_{number}" if number else message["delivery_id"],
        clock.now(),
    )


# ---------------------------------------------------------------- places


def test_a_lease_is_as_long_as_its_worker_may_run() -> None:
    assert functions()["WorkersDeliverWebhook"]["Timeout"] <= LEASE.total_seconds()


def test_only_so_many_attempts_at_one_endpoint_run_at_once(
    message: dict[str, Any], receiver: Receiver, queue: Queue
) -> None:
    places = [taken(message, number) for number in range(1, MOST_IN_FLIGHT + 1)]
    assert all(places)

    assert deliver(message) == OK

    assert receiver.heard == []
    assert deliveries()[0].attempts == ()
    (put_off,) = queue.take()
    assert put_off.message == {**message, "deferrals": 1}
    assert put_off.group == message["webhook_id"]
    endpoint_health.give_back(places[0])  # type: ignore[arg-type]  # they are all places
    assert deliver(put_off.message) == OK
    assert len(receiver.heard) == 1


def test_one_that_fails_has_fewer_places_until_it_takes_something(
    message: dict[str, Any], receiver: Receiver, queue: Queue, now: Clock
) -> None:
    receiver.says = [Saying(500), Saying(200)]
    deliver(message)
    places = [taken(message, number) for number in range(1, FAILING_IN_FLIGHT + 1)]

    assert all(places)
    assert taken(message, 99) is None

    endpoint_health.succeeded(places[0], "mark")  # type: ignore[arg-type]  # they are all places
    assert taken(message, 99) is not None


def test_the_places_of_dead_workers_are_free_after_their_leases(message: dict[str, Any], now: Clock) -> None:
    for number in range(1, MOST_IN_FLIGHT + 1):
        assert taken(message, number)
    now.advance(seconds=LEASE.total_seconds() - 1)
    assert taken(message) is None

    now.advance(seconds=1)

    assert taken(message)
    assert list(health_of(message).leases) == [message["delivery_id"]]


def test_a_place_that_somebody_else_has_by_now_is_not_given_back(message: dict[str, Any], now: Clock) -> None:
    first = taken(message)
    now.advance(seconds=LEASE.total_seconds())
    second = taken(message)
    assert first
    assert second

    endpoint_health.succeeded(first, "mark")

    assert health_of(message).leases == {message["delivery_id"]: second.until}
    assert health_of(message).accepted is None


def test_waiting_grows_with_each_time_and_has_an_end(message: dict[str, Any], queue: Queue) -> None:
    for number in range(1, MOST_IN_FLIGHT + 1):
        taken(message, number)

    waits = []
    for _ in range(15):
        deliver(message)
        (sent,) = queue.take()
        waits.append(sent.delay)
        message = sent.message

    assert waits[0] == 1
    assert all(4**number / 2 <= wait <= 4**number for number, wait in enumerate(waits[1:5], 1))
    assert all(150 <= wait <= 300 for wait in waits[5:])


def test_waiting_has_an_end_however_often_it_was_put_off(message: dict[str, Any], queue: Queue) -> None:
    for number in range(1, MOST_IN_FLIGHT + 1):
        assert taken(message, number)

    assert deliver({**message, "deferrals": 100_000}) == OK

    (put_off,) = queue.take()
    assert 150 <= put_off.delay <= 300
    assert put_off.message["deferrals"] == 100_001


def test_what_found_no_place_for_longer_than_a_schedule_takes_has_failed(
    message: dict[str, Any], queue: Queue, now: Clock, receiver: Receiver, tenant: Tenant
) -> None:
    now.advance(seconds=GIVEN_UP_AFTER.total_seconds() + 1)
    for number in range(1, MOST_IN_FLIGHT + 1):
        assert taken(message, number)

    for deferrals in range(40):
        assert deliver({**message, "deferrals": deferrals}) == OK

    (one,) = deliveries()
    assert (one.status, one.attempts, one.next_attempt_at) == ("failed", (), None)
    assert receiver.heard == []
    assert len(queue.take()) == 38
    shown = call("GET", f"/v1/webhooks/deliveries/{one.id}", key=tenant.read).json
    assert shown["status"] == "failed"


def test_what_waits_is_put_off_as_long_as_a_schedule_takes(
    message: dict[str, Any], queue: Queue, now: Clock
) -> None:
    now.advance(seconds=GIVEN_UP_AFTER.total_seconds() - 60)
    for number in range(1, MOST_IN_FLIGHT + 1):
        assert taken(message, number)

    for deferrals in range(20):
        assert deliver({**message, "deferrals": deferrals}) == OK

    assert deliveries()[0].status == "pending"
    assert len(queue.take()) == 20


def test_an_attempt_that_is_late_for_our_own_reasons_is_made(
    message: dict[str, Any], receiver: Receiver, now: Clock
) -> None:
    """As after an outage, or sent again from the dead letters."""
    now.advance(seconds=GIVEN_UP_AFTER.total_seconds() * 2)

    assert deliver(message) == OK

    assert deliveries()[0].status == "succeeded"
    assert len(receiver.heard) == 1


def test_a_retry_by_hand_waits_as_long_from_when_it_was_asked_for(
    message: dict[str, Any], queue: Queue, now: Clock, tenant: Tenant
) -> None:
    deliver(message)
    now.advance(seconds=GIVEN_UP_AFTER.total_seconds() * 2)
    path = f"/v1/webhooks/deliveries/{message['delivery_id']}/retry"
    assert call("POST", path, key=tenant.write).status == 202
    for number in range(1, MOST_IN_FLIGHT + 1):
        assert taken(message, number)
    retry = {**message, "attempt": 2, "deferrals": 19}

    deliver(retry)
    assert deliveries()[0].status == "pending"
    now.advance(seconds=GIVEN_UP_AFTER.total_seconds() + 1)
    for number in range(1, MOST_IN_FLIGHT + 1):
        assert taken(message, number)
    deliver(retry)

    (one,) = deliveries()
    assert (one.status, one.next_attempt_at) == ("succeeded", None), "its first attempt was taken"


def test_many_workers_at_once_never_exceed_the_places(
    tenant: Tenant, queue: Queue, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    lock, inside, most = threading.Lock(), [0], [0]
    all_in = threading.Event()

    def answering() -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            if inside[0] == MOST_IN_FLIGHT:
                all_in.set()
        all_in.wait(20)
        with lock:
            inside[0] -= 1

    receiver.says = [Saying(meanwhile=answering)]
    events = [publish_lead(tenant) for _ in range(MOST_IN_FLIGHT + 10)]
    fan_out(*events)
    messages = [sent.message for sent in queue.take()]

    with ThreadPoolExecutor(3) as pool:
        for answer in pool.map(lambda some: deliver(*some), (messages[:10], messages[10:20], messages[20:])):
            assert answer == OK

    assert most[0] <= MOST_IN_FLIGHT
    while waiting := queue.take():
        assert deliver(*(sent.message for sent in waiting)) == OK
    assert {one.status for one in deliveries()} == {"succeeded"}
    assert len(receiver.heard) == len(events)
    assert health_of(messages[0]).leases == {}


# ---------------------------------------------------------------- a limit a minute


def test_what_is_over_the_limit_is_spread_over_the_minutes_to_come(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    change_endpoint(webhook["id"], rate_limit=2)
    now.at = now.at.replace(second=30, microsecond=0)
    fan_out(*(publish_lead(tenant) for _ in range(7)))

    for sent in queue.take():
        assert deliver(sent.message) == OK

    assert len(receiver.heard) == 2
    waiting = queue.take()
    assert [sent.delay for sent in waiting] == [30, 60, 90, 120, 150]
    assert sum(len(one.attempts) for one in deliveries()) == 2


def test_no_minute_gets_more_than_the_limit_and_all_arrive(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    change_endpoint(webhook["id"], rate_limit=3)
    fan_out(*(publish_lead(tenant) for _ in range(11)))
    at = {id(sent): now.at for sent in queue.waiting}
    minutes: dict[int, int] = {}

    while waiting := sorted(queue.take(), key=lambda sent: at[id(sent)]):
        for sent in waiting:
            now.at = max(now.at, at[id(sent)])
            before = len(receiver.heard)
            deliver(sent.message)
            minute = int(now.at.timestamp()) // 60
            minutes[minute] = minutes.get(minute, 0) + len(receiver.heard) - before
            for again in queue.waiting:
                at.setdefault(id(again), now.at + (LEASE / 60) * again.delay)

    assert max(minutes.values()) == 3
    assert len(receiver.heard) == 11
    assert all(len(one.attempts) == 1 for one in deliveries())


def test_what_the_limit_held_back_for_longer_than_a_schedule_takes_has_failed(
    message: dict[str, Any], webhook: dict[str, Any], now: Clock, queue: Queue, receiver: Receiver
) -> None:
    change_endpoint(webhook["id"], rate_limit=1)
    now.advance(seconds=GIVEN_UP_AFTER.total_seconds() + 1)
    place = taken(message, 1)
    assert place
    endpoint_health.give_back(place)

    assert deliver(message) == OK

    (one,) = deliveries()
    assert (one.status, one.next_attempt_at) == ("failed", None)
    assert (queue.take(), receiver.heard) == ([], [])
    assert health_of(message).leases == {}


def test_counters_of_old_minutes_go(message: dict[str, Any], now: Clock) -> None:
    for seconds in (0, 30, 60, 61, 600, 601):
        now.advance(seconds=seconds)
        place = taken(message)
        assert place
        endpoint_health.give_back(place)

    (item,) = items("WEBHOOK_HEALTH")
    assert len([name for name in item if name.startswith("asked_")]) == 1


# ---------------------------------------------------------------- two secrets


def rotate(webhook: dict[str, Any], tenant: Tenant) -> str:
    """A new secret beside the old one, for a day."""
    old, new = get(store.place(tenant.in_mode("live"), webhook["id"])), signing.new_secret()
    assert old
    change_endpoint(
        webhook["id"],
        secret=secrets.encrypt(new, organization_id=tenant.id, purpose="webhook"),
        previous_secret=old["secret"],
        previous_secret_expires_at=clock.rfc3339(clock.now() + LEASE * 60 * 24),
    )
    return new


def signed_with(receiver: Receiver, number: int, *candidates: str) -> str:
    """Which secret made `x-eal-signature` of a request."""
    heard = receiver.heard[number]
    timestamp = int(heard.headers["x-eal-timestamp"])
    (found,) = [
        secret
        for secret in candidates
        if signing.eal_signature(secret, timestamp, heard.body) == heard.headers["x-eal-signature"]
    ]
    return found


def test_during_a_rotation_both_sign_and_the_old_one_signs_for_verifiers_of_one(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    deliver(new_message(tenant, queue))
    new = rotate(webhook, tenant)

    deliver(new_message(tenant, queue))

    heard = receiver.heard[1]
    for secret in (webhook["secret"], new):
        standardwebhooks.Webhook(secret).verify(heard.body, heard.headers)
    assert signed_with(receiver, 1, webhook["secret"], new) == webhook["secret"]


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_refusal_is_followed_at_once_by_the_other_secret_which_then_stays(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], refusal: int
) -> None:
    new = rotate(webhook, tenant)
    receiver.says = [Saying(refusal), Saying(200)]

    deliver(new_message(tenant, queue))
    deliver(new_message(tenant, queue))

    used = [signed_with(receiver, number, webhook["secret"], new) for number in range(3)]
    assert used == [webhook["secret"], new, new]
    first = min(deliveries(), key=lambda one: one.id)
    assert [(one.number, one.status_code) for one in first.attempts] == [(1, refusal), (2, 200)]
    assert (first.status, first.steps) == ("succeeded", 1)
    assert queue.take() == []


def test_a_refusal_of_both_is_one_step_of_the_schedule(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    rotate(webhook, tenant)
    receiver.says = [Saying(401)]

    deliver(new_message(tenant, queue))

    (one,) = deliveries()
    assert (len(one.attempts), one.steps, one.status) == (2, 1, "pending")
    (retry,) = queue.take()
    assert retry.message["attempt"] == 3
    now.advance(seconds=retry.delay)
    deliver(retry.message)
    assert [attempt.number for attempt in deliveries()[0].attempts] == [1, 2, 3, 4]


def test_a_customer_who_went_back_to_the_old_secret_is_followed(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    new = rotate(webhook, tenant)
    receiver.says = [Saying(401), Saying(200), Saying(403), Saying(200)]

    for _ in range(3):
        deliver(new_message(tenant, queue))

    used = [signed_with(receiver, number, webhook["secret"], new) for number in range(5)]
    assert used == [webhook["secret"], new, new, webhook["secret"], webhook["secret"]]


def test_after_the_overlap_only_the_new_one_signs_and_a_refusal_waits(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], now: Clock
) -> None:
    new = rotate(webhook, tenant)
    now.advance(seconds=DAY)
    receiver.says = [Saying(401)]

    deliver(new_message(tenant, queue))

    (heard,) = receiver.heard
    assert signed_with(receiver, 0, webhook["secret"], new) == new
    assert " " not in heard.headers["webhook-signature"]
    assert len(queue.take()) == 1


# ---------------------------------------------------------------- failing for days, and coming back


def fail_for(days: float, tenant: Tenant, queue: Queue, now: Clock, *, every: float = HOUR * 24) -> None:
    """One new event after another, each attempted once."""
    end = now.at.timestamp() + days * DAY
    while now.at.timestamp() <= end:
        deliver(new_message(tenant, queue))
        queue.take()
        now.advance(seconds=every)


def disabled_events() -> list[dict[str, Any]]:
    return [
        json.loads(item["data"]["S"]) for item in items("EVENT") if item["type"]["S"] == "webhook.disabled"
    ]


def test_five_days_of_failures_only_disable_tell_and_are_audited(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(500)]

    fail_for(4, tenant, queue, now)
    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json["enabled"] is True
    deliver(new_message(tenant, queue))

    shown = call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "failing")
    assert "s3cret" in shown["url"]
    assert disabled_events() == [{**shown, "url": without_query(shown["url"])}]
    (record,) = [one for one in items("AUDIT") if one["action"]["S"] == "webhook.disabled"]
    assert "s3cret" not in json.dumps(record)
    assert record["actor"]["M"]["id"] == {"S": "deliver_webhook"}


def test_one_success_in_between_starts_the_five_days_anew(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(500)]
    fail_for(3, tenant, queue, now)
    receiver.says = [Saying(200), Saying(500)]

    fail_for(4, tenant, queue, now)

    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json["enabled"] is True


def test_two_failures_a_week_apart_are_not_five_days_of_failures(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(500)]

    fail_for(14, tenant, queue, now, every=7 * DAY)

    assert disabled_events() == []


def test_a_change_by_the_customer_meanwhile_wins(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(500)]
    fail_for(4, tenant, queue, now)
    receiver.says = [Saying(500, meanwhile=lambda: change_endpoint(webhook["id"], version=7))]
    message = new_message(tenant, queue)

    assert deliver(message) == OK

    assert disabled_events() == []
    receiver.says = [Saying(500)]
    queue.take()
    deliver(new_message(tenant, queue))
    assert len(disabled_events()) == 1


def enable(webhook: dict[str, Any]) -> None:
    item = change_endpoint(webhook["id"], enabled=True)
    change_endpoint(webhook["id"], version=int(str(item["version"])) + 1)


def test_after_enabling_one_probe_goes_first_and_the_rest_wait_for_it(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(410)]
    deliver(new_message(tenant, queue))
    enable(webhook)
    first, second = new_message(tenant, queue), new_message(tenant, queue)
    receiver.says = [Saying(meanwhile=lambda: deliver(second))]

    deliver(first)

    assert len(receiver.heard) == 2
    (waiting,) = queue.take()
    assert waiting.message["delivery_id"] == second["delivery_id"]
    receiver.says = [Saying()]
    deliver(waiting.message)
    assert len(receiver.heard) == 3
    assert health_of(first).probe_at is None


def test_a_probe_that_fails_pauses_the_rest_and_the_next_one_comes_later(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(410)]
    deliver(new_message(tenant, queue))
    enable(webhook)
    receiver.says = [Saying(500), Saying(200)]
    first, second = new_message(tenant, queue), new_message(tenant, queue)
    deliver(first)
    queue.take()

    deliver(second)

    assert len(receiver.heard) == 2
    (waiting,) = queue.take()
    now.advance(seconds=PROBE_PAUSE.total_seconds())
    deliver(waiting.message)
    assert len(receiver.heard) == 3
    assert all(taken(second, number) for number in range(1, MOST_IN_FLIGHT + 1))


def test_enabled_again_it_has_five_days_again(
    now: Clock, tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any]
) -> None:
    receiver.says = [Saying(500)]
    fail_for(5, tenant, queue, now)
    assert len(disabled_events()) == 1
    enable(webhook)

    deliver(new_message(tenant, queue))

    assert len(disabled_events()) == 1
    assert get(store.place(tenant.in_mode("live"), webhook["id"]))["enabled"] is True  # type: ignore[index]


def test_an_endpoint_that_is_healthy_costs_the_same_calls_each_time(
    tenant: Tenant, receiver: Receiver, queue: Queue, webhook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(new_message(tenant, queue))
    for _ in range(2):
        message = new_message(tenant, queue)
        with watched_calls(monkeypatch) as calls:
            deliver(message)
        assert calls.made == ["UpdateItem", "TransactGetItems", "PutItem", "UpdateItem"]
