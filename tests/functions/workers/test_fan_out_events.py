"""Fan-out: events become deliveries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eal.core import ids
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items
from tests.support.webhooks import (
    Queue,
    deliver,
    deliveries,
    fan_out,
    publish_lead,
    register,
    single_delivery,
)
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

URL = "http://127.0.0.1:9009/hooks"
ONE_OK: dict[str, object] = {"batchItemFailures": []}


def test_each_subscribed_endpoint_gets_a_delivery_in_its_own_group(
    tenant: Tenant, stranger: Tenant, queue: Queue
) -> None:
    star = register(tenant, URL)
    named = register(tenant, URL, ["lead.created", "call.received"])
    register(tenant, URL, ["lead.updated"])
    register(stranger, URL)
    register(tenant, URL, key=tenant.test_admin)
    event = publish_lead(tenant)

    assert fan_out(event) == ONE_OK

    assert {delivery.webhook_id for delivery in deliveries()} == {star["id"], named["id"]}
    messages = queue.take()
    assert {message.group for message in messages} == {star["id"], named["id"]}
    for message in messages:
        assert message.delay == 0
        assert message.message == {
            "organization_id": tenant.id,
            "mode": "live",
            "delivery_id": ids.derived("dlv", event["id"], str(message.group)),
            "webhook_id": message.group,
            "event_id": event["id"],
            "attempt": 1,
            "deferrals": 0,
            "request_id": event["request_id"],
        }
    assert {(delivery.status, delivery.event_type, delivery.attempts) for delivery in deliveries()} == {
        ("pending", "lead.created", ())
    }


def test_a_delivery_to_a_disabled_endpoint_is_stored_as_skipped(tenant: Tenant, queue: Queue) -> None:
    off = register(tenant, URL, enabled=False)
    register(tenant, URL, ["lead.updated"], enabled=False)

    assert fan_out(publish_lead(tenant)) == ONE_OK

    assert (single_delivery().webhook_id, single_delivery().status, single_delivery().next_attempt_at) == (
        off["id"],
        "skipped",
        None,
    )
    assert queue.take() == []


@pytest.mark.parametrize(
    ("condition", "is_sent"),
    [
        ({"data.status": {"eq": "new"}}, True),
        ({"data.status": {"eq": "won"}}, False),
        ({"data.status": {"in": ["won", "new"]}, "data.score": {"lt": 101}}, True),
        ({"data.status": {"in": ["won", "new"]}, "data.score": {"gt": 100}}, False),
        ({"data.address": {"exists": False}}, True),
        ({"data.address.city": {"exists": True}}, False),
        ({"data.classification.urgency": {"eq": "emergency"}}, False),
    ],
)
def test_only_events_that_match_the_filter_get_a_delivery(
    tenant: Tenant, queue: Queue, condition: dict[str, object], is_sent: bool
) -> None:
    register(tenant, URL, filter=condition)

    assert fan_out(publish_lead(tenant)) == ONE_OK

    assert len(queue.take()) == len(deliveries()) == int(is_sent)


def test_a_filter_on_audit_records_reads_the_record(tenant: Tenant, queue: Queue) -> None:
    leads = register(tenant, URL, ["audit.log.event"], filter={"data.action": {"eq": "lead.created"}})
    register(tenant, URL, ["audit.log.event"], filter={"data.action": {"eq": "lead.erased"}})
    published = publish_lead(tenant)
    (record,) = [record for record in items("AUDIT") if record["action"]["S"] == "lead.created"]
    event = {name: value for name, value in published.items() if name != "data"}

    assert fan_out({**event, "id": record["id"]["S"], "type": "audit.log.event"}) == ONE_OK

    assert single_delivery().webhook_id == leads["id"]


def test_test_mode_uses_test_endpoints_only(tenant: Tenant, queue: Queue) -> None:
    register(tenant, URL)
    test = register(tenant, URL, key=tenant.test_admin)

    fan_out(publish_lead(tenant, key=tenant.test_admin))

    assert single_delivery().webhook_id == test["id"]
    assert single_delivery().mode == "test"


def test_the_star_leaves_out_audit_records(tenant: Tenant, queue: Queue) -> None:
    register(tenant, URL)
    named = register(tenant, URL, ["audit.log.event"])

    fan_out({**publish_lead(tenant), "type": "audit.log.event"})

    assert single_delivery().webhook_id == named["id"]


def test_more_endpoints_than_one_batch_of_messages_get_deliveries(tenant: Tenant, queue: Queue) -> None:
    made = {register(tenant, URL)["id"] for _ in range(23)}

    fan_out(publish_lead(tenant))

    assert {sent.message["webhook_id"] for sent in queue.take()} == made
    assert {delivery.webhook_id for delivery in deliveries()} == made


@pytest.mark.parametrize("after", range(1, 6))
def test_a_worker_killed_after_any_call_and_run_again_starts_one_delivery_each(
    tenant: Tenant, queue: Queue, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    made = {register(tenant, URL)["id"] for _ in range(2)}
    event = publish_lead(tenant)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        with pytest.raises(Killed):
            fan_out(event)
    first = {delivery.id: delivery for delivery in deliveries()}

    assert fan_out(event) == ONE_OK

    assert {delivery.webhook_id for delivery in deliveries()} == made
    assert all(first.get(delivery.id, delivery) == delivery for delivery in deliveries())
    messages = queue.take()
    assert {message.message["webhook_id"] for message in messages} == made
    assert len(messages) == (4 if after == 5 else 2)


def test_an_event_whose_messages_are_refused_returns_to_the_queue_alone(
    tenant: Tenant, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tenant, URL)
    event = publish_lead(tenant)
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"SendMessageBatch": "InternalError"}
        response = fan_out(event)

    assert response == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert fan_out(event) == ONE_OK
    assert len(queue.take()) == len(deliveries()) == 1


def test_an_event_without_subscribers_has_no_delivery(tenant: Tenant, queue: Queue) -> None:
    assert fan_out(publish_lead(tenant)) == ONE_OK
    assert deliveries() == []
    assert queue.take() == []


def test_a_delivery_to_a_deleted_endpoint_is_skipped(tenant: Tenant, queue: Queue) -> None:
    webhook = register(tenant, URL)
    fan_out(publish_lead(tenant))
    call("DELETE", f"/v1/webhooks/{webhook['id']}", key=tenant.admin)

    assert deliver(queue.take()[0].message) == ONE_OK
    assert (single_delivery().status, single_delivery().attempts, single_delivery().next_attempt_at) == (
        "skipped",
        (),
        None,
    )


def test_the_sample_event_works(tenant: Tenant) -> None:
    event = json.loads((ROOT / "events/workers/fan_out_events.json").read_text())

    assert load_app("workers/fan_out_events").handler(event, None) == ONE_OK
