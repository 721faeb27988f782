"""The run every 15 minutes enqueues each connection that is due, and reads and sends them in batches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eal.entry.schedule import PartsFailed
from tests.support.callrail import SIGNING_KEY
from tests.support.faults import watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import RESEND_SECRET
from tests.support.pipeline import peek
from tests.support.reconciliation import QUEUES, enqueue
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def connect(key: str, vendor: str) -> None:
    signing = {"signing_key": SIGNING_KEY} if vendor == "callrail" else {"signing_secret": RESEND_SECRET}
    body = {"secrets": {**signing, "api_key": "a key"}}
    assert call("PUT", f"/v1/integrations/{vendor}", key=key, json_body=body).status == 200


def organizations(messages: list[str]) -> list[str]:
    return sorted(json.loads(message)["organization_id"] for message in messages)


def test_each_vendor_has_a_queue_of_its_own(tenant: Tenant, stranger: Tenant) -> None:
    connect(tenant.admin, "callrail")
    connect(stranger.admin, "callrail")
    connect(tenant.admin, "resend")

    assert organizations(enqueue("callrail")) == sorted([tenant.id, stranger.id])
    assert [message["organization_id"] for message in peek(QUEUES["resend"])] == [tenant.id]


def test_a_hundred_connections_are_listed_and_enqueued_in_twelve_calls(
    clock: Clock, cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [new_tenant(f"Tenant {number}") for number in range(100)]
    for tenant in tenants:
        connect(tenant.admin, "callrail")

    with watched_calls(monkeypatch) as calls:
        load_app("workers/enqueue_reconciliations").handler({}, None)

    assert [calls.count(name) for name in ("Query", "TransactGetItems", "SendMessageBatch")] == [3, 1, 10]
    assert len(calls.made) == 14
    assert organizations([json.dumps(message) for message in peek(QUEUES["callrail"])]) == sorted(
        tenant.id for tenant in tenants
    )


def test_a_vendor_whose_list_cannot_be_sent_does_not_stop_the_other(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(tenant.admin, "callrail")
    connect(tenant.admin, "resend")
    monkeypatch.setenv("CALLRAIL_RECONCILIATION_QUEUE", "")

    with pytest.raises(PartsFailed, match="1 parts"):
        load_app("workers/enqueue_reconciliations").handler({}, None)

    assert len(peek(QUEUES["resend"])) == 1
