"""A test event: an example, signed and sent as a delivery is, and what the receiver said to it at once."""

from typing import TYPE_CHECKING

from eal.core import audit, clock, ids
from eal.core.events import catalogue
from eal.core.events.catalogue import Event
from eal.core.outbound import sender
from eal.core.outbound.sender import Reply
from eal.domain.webhooks.deliveries import endpoint_health
from eal.domain.webhooks.deliveries.signed_post import is_to_be_repeated, post, secrets_of
from eal.domain.webhooks.endpoints import store

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.webhooks.model import Endpoint

SEQUENCE = 0
"""No real event has this number, and nothing is stored of a test: by it, receivers tell the two apart."""

SECONDS = 25.0
"""From the request's beginning to the last post's end, of the 29 that the function and API Gateway have."""


def send(webhook_id: str, event_type: str, by: "Caller") -> tuple[Event, Reply]:
    """Send an example of a type, whatever the endpoint has chosen, and also while it is disabled.

    Raises: NotFound; PreconditionFailed.
    """
    endpoint = store.find(webhook_id, by)
    by.transaction.check_if_match(endpoint.version)
    event = Event(
        id=ids.new("evt", by.at),
        type=event_type,
        created_at=by.at,
        tenant_id=by.organization_id,
        mode=by.mode,
        sequence=SEQUENCE,
        data=catalogue.types()[event_type].example["data"],
    )
    by.transaction.audit("webhook.tested", endpoint.id, audit.changes({}, {"event_type": event_type}))
    return event, _post(endpoint, event, by)


def _post(endpoint: "Endpoint", event: Event, by: "Caller") -> Reply:
    """As a delivery does: where a signature is refused, one with the other secret follows."""
    accepted = endpoint_health.accepted(by.tenant, endpoint.id) if endpoint.previous_secret else None
    secrets = secrets_of(endpoint, accepted, by.organization_id, by.at)
    reply = post(endpoint, event, secrets, by.at, within=_left(by))
    if is_to_be_repeated(secrets, reply):
        reply = post(endpoint, event, secrets[::-1], clock.now(), within=_left(by))
    return reply


def _left(by: "Caller") -> float:
    return min(SECONDS - (clock.now() - by.at).total_seconds(), sender.TOTAL_SECONDS)
