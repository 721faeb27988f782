"""Deliveries as they are kept: what the worker reads and records, what customers look up, and their wish to retry.

A delivery is progress and not a customer's state: see `eal.core.table.progress`.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.audit import AuditRecord
from eal.core.caller import Caller
from eal.core.errors import Conflict, NotFound
from eal.core.events import catalogue
from eal.core.events.catalogue import FEED_DAYS, Event
from eal.core.table import page, progress
from eal.core.table.item import Item, dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get, get_all
from eal.core.tenancy import Tenant
from eal.domain.audit_log.wire import AuditRecordView
from eal.domain.webhooks.deliveries.queue import Due
from eal.domain.webhooks.endpoints import store
from eal.domain.webhooks.model import Delivery, Endpoint

if TYPE_CHECKING:
    from eal.domain.webhooks.deliveries.wire import DeliveryQuery

_KIND = "DELIVERY"


class Work(NamedTuple):
    """All that an attempt needs, as it was at one moment. None is what is not there any more."""

    endpoint: Endpoint | None
    delivery: Delivery | None
    event: Event | None


def read(due: Due) -> Work:
    """Endpoint, delivery and event, in one transaction."""
    endpoint, delivery, event = get_all(
        [
            store.place(due.tenant, due.webhook_id),
            _place(due.tenant, due.delivery_id),
            event_at(due.tenant, due.event_id),
        ]
    )
    return Work(
        store.of_item(endpoint) if endpoint else None,
        load(Delivery, delivery) if delivery else None,
        event_of(event) if event else None,
    )


def event_at(tenant: Tenant, event_id: str) -> Key:
    """Where an event lies: an audit record is told from its own item."""
    return key(tenant, "AUDIT" if ids.is_id("aud", event_id) else "EVENT", event_id)


def advance(before: Delivery, after: Delivery) -> bool:
    """Record what has become of a delivery. False where another worker was quicker."""
    return progress.advance(item(after), was=before.version)


def search(webhook_id: str, query: "DeliveryQuery", by: Caller) -> Page[Delivery]:
    """The deliveries to an endpoint, newest first.

    Raises: NotFound.
    """
    endpoint = store.find(webhook_id, by)
    where = Partition(
        base=partition(by.tenant, _KIND),
        id_prefix="dlv",
        index="gsi1",
        index_partition=partition(by.tenant, _KIND, "webhook", endpoint.id),
    )
    wanted = {"status": query.status, "event_type": query.event_type}
    filters = {name: value for name, value in wanted.items() if value is not None}

    def is_wanted(item: Item) -> bool:
        return all(item[name] == value for name, value in filters.items())

    return page.read(by.tenant, query, where, _load, is_wanted if filters else None)


def find(delivery_id: str, by: Caller) -> Delivery:
    """Raises: NotFound."""
    at = _place(by.tenant, delivery_id)
    stored = get(at) if ids.is_id("dlv", delivery_id) else None
    if stored is None:
        raise NotFound(f"There is no delivery {delivery_id[:40]}.")
    return _load(stored)


def retry(delivery_id: str, by: Caller) -> Delivery:
    """One more attempt, now, beside the schedule's. Where one is asked for already and not made yet, that one is it.

    Raises: NotFound; Conflict where the endpoint is disabled or deleted.
    """
    delivery = find(delivery_id, by)
    try:
        endpoint = store.find(delivery.webhook_id, by)
    except NotFound:
        raise Conflict("The endpoint of this delivery was deleted.", webhook_id=delivery.webhook_id) from None
    if not endpoint.enabled:
        raise Conflict(
            "The endpoint is disabled. Enable it first.",
            webhook_id=endpoint.id,
            disabled_reason=endpoint.disabled_reason,
        )
    after = delivery.retried(by.at)
    by.transaction.replace(item(after), was=delivery.version)
    by.transaction.audit("delivery.retried", after.id)
    by.transaction.enqueue_task("deliver_webhook", cast("Item", asdict(Due.next_of(after))))
    return after


def item(delivery: Delivery) -> Item:
    """The delivery with its key, its place in its endpoint's list, and the end of its time."""
    end = delivery.created_at + timedelta(days=FEED_DAYS)
    return {
        **_place(delivery.tenant, delivery.id)._asdict(),
        "kind": _KIND,
        "gsi1pk": partition(delivery.tenant, _KIND, "webhook", delivery.webhook_id),
        "gsi1sk": delivery.id,
        "ttl": int(end.timestamp()),
        **dump(delivery),
    }


def _place(tenant: Tenant, delivery_id: str) -> Key:
    return key(tenant, _KIND, delivery_id)


def event_of(stored: Item) -> Event:
    """The event as it was published, whether it lies there as one or as an audit record."""
    return _audit_event(stored) if stored["kind"] == "AUDIT" else catalogue.of_item(stored)


def _audit_event(stored: Item) -> Event:
    """An audit record as the event that tells of it: with the record's own id and number."""
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


def _load(item: Item) -> Delivery:
    return load(Delivery, item)
