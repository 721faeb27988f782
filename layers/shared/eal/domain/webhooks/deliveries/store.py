"""Deliveries: what the worker reads and records, look-ups, and manual retries.

A delivery is progress and not a customer's state: see `eal.core.table.progress`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids, settings
from eal.core.errors import Conflict
from eal.core.events import envelope
from eal.core.events.catalogue import FEED_DAYS
from eal.core.events.envelope import Event
from eal.core.outbound.health import EndpointHealth
from eal.core.table import progress
from eal.core.table.collection import Collection
from eal.core.table.item import load
from eal.core.table.keys import Key, key
from eal.core.table.read import batch_get, get
from eal.core.table.statements import Update, path
from eal.domain.audit_log.model import AuditRecord
from eal.domain.audit_log.wire import AuditRecordView
from eal.domain.webhooks.deliveries.model import Delivery
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.domain.webhooks.endpoints.store import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.webhooks.deliveries.wire import DeliveryQuery
    from eal.domain.webhooks.endpoints.model import Endpoint

DELIVERIES = Collection("DELIVERY", Delivery, id_prefix="dlv", noun="delivery")
HEALTH_KIND = "WEBHOOK_HEALTH"


class DeliveryContext(NamedTuple):
    """What an attempt needs. None stands for what does not exist any more."""

    endpoint: Endpoint | None
    delivery: Delivery | None
    event: Event | None
    health: EndpointHealth | None


def read_all(messages: Sequence[DeliveryMessage]) -> list[DeliveryContext]:
    """What the attempts of messages need, in one call.

    No snapshot of one moment is needed: an event never changes, a delivery is recorded under its version, and an
    endpoint may change between any read and the request anyway.
    """
    keys = [
        (
            ENDPOINTS.key(message.tenant, message.webhook_id),
            DELIVERIES.key(message.tenant, message.delivery_id),
            event_key(message.tenant, message.event_id),
            health_key(message.tenant, message.webhook_id),
        )
        for message in messages
    ]
    wanted = dict.fromkeys(key for group in keys for key in group)
    found = {
        Key(cast("str", item["pk"]), cast("str", item["sk"])): item
        for item in batch_get(settings.state_table(), [key._asdict() for key in wanted])
    }
    return [_context(*(found.get(key) for key in group)) for group in keys]


def _context(
    endpoint: Item | None, delivery: Item | None, event: Item | None, health: Item | None
) -> DeliveryContext:
    return DeliveryContext(
        ENDPOINTS.load(endpoint) if endpoint else None,
        DELIVERIES.load(delivery) if delivery else None,
        load_event(event) if event else None,
        load(EndpointHealth, health) if health else None,
    )


def find(message: DeliveryMessage) -> Delivery | None:
    """The delivery of a message as it is now."""
    return DELIVERIES.find(message.tenant, message.delivery_id)


def health_key(tenant: Tenant, webhook_id: str) -> Key:
    """The key of an endpoint's health: `org_…#live#WEBHOOK_HEALTH`, `wh_…`."""
    return key(tenant, HEALTH_KIND, webhook_id)


def event_key(tenant: Tenant, event_id: str) -> Key:
    """The key of an event. An audit record has no item as an event: its own item is read."""
    return key(tenant, "AUDIT" if ids.is_id("aud", event_id) else "EVENT", event_id)


def accepted_secret(tenant: Tenant, webhook_id: str) -> str | None:
    """The fingerprint of the secret that the endpoint last accepted; None if none is known."""
    item = get(health_key(tenant, webhook_id))
    return load(EndpointHealth, item).accepted if item else None


def advance(before: Delivery, after: Delivery) -> bool:
    """Record a delivery's next state. False if the stored one has changed."""
    return progress.advance(item(after), was=before.version)


def update_of(before: Delivery, after: Delivery) -> Update:
    """The same as one of several updates in a call."""
    old, new = item(before), item(after)
    return Update(
        key=DELIVERIES.key(after.tenant, after.id),
        sets={path(name): value for name, value in new.items() if value != old.get(name)},
        removes=[path(name) for name in old if name not in new],
        equals={path("version"): before.version},
    )


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
    return _audit_event(stored) if stored["kind"] == "AUDIT" else envelope.of_item(stored)


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
