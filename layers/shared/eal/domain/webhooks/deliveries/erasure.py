"""Erasing what receivers answered to the events of an erased lead: an endpoint may repeat what it was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import clock, ids
from eal.core.errors import Unavailable
from eal.core.table import scrub
from eal.core.table.keys import events_partition
from eal.core.table.read import walk
from eal.domain.webhooks.deliveries import store
from eal.domain.webhooks.deliveries.store import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.tenancy import Tenant
    from eal.domain.webhooks.deliveries.model import Delivery

_MAX_TRIES = 5


def erase_responses(tenant: Tenant, resource_id: str) -> None:
    """Remove the responses from all deliveries of the resource's events. Idempotent.

    Call it after the events themselves are erased: an attempt that read its event before that meets a new version of
    its delivery and drops the response that it has stored, and an attempt that reads it afterwards sends no personal
    data.
    Raises: Unavailable if a delivery kept changing.
    """
    for event in scrub.walk_index(events_partition(tenant, resource_id)):
        for delivery in _deliveries_of(tenant, cast("str", event["sk"])):
            _erase(tenant, delivery)
            scrub.remove_key(store.response_key(tenant, delivery.id))


def _deliveries_of(tenant: Tenant, event_id: str) -> Iterator[Delivery]:
    """The deliveries of an event, also to endpoints that are deleted: their ids have the time of the event's id."""
    at = ids.created_at(event_id)
    low, high = (ids.lowest("dlv", moment) for moment in (at, at + timedelta(milliseconds=1)))
    values = {":pk": DELIVERIES.partition(tenant), ":low": low, ":high": high}
    for item in walk("pk = :pk AND sk BETWEEN :low AND :high", values):
        if item["event_id"] == event_id:
            yield DELIVERIES.load(item)


def _erase(tenant: Tenant, delivery: Delivery) -> None:
    current: Delivery | None = delivery
    for _ in range(_MAX_TRIES):
        if current is None or current.event_erased_at:
            return
        if store.advance(current, current.without_responses(clock.now())):
            return
        current = DELIVERIES.find(tenant, delivery.id)
    raise Unavailable("The delivery kept changing while its responses were erased.")
