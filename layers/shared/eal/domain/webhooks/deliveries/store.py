"""Deliveries: what the worker reads and records, look-ups, and manual retries.

A delivery is progress and not a customer's state: see `eal.core.table.progress`. Its own item is written at every
attempt, so it is small and in no index (decision 0068). Data that is written once is in separate items: its entry in
the list of its endpoint, and the whole response to its newest attempt, which an endpoint that fails often repeats.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast, override

from eal.core import ids, settings
from eal.core.errors import Conflict
from eal.core.events import envelope
from eal.core.events.catalogue import FEED_DAYS
from eal.core.events.envelope import Event
from eal.core.outbound.health import EndpointHealth
from eal.core.table import page, progress
from eal.core.table.collection import Collection
from eal.core.table.item import MAX_LISTED_BYTES, compressed, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Partition
from eal.core.table.read import batch_get, get, get_all
from eal.core.table.statements import Update, path
from eal.domain.audit_log.model import AuditRecord
from eal.domain.audit_log.wire import AuditRecordView
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
from eal.domain.webhooks.deliveries.model import Delivery
from eal.domain.webhooks.endpoints.store import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.webhooks.deliveries.wire import DeliveryQuery
    from eal.domain.webhooks.endpoints.model import Endpoint

HEALTH_KIND = "WEBHOOK_HEALTH"
_ENTRY_KIND = "DELIVERY_ENTRY"
_RESPONSE_KIND = "DELIVERY_RESPONSE"


class _Deliveries(Collection[Delivery]):
    """Deliveries as they are stored. Attempts are compressed. A response that equals the one before it is not stored
    again.
    """

    @override
    def load(self, item: Item) -> Delivery:
        return super().load({**item, "attempts": _unpacked(cast("list[Item]", item.get("attempts", [])))})

    @override
    def item(self, tenant: Tenant, entity: Delivery, **indexes: tuple[str, ...] | None) -> Item:
        item = super().item(tenant, entity.with_excerpts(), **indexes)
        packed = _packed(cast("list[Item]", item["attempts"]))
        return {**item, "attempts": compressed(packed, MAX_LISTED_BYTES)}


DELIVERIES = _Deliveries("DELIVERY", Delivery, id_prefix="dlv", noun="delivery")


class DeliveryContext(NamedTuple):
    """The stored data that an attempt needs. None stands for data that no longer exists."""

    endpoint: Endpoint | None
    delivery: Delivery | None
    event: Event | None
    health: EndpointHealth | None


def read_all(messages: Sequence[DeliverWebhookTask], *, with_health: bool) -> list[DeliveryContext]:
    """The contexts of the attempts of messages, in one call. Health is read only `with_health`.

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
    wanted = dict.fromkeys(key for group in keys for key in (group if with_health else group[:-1]))
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


def read_accepted(messages: Iterable[DeliverWebhookTask]) -> dict[Key, str | None]:
    """The fingerprints of the secrets that endpoints last accepted, by the keys of their health."""
    keys = dict.fromkeys(health_key(message.tenant, message.webhook_id) for message in messages)
    found = batch_get(settings.state_table(), [wanted._asdict() for wanted in keys])
    return {Key.of(item): load(EndpointHealth, item).accepted for item in found}


def get_whole(tenant: Tenant, delivery_id: str) -> Delivery:
    """A delivery with the whole response to its newest attempt.

    Raises: NotFound.
    """
    if not ids.is_id(DELIVERIES.id_prefix, delivery_id):
        raise DELIVERIES.not_found(delivery_id)
    found, response = get_all([DELIVERIES.key(tenant, delivery_id), response_key(tenant, delivery_id)])
    if found is None:
        raise DELIVERIES.not_found(delivery_id)
    delivery = DELIVERIES.load(found)
    if delivery.response_digest is None or response is None:
        return delivery
    return delivery.with_response(cast("str", response["response"]))


def find(message: DeliverWebhookTask) -> Delivery | None:
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


def start_all(deliveries: Sequence[Delivery]) -> list[bool]:
    """Store new deliveries with their entries. False for one that exists.

    The entries first: a worker that is killed in between leaves entries without deliveries, which lists pass over, and
    never a delivery that no list has.
    """
    progress.put_all([*{delivery.id: _entry(delivery) for delivery in deliveries}.values()])
    return [progress.start(item(delivery)) for delivery in deliveries]


