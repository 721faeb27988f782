"""Slots under concurrent changes of an endpoint's health: none is overwritten, and no slot is given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import clock
from eal.core.outbound import slots
from eal.core.outbound.health import (
    MAX_IN_FLIGHT,
    MAX_IN_FLIGHT_FAILING,
    EndpointHealth,
    Result,
    unix_ms,
)
from eal.core.outbound.slots import LEASE, NoSlot, Slot, SlotRequest, SlotTerms
from eal.core.table import progress
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.tenancy import Tenant
from tests.support.faults import before_first, watched_calls

if TYPE_CHECKING:
    from eal.core.table.statements import StatementFailed
    from tests.support.time import Clock

KEY = key(Tenant("org_1", "live"), "HEALTH", "endpoint")
SUCCESS = Result(succeeded=True, timed_out=False, seconds=0.1)
FAILURE = Result(succeeded=False, timed_out=False, seconds=0.1)
ANY = SlotTerms()


def acquire(*names: str, terms: SlotTerms = ANY) -> list[Slot | NoSlot | StatementFailed]:
    return slots.acquire_all([SlotRequest(KEY, "HEALTH", name) for name in names], clock.now(), terms)


def slot(name: str) -> Slot:
    (acquired,) = acquire(name)
    assert isinstance(acquired, Slot)
    return acquired


def health() -> EndpointHealth:
    item = get(KEY)
    assert item
    return load(EndpointHealth, item)


def release(*used: slots.Used) -> EndpointHealth:
    return slots.release_all(used, clock.now())[KEY]


def test_the_slots_of_a_batch_are_acquired_and_released_in_one_call_each(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    release((slot("first"), SUCCESS))
    with watched_calls(monkeypatch) as calls:
        acquired = acquire(*"abcdefghij")
        assert len(health().leases) == len(acquired) == 10
        calls.made.remove("GetItem")
        release(*((slot, SUCCESS) for slot in acquired if isinstance(slot, Slot)))

    assert calls.made == ["BatchExecuteStatement", "BatchExecuteStatement"]
    assert health().leases == {}


def test_as_many_of_a_batch_as_fit_have_slots(cloud: None) -> None:
    acquire(*map(str, range(MAX_IN_FLIGHT - 3)))

    acquired = acquire(*"abcdefghij")

    assert [isinstance(slot, Slot) for slot in acquired] == [True] * 3 + [False] * 7
    assert len(health().leases) == MAX_IN_FLIGHT


def test_a_second_message_for_an_attempt_has_no_slot(cloud: None) -> None:
    first, second = acquire("a", "a")

    assert isinstance(first, Slot)
    assert second == NoSlot()
    assert acquire("a") == [NoSlot()]


@pytest.mark.parametrize("is_failing", [False, True])
def test_many_workers_at_once_get_no_more_slots_than_there_are(cloud: None, *, is_failing: bool) -> None:
    release((slot("first"), FAILURE if is_failing else SUCCESS))

    with ThreadPoolExecutor(8) as pool:
        batches = pool.map(lambda number: acquire(*(f"{number}-{nth}" for nth in range(5))), range(8))
        acquired = [slot for batch in batches for slot in batch]

    most = MAX_IN_FLIGHT_FAILING if is_failing else MAX_IN_FLIGHT
    assert sum(isinstance(slot, Slot) for slot in acquired) == len(health().leases) <= most
    assert health().leases


def test_a_success_that_saw_a_healthy_endpoint_ends_a_failure_recorded_meanwhile(cloud: None) -> None:
    first, second = slot("a"), slot("b")
    release((first, FAILURE))
    assert health().failing_since

    assert release((second, SUCCESS)).failing_since is None

    assert health() == EndpointHealth()


def test_failures_at_once_keep_the_first_moment(clock: Clock, cloud: None) -> None:
    first, second = slot("a"), slot("b")
    release((first, FAILURE))
    since = health().failing_since
    clock.advance(seconds=10)

    release((second, FAILURE))

    assert health().failing_since == since


def test_results_of_one_endpoint_count_in_their_order(cloud: None) -> None:
    first, second = slot("a"), slot("b")

    assert release((first, FAILURE), (second, SUCCESS)).failing_since is None


def test_a_slot_that_another_worker_has_is_left_to_it(clock: Clock, cloud: None) -> None:
    stalled = slot("a")
    clock.advance(seconds=LEASE.total_seconds())
    other, lasting = slot("a"), slot("b")

    release((stalled, FAILURE), (lasting, SUCCESS))

    assert health().leases == {"a": other.expires_at}
    assert health().failing_since is None


def test_an_endpoint_without_health_gets_one_from_whoever_is_first(cloud: None) -> None:
    with ThreadPoolExecutor(4) as pool:
        acquired = [slot for batch in pool.map(acquire, "abcd") for slot in batch]

    assert all(isinstance(slot, Slot) for slot in acquired)
    assert set(health().leases) == set("abcd")


def test_of_two_workers_with_the_same_attempt_in_the_same_millisecond_one_has_the_first_slot(
    clock: Clock, cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[object] = []
    with before_first(monkeypatch, "PutItem", lambda: others.extend(acquire("a"))):
        found = acquire("a")

    assert found == [NoSlot()]
    (other,) = others
    assert isinstance(other, Slot)


@pytest.mark.parametrize("operation", ["PutItem", "BatchExecuteStatement"])
def test_a_slot_whose_response_was_lost_is_free_again_after_its_lease(
    clock: Clock, cloud: None, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """A copy of the message may have a slot of the same millisecond, so the attempt waits until it has expired."""
    if operation == "BatchExecuteStatement":
        release((slot("first"), SUCCESS))
    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {operation}
        assert acquire("a") == [NoSlot()]

    clock.advance(seconds=LEASE.total_seconds())

    release((slot("a"), SUCCESS))
    assert health().leases == {}


def test_slots_are_released_once_if_the_response_is_lost(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = slot("a"), slot("b")
    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {"BatchExecuteStatement"}
        slots.release_all([(first, FAILURE), (second, None)], clock.now())

    assert health().leases == {}
    assert health().failing_since


@pytest.mark.parametrize(("attempts", "count"), [(1, 1), (7, 7)])
def test_attempts_are_counted_by_the_minute(clock: Clock, cloud: None, attempts: int, count: int) -> None:
    clock.next_minute()
    slot("a")

    assert slots.count_in_minute(KEY, attempts, clock.now()) == count
    assert slots.count_in_minute(KEY, attempts, clock.now()) == 2 * count
    clock.next_minute()
    assert slots.count_in_minute(KEY, attempts, clock.now()) == count


FAILING = SlotTerms(expects_failure=True)


def test_the_slot_of_an_endpoint_that_fails_is_acquired_in_one_statement(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    release((slot("first"), FAILURE))
    before = health()

    with watched_calls(monkeypatch) as calls:
        first, second = acquire("a", "b", terms=FAILING)

    assert calls.made == ["BatchExecuteStatement"]
    assert isinstance(first, Slot)
    assert second == NoSlot(is_slow=True)
    assert health() == replace(before, leases={"a": first.expires_at})
    assert acquire("b", terms=FAILING) == [NoSlot(is_slow=True)]


@pytest.mark.parametrize(
    ("state", "has_slot"),
    [
        (EndpointHealth(), True),
        (EndpointHealth(slow=True), True),
        (EndpointHealth(failing_since=clock.now(), probe_at=1), True),
        (
            EndpointHealth(failing_since=clock.now(), probe_at=unix_ms(clock.now() + timedelta(hours=1))),
            False,
        ),
        (EndpointHealth(failing_since=clock.now(), leases={"dead": 1}), True),
    ],
    ids=["healthy", "slow", "probed", "paused", "lease_has_ended"],
)
def test_an_endpoint_that_does_not_just_fail_has_the_slots_of_its_state(
    cloud: None, state: EndpointHealth, has_slot: bool
) -> None:
    stored = {name: value for name, value in state.stored().items() if value is not None}
    assert progress.start({**KEY._asdict(), "kind": "HEALTH", "leases": state.leases, **stored})

    (acquired,) = acquire("a", terms=FAILING)

    assert isinstance(acquired, Slot) is has_slot
    if isinstance(acquired, Slot):
        assert acquired.health.stored() == state.stored()
