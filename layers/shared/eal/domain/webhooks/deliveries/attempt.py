"""One attempt of a delivery, from the queue's message to the recorded outcome.

`eal.core.outbound.attempts` makes it safe to be killed at any line. Before all else a worker acquires a slot at the
endpoint (`endpoint_health`), so that two workers with the same message do not both send it, and an endpoint that hangs
occupies few of them. A message without a slot is deferred, which costs no attempt, until its delivery is overdue. Then
the delivery has failed.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from eal.core import caller, clock, observe
from eal.core.errors import Unavailable
from eal.core.outbound.attempts import Attempts
from eal.core.outbound.schedule import GONE, MAX_SQS_DELAY_SECONDS
from eal.core.table.write import Stale
from eal.domain.webhooks.deliveries import endpoint_health
from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.model import Attempt, Delivery
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.domain.webhooks.deliveries.signed_post import needs_other_secret, post, signing_secrets
from eal.domain.webhooks.endpoints import store as endpoints

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.events.catalogue import Event
    from eal.core.outbound.sender import Reply
    from eal.domain.webhooks.deliveries.endpoint_health import EndpointHealth, Slot
    from eal.domain.webhooks.deliveries.signed_post import SigningSecret
    from eal.domain.webhooks.endpoints.model import Endpoint

_MAX_DEFERRAL_SECONDS = 300.0
_MAX_EXPONENT = 5
"""4**5 s already exceeds the longest deferral; larger exponents would overflow a float."""
_DEFERRALS_PER_READ = 20
"""Only every 20th deferral (about 75 minutes) reads the delivery to see if it is overdue; the others save that read."""

_ATTEMPTS = Attempts[DeliveryMessage, Delivery](
    queue="delivery",
    group=lambda message: message.webhook_id,
    id_of=lambda message: message.delivery_id,
    load=lambda message: deliveries.read(message).delivery,
    next_message=lambda _message, delivery: DeliveryMessage.next_of(delivery),
    dropped_event="delivery_message_dropped",
    attempted_event="delivery_attempted",
    counters={"succeeded": "deliveries_succeeded", "failed": "deliveries_failed"},
)


class _Sent(NamedTuple):
    """An attempt with its reply. `rejected` is the attempt before it whose signature the endpoint rejected."""

    attempt: Attempt
    reply: Reply
    accepted: str
    rejected: Attempt | None = None

    def applied_to(self, before: Delivery, now: datetime, jitter: float) -> Delivery:
        delivery = before.with_attempt(self.rejected) if self.rejected else before
        return delivery.after(self.attempt, now, jitter=jitter, retry_after=self.reply.retry_after)


def deliver(message: DeliveryMessage) -> None:
    """Make the attempt that is due, if one is.

    Raises: Stale if the endpoint was changed while it answered 410: then everything must be read again; Unavailable if
    the delivery kept changing while the outcome was recorded.
    """
    observe.bind(delivery_id=message.delivery_id, webhook_id=message.webhook_id, event_id=message.event_id)
    now = clock.now()
    slot = endpoint_health.acquire_slot(message.tenant, message.webhook_id, message.delivery_id, now)
    if slot is None:
        _wait_for_slot(message, now)
        return
    try:
        _deliver(message, slot, now)
    except (Stale, Unavailable):
        endpoint_health.release_slot(slot)
        raise


def _wait_for_slot(message: DeliveryMessage, now: datetime) -> None:
    if message.deferrals % _DEFERRALS_PER_READ == _DEFERRALS_PER_READ - 1:
        delivery = deliveries.read(message).delivery
        if delivery and message.attempt > delivery.attempts_made and delivery.is_overdue(now):
            _time_out(delivery, now)
            return
    longest = min(4.0 ** min(message.deferrals, _MAX_EXPONENT), _MAX_DEFERRAL_SECONDS)
    _defer(message, longest * random.uniform(0.5, 1), now)  # noqa: S311 - no secret is made of it


def _deliver(message: DeliveryMessage, slot: Slot, now: datetime) -> None:
    endpoint, stored, event = deliveries.read(message)
    delivery = _ATTEMPTS.due(message, stored, now)
    if delivery is not None:
        if endpoint is None or not endpoint.enabled or event is None:
            deliveries.advance(delivery, delivery.skipped(now))
            observe.logger.info("delivery_skipped")
        elif not (delay := endpoint_health.rate_limit_delay(slot, endpoint.rate_limit, now)):
            _attempt(message, slot, endpoint, delivery, event)
            return
        elif delivery.is_overdue(now):
            _time_out(delivery, now)
        else:
            # No longer than one SQS delay: a rate limit that is raised must also apply to deferred messages.
            _defer(message, min(delay, MAX_SQS_DELAY_SECONDS), now)
    endpoint_health.release_slot(slot)


def _defer(message: DeliveryMessage, seconds: float, now: datetime) -> None:
    """Enqueue the same message for later, because it has no slot, or no room in this minute."""
    _ATTEMPTS.enqueue(message.deferred(), now + timedelta(seconds=seconds), now)
    observe.count("deliveries_deferred")
    observe.logger.info("delivery_deferred", attempt=message.attempt, deferrals=message.deferrals)


def _time_out(delivery: Delivery, now: datetime) -> None:
    after = delivery.timed_out(now)
    if deliveries.advance(delivery, after) and after.status == "failed":
        observe.count("deliveries_failed")
    observe.logger.info("delivery_given_up")


def _attempt(
    message: DeliveryMessage, slot: Slot, endpoint: Endpoint, delivery: Delivery, event: Event
) -> None:
    secrets = signing_secrets(endpoint, slot.health.accepted, message.organization_id, clock.now())
    sent = _send(endpoint, delivery, event, secrets)
    now = clock.now()
    is_gone = sent.reply.status_code == GONE

    def write(before: Delivery, after: Delivery) -> bool:
        if not is_gone:
            return deliveries.advance(before, after)
        _disable_gone(message, slot, endpoint, before, after)
        return True

    _ATTEMPTS.record(
        message,
        delivery,
        change=lambda before, jitter: sent.applied_to(before, now, jitter),
        write=write,
        now=now,
        status_code=sent.attempt.status_code,
        fault=sent.attempt.error,
        ms=sent.attempt.duration_ms,
    )
    if is_gone:
        return  # the transaction that disabled the endpoint released the slot
    if sent.attempt.succeeded:
        endpoint_health.record_success(slot, accepted=sent.accepted)
    elif (health := endpoint_health.record_failure(slot, now)).fails_for_too_long(now):
        _disable_failing(message, slot, endpoint, health)


def _send(endpoint: Endpoint, delivery: Delivery, event: Event, secrets: Sequence[SigningSecret]) -> _Sent:
    """Send the event, and once more with the other secret if the signature is rejected."""
    first = _post(endpoint, delivery, event, secrets)
    if not needs_other_secret(secrets, first.reply):
        return first
    second = _post(endpoint, delivery.with_attempt(first.attempt), event, secrets[::-1])
    return second._replace(rejected=first.attempt)


def _post(endpoint: Endpoint, delivery: Delivery, event: Event, secrets: Sequence[SigningSecret]) -> _Sent:
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
    return _Sent(attempt, reply, accepted=secrets[0].fingerprint)


def _disable_gone(
    message: DeliveryMessage, slot: Slot, endpoint: Endpoint, before: Delivery, after: Delivery
) -> None:
    """Disable the endpoint and fail the delivery in one transaction, so that neither happens without the other."""
    by = caller.worker("deliver_webhook", message.tenant, message.request_id)
    endpoints.disable(endpoint, "gone", by)
    by.transaction.replace(deliveries.item(after), was=before.version)
    by.transaction.add(endpoint_health.disabling(slot, by.at))
    by.transaction.commit()
    observe.count("endpoints_disabled")


def _disable_failing(
    message: DeliveryMessage, slot: Slot, endpoint: Endpoint, health: EndpointHealth
) -> None:
    """Disable the endpoint, unless it has changed or accepted something since. Then its next failure decides."""
    by = caller.worker("deliver_webhook", message.tenant, message.request_id)
    endpoints.disable(endpoint, "failing", by)
    by.transaction.add(endpoint_health.disabling(slot, by.at, health.failing_since))
    try:
        by.transaction.commit()
    except Stale:
        observe.logger.info("endpoint_left_enabled")
    else:
        observe.count("endpoints_disabled")
