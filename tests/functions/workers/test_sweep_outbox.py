"""The sweep: what no relay published for a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal import clock
from tests.support.http import call, load_app
from tests.support.pipeline import items, peek

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


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
