"""The sweep publishes items that the relay left for five minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, clock, settings
from eal.core.table.item import from_attributes, to_attributes
from eal.core.table.keys import POINTER_SHARDS
from eal.entry.schedule import PartsFailed
from tests.support.faults import watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items, peek, unpublished
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_group_that_fails_does_not_prevent_others_from_being_published(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with monkeypatch.context() as past:
        past.setattr(clock, "now", lambda: now - timedelta(minutes=6))
        call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"})
        call("POST", "/v1/leads", key=tenant.test_admin, json_body={"email": "a@example.com"})

    with watched_calls(monkeypatch) as calls:
        # The message to the archive queue fails, and with it the publishing of audit records.
        calls.refuse["SendMessageBatch"] = "ServiceUnavailable"
        with pytest.raises(PartsFailed):
            load_app("workers/sweep_outbox").handler({}, None)

    assert {event["mode"] for event in peek("FanOutQueue")} == {"live", "test"}
    assert unpublished("AUDIT")


def test_old_items_are_published_and_young_ones_are_left(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(minutes=6))
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "old@example.com"})
    monkeypatch.setattr(clock, "now", lambda: now)
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "young@example.com"})

    load_app("workers/sweep_outbox").handler({}, None)

    published = [event for event in peek("FanOutQueue") if event["type"] != "audit.log.event"]
    assert [event["data"]["email"] for event in published] == ["old@example.com"]
    assert published[0]["sequence"] == 1
    assert len(unpublished("EVENT")) == 1

    load_app("workers/sweep_outbox").handler({}, None)
    assert peek("FanOutQueue") == []


def _make_old(monkeypatch: pytest.MonkeyPatch, *tenants: Tenant, count: int = 1) -> None:
    """Create unpublished leads, six minutes ago."""
    now = clock.now()
    with monkeypatch.context() as past:
        past.setattr(clock, "now", lambda: now - timedelta(minutes=6))
        for tenant in tenants:
            for number in range(count):
                body = {"email": f"p{number}@example.com"}
                assert call("POST", "/v1/leads", key=tenant.write, json_body=body).status == 201


def _pending(kind: str) -> list[dict[str, Any]]:
    return [from_attributes(item) for item in unpublished(kind)]


def test_large_items_are_read_within_the_limit_of_a_transaction(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_old(monkeypatch, tenant, count=24)
    for item in map(from_attributes, items("AUDIT")):
        larger = {**item, "changes": [{"field": "notes", "from": None, "to": "x" * 380_000}]}
        aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(larger))

    load_app("workers/sweep_outbox").handler({}, None)

    assert _pending("EVENT") == []
    young = [record for record in _pending("AUDIT") if record["action"] == "lead.created"]
    assert young == []


@pytest.mark.parametrize("operation", ["BatchGetItem", "Query"])
def test_a_failed_read_does_not_stop_other_shards_and_fails_the_run(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    tenants = [tenant, *(new_tenant() for _ in range(7))]
    _make_old(monkeypatch, *tenants)
    waiting = len(_pending("EVENT"))
    send = aws.Client.call
    failed: list[str] = []

    def first_fails(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        response = send(client, name, arguments)
        if name == operation and not failed and (response.get("Items") or response.get("Responses")):
            failed.append(name)
            raise aws.refusal(name, "ValidationException", "too large")
        return response

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", first_fails)
        with pytest.raises(PartsFailed):
            load_app("workers/sweep_outbox").handler({}, None)

    assert failed
    assert 0 < len(_pending("EVENT")) < waiting


def test_the_first_shard_changes_every_minute(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    first = set()
    now = clock.now()
    send = aws.Client.call

    def noted(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        if name == "Query" and "IndexName" not in arguments:
            shards.append(arguments["ExpressionAttributeValues"][":shard"]["S"])
        return send(client, name, arguments)

    monkeypatch.setattr(aws.Client, "call", noted)
    for minute in range(POINTER_SHARDS):
        shards: list[str] = []
        monkeypatch.setattr(clock, "now", lambda minute=minute: now + timedelta(minutes=minute))
        load_app("workers/sweep_outbox").handler({}, None)
        assert len(set(shards)) == POINTER_SHARDS
        first.add(shards[0])

    assert len(first) == POINTER_SHARDS


def test_an_unhashable_record_fails_every_sweep(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _make_old(monkeypatch, tenant, count=2)
    bad, *_ = [from_attributes(item) for item in items("AUDIT") if item["action"]["S"] == "lead.created"]
    changed = {**bad, "changes": [{"field": "score", "from": None, "to": 2**53 + 1}]}
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(changed))

    for _ in range(2):
        with pytest.raises(PartsFailed):
            load_app("workers/sweep_outbox").handler({}, None)

    unpublished = [record["id"] for record in _pending("AUDIT") if record["action"] == "lead.created"]
    assert unpublished == [bad["id"]]


def test_a_pointer_to_items_that_no_longer_exist_is_removed(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_old(monkeypatch, tenant)
    for item in _pending("EVENT"):
        key = {name: item[name] for name in ("pk", "sk")}
        aws.dynamodb().delete_item(TableName=settings.state_table(), Key=to_attributes(key))

    load_app("workers/sweep_outbox").handler({}, None)

    assert [pointer for pointer in items("PENDING") if "#EVENT#" in pointer["sk"]["S"]] == []
