"""Pushes to CRMs that fail. tests/functions/workers/test_push_to_crm.py tests what both lanes have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.outbound.slots import LEASE
from tests.functions.workers.test_push_to_crm import OK, connect, lead, push, sync, work
from tests.support.faults import Killed, watched_calls
from tests.support.http import load_app
from tests.support.receiver import Receiver, Response
from tests.support.time import freeze
from tests.support.webhooks import Queue, watched_queue
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant


@pytest.fixture
def queue(cloud: None) -> Iterator[Queue]:
    with watched_queue("crm") as queue:
        yield queue


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("after", range(1, 8))
def test_a_worker_killed_after_any_call_and_run_again_records_one_outcome(
    tenant: Tenant,
    receiver: Receiver,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    after: int,
) -> None:
    now = freeze(monkeypatch)
    connect(tenant.admin, receiver.url)
    receiver.responses = [Response(500), Response(status)]
    work(push(tenant.write, lead(tenant.write), tenant))
    queue.take()
    message = push(tenant.write, lead(tenant.write, "b@example.com"), tenant)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        try:
            work(message, lane="slow")
        except Killed:
            pass
        else:
            assert after > len(calls.made)
    now.advance(seconds=LEASE.total_seconds())

    assert work(message, lane="slow") == OK

    done: dict[str, Any] = sync(tenant, message)
    assert (done["attempts"], done["status"]) == (1, "synced" if status == 200 else "pending")
    assert {sent.message["attempt"] for sent in queue.take()} == ({2} if status == 500 else set())


def test_the_sample_event_works(cloud: None) -> None:
    event = json.loads((ROOT / "events/workers/push_to_slow_crm.json").read_text())

    assert load_app("workers/push_to_slow_crm").handler(event, None) == OK
