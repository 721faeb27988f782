"""One attempt, from the queue's message to the recorded outcome.

The order makes it safe to be killed at any line: the next attempt is enqueued before this one is recorded,
and it is recorded under the condition that nobody else did. So a message is either still in the queue, or its
successor is; and of two workers with the same message one records, and the other's work leaves no trace.
"""

import random
import time
from typing import TYPE_CHECKING

from eal import caller, clock, observe, settings, signing
from eal.outbound import address, sender
from eal.outbound.address import Blocked, Unresolved
from eal.outbound.schedule import GONE
from eal.outbound.sender import Reply
from eal.webhooks import deliveries, store
from eal.webhooks.deliveries import Due
from eal.webhooks.model import Attempt, Delivery, Endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from eal.events import Event


def deliver(due: Due) -> None:
    """Make the attempt that is due, if one is.

    A message is a word that an attempt is due, and the delivery tells which: after a worker died between
    enqueueing and recording, the next attempt's message repeats the unrecorded one.
    Raises: Stale where the endpoint was changed while it said that it is gone: then all is to be read again.
    """
    observe.bind(
        organization_id=due.organization_id,
        mode=due.mode,
        delivery_id=due.delivery_id,
        webhook_id=due.webhook_id,
        event_id=due.event_id,
    )
    endpoint, delivery, event = deliveries.read(due)
    now = clock.now()
    if delivery is None or delivery.next_attempt_at is None or due.attempt <= delivery.made:
        observe.logger.info("delivery_message_dropped", attempt=due.attempt)
    elif delivery.next_attempt_at > now:
        deliveries.enqueue(due, delivery.next_attempt_at, now)
    elif endpoint is None or not endpoint.enabled or event is None:
        deliveries.advance(delivery, delivery.skipped(now))
        observe.logger.info("delivery_skipped")
    else:
        _attempt(due, endpoint, delivery, event, now)


def _attempt(due: Due, endpoint: Endpoint, delivery: Delivery, event: "Event", at: "datetime") -> None:
    reply = _send(endpoint, event, due.organization_id, at)
    attempt = Attempt(
        number=delivery.made + 1,
        at=at,
        trigger=delivery.trigger,
        duration_ms=reply.duration_ms,
        status_code=reply.status_code,
        response=reply.response,
        error=reply.error,
    )
    now = clock.now()
    jitter = random.uniform(-1, 1)  # noqa: S311 - no secret is made of it
    after = delivery.after(attempt, now, jitter=jitter, retry_after=reply.retry_after)
    if reply.status_code == GONE:
        _disable(due, endpoint, delivery, after)
        recorded = True
    else:
        if after.next_attempt_at:
            deliveries.enqueue(Due.next_of(after), after.next_attempt_at, now)
        recorded = deliveries.advance(delivery, after)
    _tell(attempt, after, recorded=recorded)


def _send(endpoint: Endpoint, event: "Event", organization_id: str, at: "datetime") -> Reply:
    started = time.monotonic()
    try:
        target = address.resolve(endpoint.url, loopback=settings.is_local())
    except Blocked:
        return Reply(duration_ms=_since(started), error="blocked_address")
    except Unresolved:
        return Reply(duration_ms=_since(started), error="unresolved_host")
    secret = store.secret_of(endpoint, organization_id)
    body = event.body().encode()
    return sender.post(target, body, signing.headers([secret], event.id, int(at.timestamp()), body))


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _disable(due: Due, endpoint: Endpoint, before: Delivery, after: Delivery) -> None:
    """The endpoint's end and the delivery's, in one transaction: neither can be there without the other."""
    by = caller.worker("deliver_webhook", due.organization_id, due.mode, due.request_id)
    store.disable(endpoint, "gone", by)
    by.write.replace(deliveries.item(after), was=before.version)
    by.write.commit()


def _tell(attempt: Attempt, after: Delivery, *, recorded: bool) -> None:
    if recorded and after.status == "succeeded":
        observe.count("deliveries_succeeded")
    if recorded and after.status == "failed":
        observe.count("deliveries_failed")
    observe.logger.info(
        "delivery_attempted",
        attempt=attempt.number,
        status_code=attempt.status_code,
        fault=attempt.error,
        ms=attempt.duration_ms,
        status=after.status,
        recorded=recorded,
    )