def keep_responses(records: Iterable[tuple[Delivery, Delivery]]) -> None:
    """Store the whole responses to the newest attempts of deliveries, before and after which are given.

    Call it before the attempts are recorded: a response that no recorded attempt has is not shown.
    """
    progress.put_all(
        [
            _response_item(after)
            for before, after in records
            if after.response_digest and after.response_digest != before.response_digest
        ]
    )


def drop_responses(deliveries: Iterable[Delivery]) -> None:
    """Delete the whole responses of deliveries from whose events personal data was erased."""
    keys = dict.fromkeys(response_key(delivery.tenant, delivery.id) for delivery in deliveries)
    for batch in batched(keys, progress.MAX_BATCH, strict=False):
        progress.delete_all(batch)


def advance(before: Delivery, after: Delivery) -> bool:
    """Record a delivery's next state. False if the stored one has changed."""
    return progress.advance(item(after), was=before.version)


def update_of(before: Delivery, after: Delivery) -> Update:
    """`advance` as one of several updates in a call."""
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
        return all(item[name] == value for name, value in filters.items() if name in item)

    return page.read(
        by.tenant,
        query,
        Partition(base=partition(by.tenant, _ENTRY_KIND, endpoint.id), id_prefix=DELIVERIES.id_prefix),
        DELIVERIES.load,
        keep=matches if filters else None,
        resolve=lambda items: _resolved([item for item in items if matches(item)], by.tenant),
    )


def retry(delivery_id: str, by: Caller) -> Delivery:
    """Request a manual attempt, in addition to the schedule's. A pending manual attempt is not doubled.

    Raises: NotFound; Conflict if the endpoint is disabled or deleted.
    """
    delivery = get_whole(by.tenant, delivery_id)
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
    by.transaction.enqueue_task("deliver_webhook", cast("Item", asdict(DeliverWebhookTask.next_of(after))))
    return after


def item(delivery: Delivery) -> Item:
    """The delivery with its key and its expiry."""
    return {**DELIVERIES.item(delivery.tenant, delivery), "ttl": _ttl(delivery)}


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


def _entry(delivery: Delivery) -> Item:
    """The entry of a delivery in the list of its endpoint: `org_…#live#DELIVERY_ENTRY#wh_…`, `dlv_…`."""
    return {
        "pk": partition(delivery.tenant, _ENTRY_KIND, delivery.webhook_id),
        "sk": delivery.id,
        "kind": _ENTRY_KIND,
        "event_type": delivery.event_type,
        "ttl": _ttl(delivery),
    }


def _resolved(items: Sequence[Item], tenant: Tenant) -> list[Item]:
    """The deliveries of entries, in the same order. An entry without a delivery is left out."""
    keys = [DELIVERIES.key(tenant, cast("str", item["sk"]))._asdict() for item in items]
    found = {item["sk"]: item for item in batch_get(settings.state_table(), keys)}
    return [found[item["sk"]] for item in items if item["sk"] in found]


def response_key(tenant: Tenant, delivery_id: str) -> Key:
    """`org_…#live#DELIVERY_RESPONSE`, `dlv_…`."""
    return key(tenant, _RESPONSE_KIND, delivery_id)


def _response_item(delivery: Delivery) -> Item:
    return {
        **response_key(delivery.tenant, delivery.id)._asdict(),
        "kind": _RESPONSE_KIND,
        "response": compressed(delivery.attempts[-1].response),
        "ttl": _ttl(delivery),
    }


def _ttl(delivery: Delivery) -> int:
    """A delivery expires with its event: an erasure finds the delivery by the event."""
    return int((ids.created_at(delivery.id) + timedelta(days=FEED_DAYS)).timestamp())


def _packed(attempts: Sequence[Item]) -> list[Json]:
    """Attempts without the responses that equal the one before. An endpoint that fails repeats itself."""
    packed: list[Json] = []
    previous: Json = None
    for attempt in attempts:
        response = attempt.get("response")
        is_repeated = response is not None and response == previous
        rest = {name: value for name, value in attempt.items() if name != "response"}
        packed.append({**rest, "repeats": True} if is_repeated else attempt)
        previous = response
    return packed


def _unpacked(attempts: Sequence[Item]) -> list[Json]:
    unpacked: list[Json] = []
    response: Json = None
    for attempt in attempts:
        response = response if attempt.get("repeats") else attempt.get("response")
        unpacked.append({**attempt, "response": response})
    return unpacked
