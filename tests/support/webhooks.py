"""Webhook deliveries step by step: events, the two workers, the delivery queue with its delays."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from eal.core import aws, clock, settings, tenancy
from eal.core.table.item import from_attributes, load, to_attributes
from eal.domain.webhooks.deliveries.endpoint_health import EndpointHealth, acquire_slot, release_slot
from eal.domain.webhooks.deliveries.model import Delivery
from tests.support.http import call, load_app
from tests.support.pipeline import items, peek, sqs_event, stream_records, unpublished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant


def register(
    tenant: Tenant, url: str, events: object = "*", *, key: str | None = None, **more: object
) -> dict[str, Any]:
    """A new endpoint, with its secret."""
    body = {"url": url, "events": events, **more}
    answer = call("POST", "/v1/webhooks", key=key or tenant.admin, json_body=body)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def publish_lead(tenant: Tenant, *, key: str | None = None) -> dict[str, Any]:
    """A lead's creation as the relay publishes it: the detail of its event."""
    return publish_lead_with(key or tenant.write)


def publish_lead_with(key: str) -> dict[str, Any]:
    email = f"person{len(items('LEAD'))}@example.com"
    body = {"email": email, "first_name": "Zoë"}
    assert call("POST", "/v1/leads", key=key, json_body=body).status == 201
    assert load_app("workers/relay_outbox").handler(stream_records(unpublished()), None) == {
        "batchItemFailures": []
    }
    (published,) = [event for event in peek("FanOutQueue") if event["type"] == "lead.created"]
    return dict(published)


def fan_out(*events: dict[str, Any]) -> object:
    """Run the worker on events in EventBridge's envelope. Returns its response."""
    bodies = [json.dumps({"detail-type": event["type"], "detail": event}) for event in events]
    return load_app("workers/fan_out_events").handler(sqs_event("FanOutQueue", bodies), None)


def new_message(tenant: Tenant, queue: Queue) -> dict[str, Any]:
    """The message of a new lead's delivery to the only subscribed endpoint."""
    fan_out(publish_lead(tenant))
    (sent,) = queue.take()
    return sent.message


def deliver(*messages: dict[str, Any]) -> object:
    """Run the worker on messages of the delivery queue. Returns its response."""
    bodies = [json.dumps(message) for message in messages]
    return load_app("workers/deliver_webhook").handler(sqs_event("DeliveryQueue", bodies), None)


def deliveries() -> list[Delivery]:
    return [load(Delivery, from_attributes(item)) for item in items("DELIVERY")]


def single_delivery() -> Delivery:
    (delivery,) = deliveries()
    return delivery


def change_endpoint(webhook_id: str, **fields: Any) -> dict[str, Any]:
    """Change an endpoint's item directly; returns the changed item."""
    (item,) = [endpoint for endpoint in items("WEBHOOK") if endpoint["sk"]["S"] == webhook_id]
    changed = {**from_attributes(item), **fields}
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(changed))
    return changed


def health_of(message: dict[str, Any]) -> EndpointHealth:
    """The health of a message's endpoint, created if no worker has done so yet."""
    webhook_id = message["webhook_id"]
    found = [item for item in items("WEBHOOK_HEALTH") if item["sk"]["S"] == webhook_id]
    if not found:
        slot = acquire_slot(
            tenancy.Tenant(message["organization_id"], message["mode"]), webhook_id, "dlv_none", clock.now()
        )
        assert slot is not None
        release_slot(slot)
        return health_of(message)
    return load(EndpointHealth, from_attributes(found[0]))


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent to a queue, or (without a group) scheduled for it."""

    message: dict[str, Any]
    delay: int
    group: str | None


@dataclass(slots=True)
class Queue:
    """The messages sent to a queue, oldest first; `name` is the setting's. `take` empties it."""

    name: str
    waiting: list[Sent] = field(default_factory=list)

    def take(self) -> list[Sent]:
        messages, self.waiting = self.waiting, []
        return messages

    def record(self, params: dict[str, Any]) -> None:
        if params["QueueUrl"] != settings.queue(self.name):
            return
        for entry in params.get("Entries", [params]):
            message = json.loads(entry["MessageBody"])
            self.waiting.append(Sent(message, entry.get("DelaySeconds", 0), entry["MessageGroupId"]))

    def plan(self, params: dict[str, Any]) -> None:
        target = params["Target"]
        if target["Arn"] != settings.queue_arn(self.name):
            return
        at = datetime.fromisoformat(params["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        delay = ceil((at - clock.now()).total_seconds())
        self.waiting.append(Sent(json.loads(target["Input"]), delay, None))


@contextmanager
def watched_queue(name: str = "delivery") -> Iterator[Queue]:
    """A queue that records messages once SQS or Scheduler has accepted them."""
    queue = Queue(name)
    calls: list[dict[str, Any]] = []

    def before(params: dict[str, Any], **_: object) -> None:
        calls.append(params)

    def sent(**_: object) -> None:
        queue.record(calls.pop())

    def planned(**_: object) -> None:
        queue.plan(calls.pop())

    operations = (
        (aws.sqs(), "sqs.SendMessage", sent),
        (aws.sqs(), "sqs.SendMessageBatch", sent),
        (aws.scheduler(), "scheduler.CreateSchedule", planned),
    )
    for client, operation, after in operations:
        client.meta.events.register_first(f"before-parameter-build.{operation}", before)
        client.meta.events.register_first(f"after-call.{operation}", after)
    try:
        yield queue
    finally:  # the clients outlive the test
        for client, operation, after in operations:
            client.meta.events.unregister(f"before-parameter-build.{operation}", before)
            client.meta.events.unregister(f"after-call.{operation}", after)
