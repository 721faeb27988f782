"""The sweep: what no relay published for a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal import clock
from eal.entry.relay import SweepFailed
from tests.support.faults import watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items, peek

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_what_cannot_be_published_keeps_nobody_elses_from_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with monkeypatch.context() as past:
        past.setattr(clock, "now", lambda: now - timedelta(minutes=2))
        call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"})
        call("POST", "/v1/leads", key=tenant.test_admin, json_body={"email": "a@example.com"})

    with watched_calls(monkeypatch) as calls:
        calls.refuse["SendMessage"] = (
            "ServiceUnavailable"  # the word to the archiver, and with it all audit records
        )
        with pytest.raises(SweepFailed):
            load_app("workers/sweep_outbox").handler({}, None)

    assert {event["mode"] for event in peek("FanOutQueue")} == {"live", "test"}
    assert [item for item in items("AUDIT") if "pending" in item]


def test_old_items_are_published_and_young_ones_are_left(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(minutes=2))
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "old@example.com"})
    monkeypatch.setattr(clock, "now", lambda: now)
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "young@example.com"})

    load_app("workers/sweep_outbox").handler({}, None)

    published = [event for event in peek("FanOutQueue") if event["type"] != "audit.log.event"]
    assert [event["data"]["email"] for event in published] == ["old@example.com"]
    assert published[0]["sequence"] == 1
    assert len([item for item in items("EVENT") if "pending" in item]) == 1

    load_app("workers/sweep_outbox").handler({}, None)
    assert peek("FanOutQueue") == []
