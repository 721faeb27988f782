"""One attempt, from the queue's message to the recorded outcome.

The order makes it safe to be killed at any line: the next attempt is enqueued before this one is recorded,
and it is recorded under the condition that nobody else did. So a message is either still in the queue, or its
successor is. Before all else a worker takes a place at the endpoint (`endpoint_health`), so that two workers with
the same message do not both send it, and an endpoint that hangs holds few of them. A message that finds no place is
put off, which costs no attempt, until its delivery has waited longer than any schedule takes: then it has failed.
"""

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import caller, clock, observe
from eal.core.outbound.attempts import Attempts
from eal.core.outbound.schedule import GONE, LONGEST_DELAY
from eal.core.outbound.sender import Reply
from eal.core.table.write import Stale
from eal.domain.webhooks.deliveries import endpoint_health
from eal.domain.webhooks.deliveries import store as delivery_store
from eal.domain.webhooks.deliveries.endpoint_health import Health, Place
from eal.domain.webhooks.deliveries.queue import Due
from eal.domain.webhooks.deliveries.signed_post import Secret, is_to_be_repeated, post, secrets_of
from eal.domain.webhooks.endpoints import store
from eal.domain.webhooks.model import Attempt, Delivery, Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.events.catalogue import Event

_LONGEST_DEFERRAL = 300.0
_LARGEST_POWER = 5
"""4**5 s already exceeds the longest deferral; larger exponents would overflow a float."""
_LOOKED_AT_EVERY = 20
"""Only every 20th deferral (about 75 minutes) reads the delivery to see if it waited too long; the others save that
read."""

_ATTEMPTS = Attempts[Due, Delivery](
    queue="delivery",
    group=lambda due: due.webhook_id,
    id_of=lambda due: due.delivery_id,
    load=lambda due: delivery_store.read(due).delivery,
    next_message=lambda _due, delivery: Due.next_of(delivery),
    dropped_event="delivery_message_dropped",
    attempted_event="delivery_attempted",
    counters={"succeeded": "deliveries_succeeded", "failed": "deliveries_failed"},
)


def deliver(due: Due) -> None:
    """Make the attempt that is due, if one is.

    A message is a word that an attempt is due, and the delivery tells which: after a worker died between
    enqueueing and recording, the next attempt's message repeats the unrecorded one.
    Raises: Stale where the endpoint was changed while it said that it is gone: then all is to be read again.
    """
    observe.bind(delivery_id=due.delivery_id, webhook_id=due.webhook_id, event_id=due.event_id)
    now = clock.now()
    place = endpoint_health.take_place(due.tenant, due.webhook_id, due.delivery_id, now)
    if place is None:
        if due.deferrals % _LOOKED_AT_EVERY == _LOOKED_AT_EVERY - 1:
            delivery = delivery_store.read(due).delivery
            if delivery and due.attempt > delivery.attempts_made and delivery.waits_too_long(now):
                _give_up(delivery, now)
                return
        longest = min(4.0 ** min(due.deferrals, _LARGEST_POWER), _LONGEST_DEFERRAL)
        _defer(due, longest * random.uniform(0.5, 1), now)  # noqa: S311 - no secret is made of it
        return
    try:
        _work(due, place, now)
    except Stale:
        endpoint_health.give_back(place)
        raise


def _work(due: Due, place: Place, now: "datetime") -> None:
    endpoint, stored, event = delivery_store.read(due)
    delivery = _ATTEMPTS.due(due, stored, now)
    if delivery is None:
        pass
    elif endpoint is None or not endpoint.enabled or event is None:
        delivery_store.advance(delivery, delivery.skipped(now))
        observe.logger.info("delivery_skipped")
    elif (wait := endpoint_health.seconds_over(place, endpoint.rate_limit, now)) and delivery.waits_too_long(
        now
    ):
        _give_up(delivery, now)
    elif wait:
        # No further than SQS goes: a limit that is raised is to hold for what waits, too.
        _defer(due, min(wait, LONGEST_DELAY), now)
    else:
        _attempt(due, place, endpoint, delivery, event)
        return
    endpoint_health.give_back(place)


