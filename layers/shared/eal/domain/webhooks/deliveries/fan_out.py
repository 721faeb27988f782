"""Fan-out: an event becomes one delivery for each endpoint that subscribes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eal.core import clock, ids
from eal.core.table.read import get
from eal.domain.webhooks.deliveries import queue
from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
from eal.domain.webhooks.deliveries.model import Delivery
from eal.domain.webhooks.endpoints import store as endpoints
from eal.domain.webhooks.filters.matching import matches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.webhooks.endpoints.model import Endpoint


class PublishedEvent(NamedTuple):
    """An event as the relay publishes it. `data` is None for an audit record, because it can be large."""

    id: str
    type: str
    tenant: Tenant
    request_id: str
    data: Json = None


def fan_out_all(events: Iterable[PublishedEvent]) -> None:
    """Start a delivery of each event to each subscribed endpoint; for a disabled endpoint, store it as skipped.

    Safe to repeat, because ids are derived: a second run finds the deliveries of the first and only sends the messages
    again. They are dropped if the first ones have been processed.
    """
    now = clock.now()
    new = [
        new_delivery(event, endpoint, now) for event in events for endpoint in _subscribed_endpoints(event)
    ]
    deliveries.start_all(new)
    queue.enqueue_all(
        [DeliverWebhookTask.next_of(delivery) for delivery in new if delivery.status == "pending"]
    )


def new_delivery(event: PublishedEvent, endpoint: Endpoint, now: datetime) -> Delivery:
    """The first state of the event's delivery to an endpoint."""
    return Delivery(
        id=delivery_id(event.id, endpoint),
        organization_id=event.tenant.organization_id,
        mode=event.tenant.mode,
        webhook_id=endpoint.id,
        event_id=event.id,
        event_type=event.type,
        request_id=event.request_id,
        status="pending" if endpoint.enabled else "skipped",
        created_at=now,
        updated_at=now,
        version=1,
        next_attempt_at=now if endpoint.enabled else None,
    )


def delivery_id(event_id: str, endpoint: Endpoint) -> str:
    return ids.derived("dlv", event_id, endpoint.id)


def _subscribed_endpoints(event: PublishedEvent) -> list[Endpoint]:
    subscribed = endpoints.subscribed_to(event.type, event.tenant)
    if not any(endpoint.filter for endpoint in subscribed):
        return subscribed
    data = event.data if event.data is not None else _stored_data(event)
    return [endpoint for endpoint in subscribed if matches(endpoint.filter, data)]


def _stored_data(event: PublishedEvent) -> Json:
    stored = get(deliveries.event_key(event.tenant, event.id))
    return deliveries.load_event(stored).data if stored else None
