"""Content whose own message was lost is found by its mark and published."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.domain.content.due import GRACE
from eal.entry.schedule import PartsFailed
from tests.support import content as contents
from tests.support.faults import watched_calls
from tests.support.http import load_app
from tests.support.pipeline import peek
from tests.support.publishing import approved, publish, schedule
from tests.support.tenants import new_tenant
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _run() -> None:
    load_app("workers/enqueue_publications").handler({}, None)


def test_overdue_content_is_published_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    time = freeze(monkeypatch)
    other = new_tenant("Other")
    lost = schedule(tenant, approved(tenant), time.at + timedelta(hours=1))
    others = schedule(other, approved(other), time.at + timedelta(hours=1))
    waiting = schedule(tenant, approved(tenant), time.at + timedelta(hours=2))
    time.advance(hours=1)
    _run()
    assert peek("PublishQueue") == [], "its own message has some minutes to arrive"
    time.advance(seconds=GRACE.total_seconds() + 1)

    _run()

    bodies = [json.dumps(body) for body in peek("PublishQueue")]
    assert len(bodies) == 2
    assert publish(*bodies, *bodies) == []
    assert contents.read(tenant, lost)["status"] == "published"
    assert contents.read(other, others)["status"] == "published"
    assert contents.read(tenant, waiting)["status"] == "scheduled"
    _run()
    assert peek("PublishQueue") == []


def test_content_that_is_unscheduled_has_no_mark(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + timedelta(hours=1))
    contents.move(tenant, content, "approved")
    time.advance(hours=2)

    _run()

    assert peek("PublishQueue") == []


def test_more_overdue_content_than_a_batch_is_enqueued(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    wanted = {schedule(tenant, approved(tenant), time.at + timedelta(hours=1))["id"] for _ in range(11)}
    time.advance(hours=2)

    _run()

    assert {body["content_id"] for body in peek("PublishQueue")} == wanted


def test_a_queue_that_refuses_fails_the_run(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    time = freeze(monkeypatch)
    schedule(tenant, approved(tenant), time.at + timedelta(hours=1))
    time.advance(hours=2)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["SendMessageBatch"] = "InternalError"
        with pytest.raises(PartsFailed):
            _run()

    _run()
    assert len(peek("PublishQueue")) == 1


def test_a_batch_that_the_queue_does_not_accept_holds_up_no_other(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    wanted = {schedule(tenant, approved(tenant), time.at + timedelta(hours=1))["id"] for _ in range(21)}
    time.advance(hours=2)

    with watched_calls(monkeypatch) as calls:
        calls.unanswered = {"SendMessageBatch"}
        with pytest.raises(PartsFailed):
            _run()

    assert {body["content_id"] for body in peek("PublishQueue")} == wanted
