"""Deliveries: what the worker reads and records, look-ups, and manual retries.

A delivery is progress and not a customer's state: see `eal.core.table.progress`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.errors import Conflict
from eal.core.events import catalogue
from eal.core.events.catalogue import FEED_DAYS, Event
from eal.core.table import progress
from eal.core.table.collection import Collection
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.read import get_all
from eal.domain.audit_log.model import AuditRecord
from eal.domain.audit_log.wire import AuditRecordView
from eal.domain.webhooks.deliveries.model import Delivery
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.domain.webhooks.endpoints.store import ENDPOINTS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.webhooks.deliveries.wire import DeliveryQuery
    from eal.domain.webhooks.endpoints.model import Endpoint

DELIVERIES = Collection("DELIVERY", Delivery, id_prefix="dlv", noun="delivery")


class DeliveryContext(NamedTuple):
    """What an attempt needs, as of one moment. None stands for what does not exist any more."""

    endpoint: Endpoint | None
    delivery: Delivery | None
    event: Event | None


def read(message: DeliveryMessage) -> DeliveryContext:
    """Endpoint, delivery and event, in one transaction."""
    endpoint, delivery, event = get_all(
        [
            ENDPOINTS.key(message.tenant, message.webhook_id),
            DELIVERIES.key(message.tenant, message.delivery_id),
            event_key(message.tenant, message.event_id),
        ]
    )
    return DeliveryContext(
        ENDPOINTS.load(endpoint) if endpoint else None,
        DELIVERIES.load(delivery) if delivery else None,
        load_event(event) if event else None,
    )


def event_key(tenant: Tenant, event_id: str) -> Key:
    """The key of an event. An audit record has no item as an event: its own item is read."""
    return key(tenant, "AUDIT" if ids.is_id("aud", event_id) else "EVENT", event_id)


def advance(before: Delivery, after: Delivery) -> bool:
    """Record a delivery's next state. False if the stored one has changed."""
    return progress.advance(item(after), was=before.version)


def search(webhook_id: str, query: DeliveryQuery, by: Caller) -> Page[Delivery]:
    """The deliveries to an endpoint, newest first.

    Raises: NotFound.
    """
    endpoint = ENDPOINTS.get(by.tenant, webhook_id)
    fields = {"status": query.status, "event_type": query.event_type}
    filters = {name: value for name, value in fields.items() if value is not None}

    def matches(item: Item) -> bool:
        return all(item[name] == value for name, value in filters.items())

    return DELIVERIES.page(
        by.tenant,
        query,
        index="gsi1",
        by=_endpoint_partition(endpoint.id),
        keep=matches if filters else None,
    )


def retry(delivery_id: str, by: Caller) -> Delivery:
    """Request a manual attempt, in addition to the schedule's. A pending manual attempt is not doubled.

    Raises: NotFound; Conflict if the endpoint is disabled or deleted.
    """
    delivery = DELIVERIES.get(by.tenant, delivery_id)
    endpoint = ENDPOINTS.find(by.tenant, delivery.webhook_id)
    if endpoint is None:
        raise Conflict("The endpoint of this delivery was deleted.", webhook_id=delivery.webhook_id)
    if not endpoint.enabled:
        raise Conflict(
            "The endpoint is disabled. Enable it first.",
            webhook_id=endpoint.id,
            disabled_reason=endpoint.disabled_reason,
        )
    after = delivery.retried(by.at)
    by.transaction.replace(item(after), was=delivery.version)
    by.transaction.audit("delivery.retried", after.id)
    by.transaction.enqueue_task("deliver_webhook", cast("Item", asdict(DeliveryMessage.next_of(after))))
    return after


def item(delivery: Delivery) -> Item:
    """The delivery with its key, its index entry under its endpoint, and its expiry, which is that of its event: an
    erasure finds the delivery by the event."""
    expires_at = ids.created_at(delivery.id) + timedelta(days=FEED_DAYS)
    by_endpoint = _endpoint_partition(delivery.webhook_id)
    return {
        **DELIVERIES.item(delivery.tenant, delivery, gsi1=by_endpoint),
        "ttl": int(expires_at.timestamp()),
    }


def load_event(stored: Item) -> Event:
    """The event as it was published, from its own item or from an audit record's."""
    return _audit_event(stored) if stored["kind"] == "AUDIT" else catalogue.of_item(stored)


def _audit_event(stored: Item) -> Event:
    """The event that publishes an audit record, with the record's own id and sequence."""
    record = load(AuditRecord, stored)
    return Event(
        id=record.id,
        type="audit.log.event",
        created_at=record.created_at,
        tenant_id=record.organization_id,
        mode=record.mode,
        sequence=cast("int", record.seq),
        data=AuditRecordView.of(record).model_dump(mode="json", by_alias=True),
    )


def _endpoint_partition(webhook_id: str) -> tuple[str, ...]:
    return "webhook", webhook_id
