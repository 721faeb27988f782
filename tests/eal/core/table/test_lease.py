"""Leases: one worker at a time has one, whatever happens to it or to a response."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import aws
from eal.core.clock import rfc3339
from eal.core.table import lease
from eal.core.table.keys import key
from eal.core.table.lease import Held, Lease
from eal.core.table.read import get
from tests.support.faults import before_first, watched_calls

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item

NOW = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
DURATION = timedelta(minutes=3)
MINUTE = timedelta(minutes=1)


def acquire(by: Caller, at: datetime = NOW) -> Lease | Held:
    return lease.acquire(key(by.tenant, "WORK_LEASE", "work_1"), "WORK_LEASE", at, DURATION)


def acquired(by: Caller, at: datetime = NOW) -> Lease:
    found = acquire(by, at)
    assert isinstance(found, Lease)
    return found


def stored(by: Caller) -> Item:
    item = get(key(by.tenant, "WORK_LEASE", "work_1"))
    assert item
    return item


def test_a_lease_is_held_until_it_expires(by: Caller) -> None:
    first = acquired(by)

    assert acquire(by) == Held(NOW + DURATION)
    assert acquire(by, NOW + DURATION - timedelta(milliseconds=1)) == Held(NOW + DURATION)
    second = acquired(by, NOW + DURATION)

    assert second.holder != first.holder
    assert stored(by)["holder"] == second.holder


def test_the_item_expires_a_day_after_the_lease(by: Caller) -> None:
    holder = acquired(by).holder

    assert stored(by) == {
        **key(by.tenant, "WORK_LEASE", "work_1")._asdict(),
        "kind": "WORK_LEASE",
        "holder": holder,
        "until": rfc3339(NOW + DURATION),
        "ttl": int((NOW + DURATION + timedelta(days=1)).timestamp()),
    }


def test_a_released_lease_is_free_from_the_given_time_on(by: Caller) -> None:
    lease.release(acquired(by), NOW + MINUTE)

    assert acquire(by) == Held(NOW + MINUTE)
    acquired(by, NOW + MINUTE)


def test_a_worker_that_has_lost_its_lease_does_not_release_that_of_another(by: Caller) -> None:
    first = acquired(by)
    second = acquired(by, NOW + DURATION)

    lease.release(first, NOW)

    assert stored(by)["holder"] == second.holder
    assert acquire(by, NOW + DURATION) == Held(NOW + 2 * DURATION)


def test_the_lease_is_its_holder_s_if_the_response_was_lost(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {"UpdateItem"}
        own = acquired(by)
        other = acquire(by)
        lease.release(own, NOW + MINUTE)

    assert other == Held(NOW + DURATION)
    assert calls.made == ["UpdateItem"] * 3
    assert acquire(by) == Held(NOW + MINUTE)


def test_of_two_workers_in_the_same_millisecond_one_has_the_lease(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[Lease | Held] = []
    with before_first(monkeypatch, "UpdateItem", lambda: others.append(acquire(by))):
        found = acquire(by)

    assert found == Held(NOW + DURATION)
    (other,) = others
    assert isinstance(other, Lease)


def test_a_worker_whose_call_has_no_response_does_not_know_whether_it_has_the_lease(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.unanswered = {"UpdateItem"}
        with pytest.raises(aws.Unreachable):
            acquire(by)

    assert acquire(by) == Held(NOW + DURATION)
