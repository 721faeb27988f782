"""Webhook deliveries step by step: events, the two workers, the delivery queue with its delays."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, clock, settings, tenancy
from eal.core.outbound import slots
from eal.core.outbound.health import EndpointHealth
from eal.core.outbound.slots import Slot, SlotRequest, SlotTerms
from eal.core.table.item import from_attributes, load, to_attributes
from eal.domain.webhooks.deliveries.store import DELIVERIES, HEALTH_KIND, health_key
from tests.support.aws import QUEUES
from tests.support.http import call, load_app
from tests.support.pipeline import items, peek, sqs_event, stream_records, unpublished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.outbound.attempts import Lane
    from eal.domain.webhooks.deliveries.model import Delivery
    from tests.support.tenants import Tenant


WORKERS: dict[Lane, tuple[str, str]] = {
    "fast": ("workers/deliver_webhook", "DeliveryQueue"),
    "slow": ("workers/deliver_slow_webhook", "SlowDeliveryQueue"),
}
"""The worker and the queue of each lane."""


def register(
    tenant: Tenant, url: str, events: object = "*", *, key: str | None = None, **more: object
) -> dict[str, Any]:
    """A new endpoint, with its secret."""
    body = {"url": url, "events": events, **more}
    response = call("POST", "/v1/webhooks", key=key or tenant.admin, json_body=body)
    assert response.status == 201, response.text
    return dict(response.json)


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


def deliver(*messages: dict[str, Any], lane: Lane = "fast") -> object:
    """Run the worker of a lane on messages of its delivery queue. Returns its response."""
    worker, queue = WORKERS[lane]
    bodies = [json.dumps(message) for message in messages]
    return load_app(worker).handler(sqs_event(queue, bodies), None)


def deliver_in_lanes(message: dict[str, Any], queue: Queue) -> object:
    """Run the fast worker, and the slow one if the fast one moved the message to its queue. Returns the response."""
    response = deliver(message)
    moved = [sent for sent in queue.waiting if (sent.message, sent.lane) == (message, "slow")]
    for sent in moved:
        queue.waiting.remove(sent)
        response = deliver(sent.message, lane="slow")
    return response


def deliveries() -> list[Delivery]:
    """Every delivery, with the whole response to its newest attempt."""
    responses = {item["sk"]["S"]: item["response"]["S"] for item in items("DELIVERY_RESPONSE")}
    found = [DELIVERIES.load(from_attributes(item)) for item in items("DELIVERY")]
    return [
        delivery.with_response(responses[delivery.id]) if delivery.response_digest else delivery
        for delivery in found
    ]


def single_delivery() -> Delivery:
    (delivery,) = deliveries()
    return delivery


def change_endpoint(webhook_id: str, **fields: Any) -> dict[str, Any]:
    """Change an endpoint's item directly; returns the changed item."""
    (item,) = [endpoint for endpoint in items("WEBHOOK") if endpoint["sk"]["S"] == webhook_id]
    changed = {**from_attributes(item), **fields}
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(changed))
    return changed


def change_health(message: dict[str, Any], **fields: Any) -> None:
    """Change the health item of a message's endpoint directly."""
    health_of(message)
    (item,) = [item for item in items("WEBHOOK_HEALTH") if item["sk"]["S"] == message["webhook_id"]]
    aws.dynamodb().put_item(
        TableName=settings.state_table(), Item=to_attributes({**from_attributes(item), **fields})
    )


def acquired(message: dict[str, Any], number: int = 0, *, only_healthy: bool = False) -> Slot | None:
    """A slot at a message's endpoint, for the message's delivery or for another one with a number."""
    tenant = tenancy.Tenant(message["organization_id"], message["mode"])
    attempt_id = f"dlv_{number}" if number else message["delivery_id"]
    request = SlotRequest(health_key(tenant, message["webhook_id"]), HEALTH_KIND, attempt_id)
    slot = slots.acquire(request, clock.now(), SlotTerms(only_healthy=only_healthy))
    return slot if isinstance(slot, Slot) else None


def health_of(message: dict[str, Any]) -> EndpointHealth:
    """The health of a message's endpoint, created if no worker has done so yet."""
    webhook_id = message["webhook_id"]
    found = [item for item in items("WEBHOOK_HEALTH") if item["sk"]["S"] == webhook_id]
    if not found:
        slot = acquired(message, 1_000_000)
        assert slot is not None
        slots.release_all([(slot, None)], clock.now())
        return health_of(message)
    return load(EndpointHealth, from_attributes(found[0]))


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent to the queue of a lane, or (without a group) scheduled for it."""

    message: dict[str, Any]
    delay: int
    group: str | None
    lane: Lane = "fast"


@dataclass(slots=True)
class Queue:
    """The messages sent to the queues of both lanes, oldest first. `name` is the fast one's setting."""

    name: str
    waiting: list[Sent] = field(default_factory=list)

    def take(self) -> list[Sent]:
        """The messages, which leave the queue."""
        messages, self.waiting = self.waiting, []
        return messages

    def record(self, params: dict[str, Any]) -> None:
        lanes: dict[str, Lane] = {settings.queue(name): lane for name, lane in self._lanes()}
        if (lane := lanes.get(params["QueueUrl"])) is None:
            return
        for entry in params.get("Entries", [params]):
            message = json.loads(entry["MessageBody"])
            self.waiting.append(Sent(message, entry.get("DelaySeconds", 0), entry["MessageGroupId"], lane))

    def plan(self, params: dict[str, Any]) -> None:
        target = params["Target"]
        lanes: dict[str, Lane] = {settings.queue_arn(name): lane for name, lane in self._lanes()}
        if (lane := lanes.get(target["Arn"])) is None:
            return
        at = datetime.fromisoformat(params["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        delay = ceil((at - clock.now()).total_seconds())
        self.waiting.append(Sent(json.loads(target["Input"]), delay, None, lane))

    def _lanes(self) -> list[tuple[str, Lane]]:
        lanes: list[tuple[str, Lane]] = [(self.name, "fast"), (f"slow_{self.name}", "slow")]
        return [(name, lane) for name, lane in lanes if name in QUEUES]


@contextmanager
def watched_queue(name: str = "delivery") -> Iterator[Queue]:
    """A queue that records messages once SQS or Scheduler has accepted them."""
    queue = Queue(name)
    send = aws.Client.call

    def watched(client: aws.Client, operation: str, arguments: dict[str, Any]) -> Any:
        response = send(client, operation, arguments)
        if operation in ("SendMessage", "SendMessageBatch"):
            queue.record(arguments)
        elif operation == "CreateSchedule":
            queue.plan(arguments)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws.Client, "call", watched)
        yield queue
