"""Every minute, each tenant with due e-mails gets one message, until its markers have settled."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core.tenancy import Tenant as Owner
from eal.domain.outreach.sending import due
from eal.entry.schedule import PartsFailed
from tests.support.faults import Killed, watched_calls
from tests.support.http import load_app
from tests.support.outreach import enqueue
from tests.support.pipeline import items, peek

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def owner_of(tenant: Tenant) -> Owner:
    return Owner(tenant.id, "live")


def enqueued() -> list[str]:
    return [str(message["organization_id"]) for message in enqueue()]


def test_a_tenant_is_enqueued_when_its_minute_has_come(
    clock: Clock, tenant: Tenant, stranger: Tenant
) -> None:
    due.mark(owner_of(tenant), clock.now())
    due.mark(owner_of(stranger), clock.now() + timedelta(minutes=2))
    assert enqueued() == [tenant.id]

    clock.advance(minutes=2)

    assert sorted(enqueued()) == sorted([tenant.id, stranger.id])


def test_many_markers_of_a_tenant_are_one_message(clock: Clock, tenant: Tenant) -> None:
    for minutes in range(5):
        due.mark(owner_of(tenant), clock.now() + timedelta(minutes=minutes))
    clock.advance(minutes=5)

    assert enqueued() == [tenant.id]


def test_a_marker_stays_until_every_index_shows_its_work(clock: Clock, tenant: Tenant) -> None:
    due.mark(owner_of(tenant), clock.now())
    times = 0
    while enqueued():
        times += 1
        clock.advance(minutes=1)

    assert times == 5
    assert not items("DUE")


def test_a_time_that_has_passed_is_marked_now(clock: Clock, tenant: Tenant) -> None:
    due.mark(owner_of(tenant), clock.now() - timedelta(days=3))

    assert enqueued() == [tenant.id]
    assert len(items("DUE")) == 1


def test_a_run_killed_after_any_call_loses_no_marker(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 20):
        due.mark(owner_of(tenant), clock.now())
        clock.advance(minutes=4)
        with watched_calls(monkeypatch) as calls, suppress(Killed):
            calls.kill_after = number
            load_app("workers/enqueue_sends").handler({}, None)
        was_last = len(calls.made) < number
        assert peek("SendQueue") or items("DUE"), number
        if was_last:
            return
        enqueue()
    raise AssertionError("the run never ended")


def test_a_queue_that_refuses_keeps_the_markers(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    due.mark(owner_of(tenant), clock.now())
    clock.advance(minutes=10)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["SendMessageBatch"] = "ServiceUnavailable"
        with pytest.raises(PartsFailed):
            load_app("workers/enqueue_sends").handler({}, None)

    assert enqueued() == [tenant.id]
