"""Replays: events of a range of time are sent to an endpoint again, or for the first time.

A worker goes through the events, some at a time, and says in its next message how far it has come. It may be killed at
any line: a delivery that was opened since the replay was asked for is not opened a second time, only its message is
sent again, which is dropped where the first one was worked on.
"""

import json
import time
from dataclasses import replace
from itertools import batched, islice
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, aws, clock, ids, observe, settings
from eal.core.errors import Conflict, FieldError, ValidationFailed
from eal.core.events.catalogue import BY_NAME_ONLY
from eal.core.table import progress
from eal.core.table.item import Item, dump, load
from eal.core.table.keys import key, partition
from eal.core.table.read import get, get_all, walk
from eal.core.tenancy import Tenant
from eal.domain.webhooks.deliveries import queue
from eal.domain.webhooks.deliveries import store as delivery_store
from eal.domain.webhooks.deliveries.fan_out import Published, delivery_id, delivery_of
from eal.domain.webhooks.deliveries.queue import Due
from eal.domain.webhooks.endpoints import store
from eal.domain.webhooks.filters import match
from eal.domain.webhooks.model import Delivery, Endpoint, Replay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.webhooks.deliveries.wire import ReplayCreate

MOST_COUNTED = 5_000
"""Events that a dry run looks at: what fits into the time of a request."""
RUN_SECONDS = 40
"""Of the worker's 60. What is not done by then goes on with another message."""
_AT_ONCE = 50
_SHOWN_IN_AUDIT = ("since", "until", "types", "only")


class _Found(NamedTuple):
    event: Published
    delivery: Delivery | None


def ask(webhook_id: str, body: "ReplayCreate", by: "Caller") -> Replay:
    """Ask for a worker's work.

    Raises: NotFound; PreconditionFailed; ValidationFailed; Conflict where the endpoint is disabled.
    """
    endpoint = store.find(webhook_id, by)
    by.transaction.check_if_match(endpoint.version)
    asked = _asked(endpoint, body, by)
    if not endpoint.enabled:
        raise Conflict("The endpoint is disabled. Enable it first.", disabled_reason=endpoint.disabled_reason)
    meant = dump(asked)
    shown = {name: value for name, value in meant.items() if name in _SHOWN_IN_AUDIT}
    by.transaction.audit("webhook.replayed", endpoint.id, audit.changes({}, shown))
    by.transaction.enqueue_task("replay_webhook", meant)
    return asked


def count(webhook_id: str, body: "ReplayCreate", by: "Caller") -> tuple[Replay, int, bool]:
    """What a replay would send: how many deliveries, and whether all events of the range were looked at for it.

    Raises: NotFound; PreconditionFailed; ValidationFailed.
    """
    endpoint = store.find(webhook_id, by)
    by.transaction.check_if_match(endpoint.version)
    asked = _asked(endpoint, body, by)
    events = _events(asked, endpoint)
    number = 0
    for some in batched(islice(events, MOST_COUNTED), _AT_ONCE, strict=False):
        number += sum(_is_meant(found, asked) for found in _with_deliveries(some, asked, endpoint))
    return asked, number, next(events, None) is None


def work(message: "Mapping[str, Json]") -> None:
    """Open deliveries until all is done, or time is up."""
    asked = load(Replay, message)
    observe.bind(webhook_id=asked.webhook_id, replay_id=asked.replay_id)
    stored = get(store.place(asked.tenant, asked.webhook_id))
    endpoint = store.of_item(stored) if stored else None
    if endpoint is None or not endpoint.enabled:
        observe.logger.info("replay_ended", reason="the endpoint is disabled or deleted")
        return
    end = time.monotonic() + RUN_SECONDS
    for some in batched(_events(asked, endpoint), _AT_ONCE, strict=False):
        _open(_with_deliveries(some, asked, endpoint), asked, endpoint)
        if time.monotonic() > end:
            _go_on(replace(asked, after=cast("str", some[-1]["id"])))
            return
    observe.logger.info("replay_done")


