"""Replays: the events of a time range are sent to an endpoint again, or for the first time.

An endpoint has one replay at a time (`replay_lease`). A worker reads the events in batches. If its time is up, its next
message contains its progress. It may be killed at any line: a delivery that was opened since the request is not opened
again. Only its message is sent again, and dropped if the first one has been processed.
"""

from __future__ import annotations

import json
import time
from dataclasses import fields, replace
from itertools import batched, islice
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, aws, clock, ids, observe, settings
from eal.core.errors import Conflict, FieldError, ValidationFailed
from eal.core.events.catalogue import BY_NAME_ONLY
from eal.core.table.item import dump, load
from eal.core.table.keys import partition
from eal.core.table.read import batch_get, walk
from eal.core.tenancy import Tenant
from eal.domain.webhooks.deliveries import queue, replay_lease
from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.fan_out import PublishedEvent, delivery_id, new_delivery
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask, ReplayDeliveriesTask
from eal.domain.webhooks.deliveries.model import DeliveryOutline
from eal.domain.webhooks.deliveries.store import DELIVERIES
from eal.domain.webhooks.endpoints.store import ENDPOINTS
from eal.domain.webhooks.filters.matching import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.webhooks.deliveries.model import Delivery
    from eal.domain.webhooks.deliveries.wire import ReplayCreate
    from eal.domain.webhooks.endpoints.model import Endpoint

MAX_EVENTS_COUNTED = 5_000
"""Events that a dry run reads, which fit into the time of a request."""
MAX_RUN_SECONDS = 40
"""Time for one run, in seconds; the worker times out after 60. Another message continues the rest."""
_BATCH_EVENTS = 50
_BATCH_DELIVERIES = 10
"""Read whole in order to be opened: at most 4 MB in the worker's memory."""
_OUTLINE = tuple(field.name for field in fields(DeliveryOutline))
_SHOWN_IN_AUDIT = ("since", "until", "types", "only")


class _Candidate(NamedTuple):
    """An event, the id of its delivery, and the delivery's outline if it exists."""

    event: PublishedEvent
    delivery_id: str
    outline: DeliveryOutline | None

    def is_opened_by(self, replay: ReplayDeliveriesTask) -> bool:
        """Whether the delivery was created or opened since the request: by a run of this replay, or by fan-out."""
        return self.outline is not None and (
            (self.outline.began_at or self.outline.created_at) >= replay.requested_at
        )


def request_replay(webhook_id: str, body: ReplayCreate, by: Caller) -> ReplayDeliveriesTask:
    """Enqueue a replay for the worker.

    Raises: NotFound; PreconditionFailed; ValidationFailed; Conflict if the endpoint is disabled, and at the commit if
    another replay to it is in progress.
    """
    endpoint = ENDPOINTS.get(by.tenant, webhook_id)
    by.transaction.check_if_match(endpoint.version)
    replay = _new_replay(endpoint, body, by)
    if not endpoint.enabled:
        raise Conflict("The endpoint is disabled. Enable it first.", disabled_reason=endpoint.disabled_reason)
    message = dump(replay)
    shown = {name: value for name, value in message.items() if name in _SHOWN_IN_AUDIT}
    by.transaction.add(replay_lease.acquiring(replay))
    by.transaction.audit("webhook.replayed", endpoint.id, audit.changes({}, shown))
    by.transaction.enqueue_task("replay_webhook", message)
    return replay


def count_deliveries(
    webhook_id: str, body: ReplayCreate, by: Caller
) -> tuple[ReplayDeliveriesTask, int, bool]:
    """The number of deliveries that a replay would send, and whether all events of the range were read for it.

    Raises: NotFound; PreconditionFailed; ValidationFailed.
    """
    endpoint = ENDPOINTS.get(by.tenant, webhook_id)
    by.transaction.check_if_match(endpoint.version)
    replay = _new_replay(endpoint, body, by)
    events = _events(replay, endpoint)
    count = 0
    for batch in batched(islice(events, MAX_EVENTS_COUNTED), _BATCH_EVENTS, strict=False):
        count += sum(
            _is_selected(candidate, replay, by.at) for candidate in _candidates(batch, replay, endpoint)
        )
    return replay, count, next(events, None) is None


def run(replay: ReplayDeliveriesTask) -> None:
    """Open the deliveries of a replay until all are open or the time is up."""
    observe.bind(webhook_id=replay.webhook_id, replay_id=replay.replay_id)
    endpoint = ENDPOINTS.find(replay.tenant, replay.webhook_id)
    if endpoint is None or not endpoint.enabled:
        replay_lease.release(replay)
        observe.logger.info("replay_ended", reason="the endpoint is disabled or deleted")
        return
    deadline = time.monotonic() + MAX_RUN_SECONDS
    for batch in batched(_events(replay, endpoint), _BATCH_EVENTS, strict=False):
        _open_all(_candidates(batch, replay, endpoint), replay, endpoint)
        if time.monotonic() > deadline:
            _continue_later(replace(replay, after=cast("str", batch[-1]["id"])))
            return
    replay_lease.release(replay)
    observe.logger.info("replay_done")


def _new_replay(endpoint: Endpoint, body: ReplayCreate, by: Caller) -> ReplayDeliveriesTask:
    until = body.until or by.at
    faults: list[FieldError] = []
    if body.since >= until:
        faults.append(
            {"pointer": "/since", "message": "Must be before 'until'.", "type": "range", "location": "body"}
        )
    for number, name in enumerate(body.types or ()):
        if not endpoint.subscribes_to(name):
            message = "The endpoint is not subscribed to this event type."
            faults.append(
                {"pointer": f"/types/{number}", "message": message, "type": "not_chosen", "location": "body"}
            )
    if faults:
        raise ValidationFailed(faults)
    return ReplayDeliveriesTask(
        replay_id=ids.new("rpl", by.at),
        organization_id=by.organization_id,
        mode=by.mode,
        request_id=by.request_id,
        webhook_id=endpoint.id,
        since=body.since,
        until=until,
        requested_at=by.at,
        types=tuple(body.types) if body.types else None,
        only=body.only,
    )


