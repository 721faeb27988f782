"""From an event to its deliveries: one for each endpoint that wants it."""

from typing import TYPE_CHECKING, NamedTuple

from eal.core import clock, ids
from eal.core.table import progress
from eal.core.table.read import get
from eal.core.tenancy import Tenant
from eal.domain.webhooks.deliveries import queue
from eal.domain.webhooks.deliveries import store as delivery_store
from eal.domain.webhooks.deliveries.queue import Due
from eal.domain.webhooks.endpoints import store
from eal.domain.webhooks.filters import match
from eal.domain.webhooks.model import Delivery, Endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.json import Json


class Published(NamedTuple):
    """An event as the relay tells of it. Of an audit record `data` is not told: it can be large."""

    id: str
    type: str
    tenant: Tenant
    request_id: str
    data: "Json" = None


def fan_out(event: Published) -> None:
    """Start a delivery to each endpoint that wants the event; for one that is disabled, keep it as skipped.

    Safe to repeat: ids are derived, so a second run finds the first one's deliveries and only sends the
    messages again, which are dropped where the first ones were worked on.
    """
    now = clock.now()
    due = []
    for endpoint in _wanting(event):
        new = delivery_of(event, endpoint, now)
        progress.start(delivery_store.item(new))
        if new.status == "pending":
            due.append(Due.next_of(new))
    queue.enqueue_all(due)


def delivery_of(event: Published, endpoint: Endpoint, now: "datetime") -> Delivery:
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


def _wanting(event: Published) -> list[Endpoint]:
    endpoints = store.wanting(event.type, event.tenant)
    if not any(endpoint.filter for endpoint in endpoints):
        return endpoints
    data = event.data if event.data is not None else _stored_data(event)
    return [endpoint for endpoint in endpoints if match.matches(endpoint.filter, data)]


def _stored_data(event: Published) -> "Json":
    stored = get(delivery_store.event_at(event.tenant, event.id))
    return delivery_store.event_of(stored).data if stored else None