def _asked(endpoint: Endpoint, body: "ReplayCreate", by: "Caller") -> Replay:
    until = body.until or by.at
    wrong: list[FieldError] = []
    if body.since >= until:
        wrong.append(
            {"pointer": "/since", "message": "Must be before 'until'.", "type": "range", "location": "body"}
        )
    for number, name in enumerate(body.types or ()):
        if not endpoint.wants(name):
            message = "The endpoint is not subscribed to this event type."
            wrong.append(
                {"pointer": f"/types/{number}", "message": message, "type": "not_chosen", "location": "body"}
            )
    if wrong:
        raise ValidationFailed(wrong)
    return Replay(
        replay_id=ids.new("rpl", by.at),
        organization_id=by.organization_id,
        mode=by.mode,
        request_id=by.request_id,
        webhook_id=endpoint.id,
        since=body.since,
        until=until,
        asked_at=by.at,
        types=tuple(body.types) if body.types else None,
        only=body.only,
    )


def _events(asked: Replay, endpoint: Endpoint) -> "Iterator[Item]":
    """The events of the range, oldest first; then the audit records of it, where the endpoint has chosen them."""
    kinds = [("EVENT", "evt")]
    if any(_is_wanted(name, asked, endpoint) for name in BY_NAME_ONLY):
        kinds.append(("AUDIT", "aud"))
    if asked.after and ids.is_id("aud", asked.after):
        kinds = kinds[1:]
    for kind, prefix in kinds:
        low = ids.lowest(prefix, asked.since)
        if asked.after and ids.is_id(prefix, asked.after):
            low = f"{asked.after}0"
        values: Item = {
            ":pk": partition(asked.tenant, kind),
            ":low": low,
            ":high": ids.lowest(prefix, asked.until),
        }
        if low < cast("str", values[":high"]):
            yield from walk("pk = :pk AND sk BETWEEN :low AND :high", values)


def _with_deliveries(items: "tuple[Item, ...]", asked: Replay, endpoint: Endpoint) -> list[_Found]:
    """Those of the events that the endpoint wants, each with its delivery."""
    wanted = [_published(item) for item in items if "feedsk" in item]  # without a number it is on its way yet
    wanted = [
        event
        for event in wanted
        if _is_wanted(event.type, asked, endpoint) and match.matches(endpoint.filter, event.data)
    ]
    if not wanted:
        return []
    stored = get_all([key(asked.tenant, "DELIVERY", delivery_id(event.id, endpoint)) for event in wanted])
    return [
        _Found(event, load(Delivery, item) if item else None)
        for event, item in zip(wanted, stored, strict=True)
    ]


def _published(item: Item) -> Published:
    event = delivery_store.event_of(item)
    return Published(
        id=event.id,
        type=event.type,
        tenant=Tenant(event.tenant_id, event.mode),
        request_id=cast("str", item["request_id"]),
        data=event.data,
    )


def _is_wanted(event_type: str, asked: Replay, endpoint: Endpoint) -> bool:
    return endpoint.wants(event_type) and (asked.types is None or event_type in asked.types)


def _is_meant(found: _Found, asked: Replay) -> bool:
    """Whether an event is to be sent. One that is on its way already is not."""
    status = found.delivery.status if found.delivery else None
    match asked.only:
        case "failed":
            return status == "failed"
        case "missing":
            return status in (None, "skipped")
        case None:
            return status != "pending"


def _open(some: list[_Found], asked: Replay, endpoint: Endpoint) -> None:
    # Another machine's clock asked: what is opened for it must not seem older than it.
    now = max(clock.now(), asked.asked_at)
    opened = [delivery for found in some if (delivery := _opened(found, asked, endpoint, now)) is not None]
    queue.enqueue_all([Due.next_of(delivery) for delivery in opened])
    observe.count("deliveries_replayed", len(opened))


def _opened(found: _Found, asked: Replay, endpoint: Endpoint, now: "datetime") -> Delivery | None:
    """The delivery that is to be sent: opened now, or by an earlier run of this."""
    old = found.delivery
    if old and (old.began_at or old.created_at) >= asked.asked_at:
        return old if old.status == "pending" and old.trigger == "replay" else None
    if not _is_meant(found, asked):
        return None
    if old is None:
        new = replace(delivery_of(found.event, endpoint, now), trigger="replay")
        return new if progress.start(delivery_store.item(new)) else None
    new = old.replayed(now)
    return new if delivery_store.advance(old, new) else None


def _go_on(asked: Replay) -> None:
    aws.sqs().send_message(QueueUrl=settings.queue("replay"), MessageBody=json.dumps(dump(asked)))
