"""A test event: an example, signed and sent like a delivery, with the receiver's response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import audit, clock, ids
from eal.core.errors import Conflict
from eal.core.events import schemas
from eal.core.events.envelope import Event
from eal.core.outbound import sender, slots
from eal.core.outbound.slots import NoSlot, SlotRequest, SlotTerms
from eal.domain.webhooks.deliveries.signed_post import needs_other_secret, post, signing_secrets
from eal.domain.webhooks.deliveries.store import HEALTH_KIND, accepted_secret, health_key
from eal.domain.webhooks.endpoints.store import ENDPOINTS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.outbound.sender import ReceiverReply
    from eal.domain.webhooks.endpoints.model import Endpoint

SEQUENCE = 0
"""Sequence of a test event. No real event has it, so receivers can recognise a test event by it."""

MAX_SECONDS = 25.0
"""Maximum time from the start of the request to the end of the last POST, of the 29 s that the function and API Gateway
have."""


def send(webhook_id: str, event_type: str, by: Caller) -> tuple[Event, ReceiverReply]:
    """Send an example of an event type, even if the endpoint does not subscribe to it, is disabled or paused.

    Raises: NotFound; PreconditionFailed; Conflict if the endpoint has as many requests in flight as it may have.
    """
    endpoint = ENDPOINTS.get(by.tenant, webhook_id)
    by.transaction.check_if_match(endpoint.version)
    event = Event(
        id=ids.new("evt", by.at),
        type=event_type,
        created_at=by.at,
        tenant_id=by.organization_id,
        mode=by.mode,
        sequence=SEQUENCE,
        data=schemas.types()[event_type].example["data"],
    )
    by.transaction.audit("webhook.tested", endpoint.id, audit.changes({}, {"event_type": event_type}))
    request = SlotRequest(health_key(by.tenant, endpoint.id), HEALTH_KIND, event.id)
    slot = slots.acquire(request, by.at, SlotTerms(ignores_pause=True))
    if isinstance(slot, NoSlot):
        raise Conflict("Too many requests to this endpoint are in flight. Try again when they have ended.")
    try:
        accepted = accepted_secret(by.tenant, endpoint.id) if endpoint.previous_secret else None
        return event, _post(endpoint, event, accepted, by)
    finally:
        # Without a result: a test says nothing about deliveries.
        slots.release_all([(slot, None)], clock.now())


def _post(endpoint: Endpoint, event: Event, accepted: str | None, by: Caller) -> ReceiverReply:
    """Send the test event like an attempt of a delivery, repeated with the other secret if the signature is
    rejected."""
    secrets = signing_secrets(endpoint, accepted, by.organization_id, by.at)
    reply = post(endpoint, event, secrets, by.at, within=_seconds_left(by))
    if needs_other_secret(secrets, reply):
        reply = post(endpoint, event, secrets[::-1], clock.now(), within=_seconds_left(by))
    return reply


def _seconds_left(by: Caller) -> float:
    return min(MAX_SECONDS - (clock.now() - by.at).total_seconds(), sender.TOTAL_SECONDS)
