"""Replays: the events of a time range are sent to an endpoint again, or for the first time.

A worker reads the events in batches. If its time is up, its next message contains its progress. It may be killed at any
line: a delivery that was opened since the request is not opened again. Only its message is sent again, and dropped if
the first one has been processed.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import batched, islice
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, aws, clock, ids, observe, settings
from eal.core.errors import Conflict, FieldError, ValidationFailed
from eal.core.events.catalogue import BY_NAME_ONLY
from eal.core.table import progress
from eal.core.table.item import dump, load
from eal.core.table.keys import partition
from eal.core.table.read import get_all, walk
from eal.core.tenancy import Tenant
from eal.domain.webhooks.deliveries import queue
from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.fan_out import PublishedEvent, delivery_id, new_delivery
from eal.domain.webhooks.deliveries.model import Replay
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.domain.webhooks.deliveries.store import DELIVERIES
from eal.domain.webhooks.endpoints.store import ENDPOINTS
from eal.domain.webhooks.filters.matching import matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.domain.webhooks.deliveries.model import Delivery
    from eal.domain.webhooks.deliveries.wire import ReplayCreate
    from eal.domain.webhooks.endpoints.model import Endpoint

MAX_EVENTS_COUNTED = 5_000
"""Events that a dry run reads, which fit into the time of a request."""
MAX_RUN_SECONDS = 40
"""Of the worker's 60. Another message continues the rest."""
_BATCH_EVENTS = 50
_SHOWN_IN_AUDIT = ("since", "until", "types", "only")


class _Candidate(NamedTuple):
    event: PublishedEvent
    delivery: Delivery | None


def request_replay(webhook_id: str, body: ReplayCreate, by: Caller) -> Replay:
    """Enqueue a replay for the worker.

    Raises: NotFound; PreconditionFailed; ValidationFailed; Conflict if the endpoint is disabled.
    """
    endpoint = ENDPOINTS.get(by.tenant, webhook_id)
    by.transaction.check_if_match(endpoint.version)
    replay = _new_replay(endpoint, body, by)
    if not endpoint.enabled:
        raise Conflict("The endpoint is disabled. Enable it first.", disabled_reason=endpoint.disabled_reason)
    message = dump(replay)
    shown = {name: value for name, value in message.items() if name in _SHOWN_IN_AUDIT}
    by.transaction.audit("webhook.replayed", endpoint.id, audit.changes({}, shown))
    by.transaction.enqueue_task("replay_webhook", message)
    return replay


def count_deliveries(webhook_id: str, body: ReplayCreate, by: Caller) -> tuple[Replay, int, bool]:
    """The number of deliveries that a replay would send, and whether all events of the range were read for it.

    Raises: NotFound; PreconditionFailed; ValidationFailed.
    """
    endpoint = ENDPOINTS.get(by.tenant, webhook_id)
    by.transaction.check_if_match(endpoint.version)
    replay = _new_replay(endpoint, body, by)
    events = _events(replay, endpoint)
    count = 0
    for batch in batched(islice(events, MAX_EVENTS_COUNTED), _BATCH_EVENTS, strict=False):
        count += sum(_is_selected(candidate, replay) for candidate in _candidates(batch, replay, endpoint))
    return replay, count, next(events, None) is None


def run(message: Mapping[str, Json]) -> None:
    """Open the deliveries of a replay until all are open or the time is up."""
    replay = load(Replay, message)
    observe.bind(webhook_id=replay.webhook_id, replay_id=replay.replay_id)
    endpoint = ENDPOINTS.find(replay.tenant, replay.webhook_id)
    if endpoint is None or not endpoint.enabled:
        observe.logger.info("replay_ended", reason="the endpoint is disabled or deleted")
        return
    deadline = time.monotonic() + MAX_RUN_SECONDS
    for batch in batched(_events(replay, endpoint), _BATCH_EVENTS, strict=False):
        _open_all(_candidates(batch, replay, endpoint), replay, endpoint)
        if time.monotonic() > deadline:
            _continue_later(replace(replay, after=cast("str", batch[-1]["id"])))
            return
    observe.logger.info("replay_done")


def _new_replay(endpoint: Endpoint, body: ReplayCreate, by: Caller) -> Replay:
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
    return Replay(
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


def _events(replay: Replay, endpoint: Endpoint) -> Iterator[Item]:
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


def _candidates(items: tuple[Item, ...], replay: Replay, endpoint: Endpoint) -> list[_Candidate]:
    """The events that the endpoint subscribes to, each with its delivery if there is one."""
    # An item without a sequence is not published yet, and will be fanned out.
    published = [_published(item) for item in items if "feedsk" in item]
    events = [
        event
        for event in published
        if _has_type(event.type, replay, endpoint) and matches(endpoint.filter, event.data)
    ]
    if not events:
        return []
    stored = get_all([DELIVERIES.key(replay.tenant, delivery_id(event.id, endpoint)) for event in events])
    return [
        _Candidate(event, DELIVERIES.load(item) if item else None)
        for event, item in zip(events, stored, strict=True)
    ]


def _published(item: Item) -> PublishedEvent:
    event = deliveries.load_event(item)
    return PublishedEvent(
        id=event.id,
        type=event.type,
        tenant=Tenant(event.tenant_id, event.mode),
        request_id=cast("str", item["request_id"]),
        data=event.data,
    )


def _has_type(event_type: str, replay: Replay, endpoint: Endpoint) -> bool:
    return endpoint.subscribes_to(event_type) and (replay.types is None or event_type in replay.types)


def _is_selected(candidate: _Candidate, replay: Replay) -> bool:
    """Whether the replay sends an event. It never sends one with a pending delivery."""
    status = candidate.delivery.status if candidate.delivery else None
    match replay.only:
        case "failed":
            return status == "failed"
        case "missing":
            return status in (None, "skipped")
        case None:
            return status != "pending"


def _open_all(candidates: list[_Candidate], replay: Replay, endpoint: Endpoint) -> None:
    # The request has the time of another machine's clock, and its deliveries must not seem older than it.
    now = max(clock.now(), replay.requested_at)
    opened = [
        delivery
        for candidate in candidates
        if (delivery := _open(candidate, replay, endpoint, now)) is not None
    ]
    queue.enqueue_all([DeliveryMessage.next_of(delivery) for delivery in opened])
    observe.count("deliveries_replayed", len(opened))


def _open(candidate: _Candidate, replay: Replay, endpoint: Endpoint, now: datetime) -> Delivery | None:
    """The delivery to send, opened now or by an earlier run of this replay; None if there is nothing to send."""
    old = candidate.delivery
    if old and (old.began_at or old.created_at) >= replay.requested_at:
        return old if old.status == "pending" and old.trigger == "replay" else None
    if not _is_selected(candidate, replay):
        return None
    if old is None:
        new = replace(new_delivery(candidate.event, endpoint, now), trigger="replay")
        return new if progress.start(deliveries.item(new)) else None
    new = old.replayed(now)
    return new if deliveries.advance(old, new) else None


def _continue_later(replay: Replay) -> None:
    aws.sqs().send_message(QueueUrl=settings.queue("replay"), MessageBody=json.dumps(dump(replay)))