def _defer(due: Due, seconds: float, now: "datetime") -> None:
    """The same message, later: there is no place for it at the endpoint, or not in this minute."""
    _ATTEMPTS.enqueue(due.deferred(), now + timedelta(seconds=seconds), now)
    observe.count("deliveries_deferred")
    observe.logger.info("delivery_deferred", attempt=due.attempt, deferrals=due.deferrals)


def _give_up(delivery: Delivery, now: "datetime") -> None:
    """The end of a delivery that waited for room at its endpoint for longer than a schedule takes."""
    after = delivery.given_up(now)
    if delivery_store.advance(delivery, after) and after.status == "failed":
        observe.count("deliveries_failed")
    observe.logger.info("delivery_given_up")


def _attempt(due: Due, place: Place, endpoint: Endpoint, delivery: Delivery, event: "Event") -> None:
    secrets = secrets_of(endpoint, place.health.accepted, due.organization_id, clock.now())
    attempt, reply = _send(endpoint, delivery, event, secrets)
    refused = None
    if is_to_be_repeated(secrets, reply):
        refused, secrets = attempt, secrets[::-1]
        attempt, reply = _send(endpoint, delivery.noted(refused), event, secrets)
    now = clock.now()
    is_gone = reply.status_code == GONE

    def change(before: Delivery, jitter: float) -> Delivery:
        noted = before.noted(refused) if refused else before
        return noted.after(attempt, now, jitter=jitter, retry_after=reply.retry_after)

    def write(before: Delivery, after: Delivery) -> bool:
        if not is_gone:
            return delivery_store.advance(before, after)
        _disable_gone(due, place, endpoint, before, after)
        return True

    _ATTEMPTS.record(
        due,
        delivery,
        change=change,
        write=write,
        now=now,
        status_code=attempt.status_code,
        fault=attempt.error,
        ms=attempt.duration_ms,
    )
    if attempt.succeeded:
        endpoint_health.succeeded(place, accepted=secrets[0].mark)
    elif not is_gone and (state := endpoint_health.failed(place, now)).fails_for_too_long(now):
        _disable_failing(due, place, endpoint, state)


def _send(
    endpoint: Endpoint, delivery: Delivery, event: "Event", secrets: "Sequence[Secret]"
) -> tuple[Attempt, Reply]:
    at = clock.now()
    reply = post(endpoint, event, secrets, at)
    attempt = Attempt(
        number=delivery.attempts_made + 1,
        at=at,
        trigger=delivery.trigger,
        duration_ms=reply.duration_ms,
        status_code=reply.status_code,
        response=reply.response,
        error=reply.error,
    )
    return attempt, reply


def _disable_gone(due: Due, place: Place, endpoint: Endpoint, before: Delivery, after: Delivery) -> None:
    """The endpoint's end and the delivery's, in one transaction: neither can be there without the other."""
    by = caller.worker("deliver_webhook", due.tenant, due.request_id)
    store.disable(endpoint, "gone", by)
    by.transaction.replace(delivery_store.item(after), was=before.version)
    by.transaction.add(endpoint_health.disabled(place, by.at))
    by.transaction.commit()
    observe.count("endpoints_disabled")


def _disable_failing(due: Due, place: Place, endpoint: Endpoint, state: Health) -> None:
    """The endpoint's end, unless it was changed, or took something, meanwhile: then its next failure decides."""
    by = caller.worker("deliver_webhook", due.tenant, due.request_id)
    store.disable(endpoint, "failing", by)
    by.transaction.add(endpoint_health.disabled(place, by.at, state.failing_since))
    try:
        by.transaction.commit()
    except Stale:
        observe.logger.info("endpoint_left_enabled")
    else:
        observe.count("endpoints_disabled")
