"""The sweep: what no relay published for a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from eal.core import aws, clock, settings
from eal.core.scheduled_run import PartsFailed
from eal.core.table.item import from_attributes, to_attributes
from eal.core.table.keys import PENDING_SHARDS
from tests.support.faults import transactions_limited, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items, peek
from tests.support.tenants import new_tenant

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
        with pytest.raises(PartsFailed):
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


def _make_old(monkeypatch: pytest.MonkeyPatch, *tenants: Tenant, each: int = 1) -> None:
    """Leads of two minutes ago, unpublished."""
    now = clock.now()
    with monkeypatch.context() as past:
        past.setattr(clock, "now", lambda: now - timedelta(minutes=2))
        for tenant in tenants:
            for number in range(each):
                body = {"email": f"p{number}@example.com"}
                assert call("POST", "/v1/leads", key=tenant.write, json_body=body).status == 201


def _pending(kind: str) -> list[dict[str, Any]]:
    return [from_attributes(item) for item in items(kind) if "pending" in item]


def test_many_large_items_are_read_as_a_transaction_can(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_old(monkeypatch, tenant, each=24)
    for item in map(from_attributes, items("AUDIT")):
        larger = {**item, "changes": [{"field": "notes", "from": None, "to": "x" * 380_000}]}
        aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(larger))

    with transactions_limited(monkeypatch):
        load_app("workers/sweep_outbox").handler({}, None)

    assert _pending("EVENT") == []
    young = [one for one in _pending("AUDIT") if one["action"] == "lead.created"]
    assert young == []


@pytest.mark.parametrize("operation", ["TransactGetItems", "Query"])
def test_a_read_that_fails_ends_neither_the_other_shards_nor_the_alarm(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    tenants = [tenant, *(new_tenant() for _ in range(7))]
    _make_old(monkeypatch, *tenants)
    waiting = len(_pending("EVENT"))
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    failed: list[str] = []

    def first_fails(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        answer = send(client, name, arguments)
        if name == operation and not failed and (answer.get("Items") or answer.get("Responses")):
            failed.append(name)
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "too large"}}, name)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", first_fails)
        with pytest.raises(PartsFailed):
            load_app("workers/sweep_outbox").handler({}, None)

    assert failed
    assert 0 < len(_pending("EVENT")) < waiting


def test_each_minute_begins_with_another_shard(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    first = set()
    now = clock.now()
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        if name == "Query":
            asked.append(arguments["ExpressionAttributeValues"][":shard"]["S"])
        return send(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", noted)
    for minute in range(PENDING_SHARDS):
        asked: list[str] = []
        monkeypatch.setattr(clock, "now", lambda minute=minute: now + timedelta(minutes=minute))
        load_app("workers/sweep_outbox").handler({}, None)
        assert len(set(asked)) == PENDING_SHARDS
        first.add(asked[0])

    assert len(first) == PENDING_SHARDS


def test_a_record_that_cannot_be_hashed_raises_the_alarm_at_each_sweep(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_old(monkeypatch, tenant, each=2)
    bad, *_ = [from_attributes(item) for item in items("AUDIT") if item["action"]["S"] == "lead.created"]
    changed = {**bad, "changes": [{"field": "score", "from": None, "to": 2**53 + 1}]}
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(changed))

    for _ in range(2):
        with pytest.raises(PartsFailed):
            load_app("workers/sweep_outbox").handler({}, None)

    left = [one["id"] for one in _pending("AUDIT") if one["action"] == "lead.created"]
    assert left == [bad["id"]]