def _events(replay: ReplayDeliveriesTask, endpoint: Endpoint) -> Iterator[Item]:
    """The events of the range, oldest first; then its audit records, if the endpoint subscribes to them."""
    kinds = [("EVENT", "evt")]
    if any(_has_type(name, replay, endpoint) for name in BY_NAME_ONLY):
        kinds.append(("AUDIT", "aud"))
    if replay.after and ids.is_id("aud", replay.after):
        kinds = kinds[1:]
    for kind, prefix in kinds:
        low = ids.lowest(prefix, replay.since)
        if replay.after and ids.is_id(prefix, replay.after):
            low = f"{replay.after}0"
        values: Item = {
            ":pk": partition(replay.tenant, kind),
            ":low": low,
            ":high": ids.lowest(prefix, replay.until),
        }
        if low < cast("str", values[":high"]):
            yield from walk("pk = :pk AND sk BETWEEN :low AND :high", values)


def _candidates(
    items: tuple[Item, ...], replay: ReplayDeliveriesTask, endpoint: Endpoint
) -> list[_Candidate]:
    """The events that the endpoint subscribes to, each with the outline of its delivery if there is one."""
    # An item without a sequence is not published yet, and will be fanned out.
    published = [_published(item) for item in items if "feedsk" in item]
    chosen = {
        delivery_id(event.id, endpoint): event
        for event in published
        if _has_type(event.type, replay, endpoint) and matches(endpoint.filter, event.data)
    }
    stored = {item["id"]: load(DeliveryOutline, item) for item in _read(replay.tenant, chosen, _OUTLINE)}
    return [_Candidate(event, chosen_id, stored.get(chosen_id)) for chosen_id, event in chosen.items()]


def _read(tenant: Tenant, delivery_ids: Iterable[str], fields: Sequence[str] = ()) -> list[Item]:
    """The deliveries that exist. Not a transaction, which must not read more than 4 MB."""
    keys: list[Item] = [{**DELIVERIES.key(tenant, item_id)._asdict()} for item_id in delivery_ids]
    return batch_get(settings.state_table(), keys, fields)


def _published(item: Item) -> PublishedEvent:
    event = deliveries.load_event(item)
    return PublishedEvent(
        id=event.id,
        type=event.type,
        tenant=Tenant(event.tenant_id, event.mode),
        request_id=cast("str", item["request_id"]),
        data=event.data,
    )


def _has_type(event_type: str, replay: ReplayDeliveriesTask, endpoint: Endpoint) -> bool:
    return endpoint.subscribes_to(event_type) and (replay.types is None or event_type in replay.types)


def _is_selected(candidate: _Candidate, replay: ReplayDeliveriesTask, now: datetime) -> bool:
    """Whether the replay sends an event. It sends one with a pending delivery only if that is stalled."""
    status = candidate.outline.status if candidate.outline else None
    is_stalled = candidate.outline is not None and candidate.outline.is_stalled(now)
    match replay.only:
        case "failed":
            return status == "failed" or is_stalled
        case "missing":
            return status in (None, "skipped")
        case None:
            return status != "pending" or is_stalled


def _open_all(candidates: list[_Candidate], replay: ReplayDeliveriesTask, endpoint: Endpoint) -> None:
    # The request has the time of another machine's clock, and its deliveries must not seem older than it.
    now = max(clock.now(), replay.requested_at)
    due = [
        candidate
        for candidate in candidates
        if candidate.is_opened_by(replay) or _is_selected(candidate, replay, now)
    ]
    for batch in batched(due, _BATCH_DELIVERIES, strict=False):
        existing = [candidate.delivery_id for candidate in batch if candidate.outline]
        stored = {item["id"]: DELIVERIES.load(item) for item in _read(replay.tenant, existing)}
        new = [
            replace(new_delivery(candidate.event, endpoint, now), trigger="replay")
            for candidate in batch
            if candidate.outline is None
        ]
        opened = [delivery for delivery, is_new in zip(new, deliveries.start_all(new), strict=True) if is_new]
        opened += [
            delivery
            for candidate in batch
            if (delivery := _reopened(candidate, stored.get(candidate.delivery_id), replay, now))
        ]
        queue.enqueue_all([DeliverWebhookTask.next_of(delivery) for delivery in opened])
        observe.count("deliveries_replayed", len(opened))


def _reopened(
    candidate: _Candidate, stored: Delivery | None, replay: ReplayDeliveriesTask, now: datetime
) -> Delivery | None:
    """An existing delivery to send, opened now or by an earlier run; None if there is nothing to send."""
    if candidate.outline is None or stored is None or stored.version != candidate.outline.version:
        return None  # it expired, or an attempt or a manual retry was faster
    if candidate.is_opened_by(replay):
        return stored if stored.status == "pending" and stored.trigger == "replay" else None
    new = stored.replayed(now)
    return new if deliveries.advance(stored, new) else None


def _continue_later(replay: ReplayDeliveriesTask) -> None:
    aws.sqs().send_message(
        QueueUrl=settings.queue("replay"),
        MessageBody=json.dumps(dump(replay)),
        MessageGroupId=replay.organization_id,
    )
