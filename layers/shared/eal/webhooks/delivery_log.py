"""The log of deliveries as customers read it, and one more attempt at their wish."""

from typing import TYPE_CHECKING

from eal import ids
from eal.errors import Conflict, NotFound
from eal.table import page
from eal.table.item import Item, load
from eal.table.keys import key, partition
from eal.table.page import Page, Partition
from eal.table.read import get
from eal.webhooks import deliveries, store
from eal.webhooks.model import Delivery

if TYPE_CHECKING:
    from eal.caller import Caller
    from eal.webhooks.wire import DeliveryQuery


def search(webhook_id: str, query: "DeliveryQuery", by: "Caller") -> Page[Delivery]:
    """The deliveries to an endpoint, newest first.

    Raises: NotFound.
    """
    endpoint = store.find(webhook_id, by)
    where = Partition(
        base=partition(by.organization_id, by.mode, "DELIVERY"),
        id_prefix="dlv",
        index="gsi1",
        index_partition=partition(by.organization_id, by.mode, "DELIVERY", "webhook", endpoint.id),
    )
    wanted = {"status": query.status, "event_type": query.event_type}
    filters = {name: value for name, value in wanted.items() if value is not None}

    def is_wanted(item: Item) -> bool:
        return all(item[name] == value for name, value in filters.items())

    return page.read(by, query, where, _load, is_wanted if filters else None)


def find(delivery_id: str, by: "Caller") -> Delivery:
    """Raises: NotFound."""
    at = key(by.organization_id, by.mode, "DELIVERY", delivery_id)
    item = get(at) if ids.is_id("dlv", delivery_id) else None
    if item is None:
        raise NotFound(f"There is no delivery {delivery_id[:40]}.")
    return _load(item)


def retry(delivery_id: str, by: "Caller") -> Delivery:
    """One more attempt, now. Where one is asked for already and not made yet, that one is it.

    Raises: NotFound; Conflict where the endpoint is disabled or deleted.
    """
    delivery = find(delivery_id, by)
    try:
        endpoint = store.find(delivery.webhook_id, by)
    except NotFound:
        raise Conflict("The endpoint of this delivery was deleted.", webhook_id=delivery.webhook_id) from None
    if not endpoint.enabled:
        raise Conflict(
            "The endpoint is disabled: enable it first.",
            webhook_id=endpoint.id,
            disabled_reason=endpoint.disabled_reason,
        )
    return deliveries.retry(delivery, by)


def _load(item: Item) -> Delivery:
    return load(Delivery, item)
