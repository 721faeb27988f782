"""A test event: an example, signed and sent as a delivery is, and what the receiver said to it at once."""

from typing import TYPE_CHECKING

from eal import audit, events, ids, signing
from eal.events import Event
from eal.outbound import sender
from eal.outbound.sender import Reply
from eal.webhooks import store

if TYPE_CHECKING:
    from eal.caller import Caller
    from eal.webhooks.model import Endpoint

SEQUENCE = 0
"""No real event has this number, and nothing is stored of a test: by it, receivers tell the two apart."""


def send(webhook_id: str, event_type: str, by: "Caller") -> tuple[Event, Reply]:
    """Send an example of a type, whatever the endpoint has chosen, and also while it is disabled.

    Raises: NotFound.
    """
    endpoint = store.find(webhook_id, by)
    event = Event(
        id=ids.new("evt", by.at),
        type=event_type,
        created_at=by.at,
        tenant_id=by.organization_id,
        mode=by.mode,
        sequence=SEQUENCE,
        data=events.types()[event_type].example["data"],
    )
    by.write.audit("webhook.tested", endpoint.id, audit.changes({}, {"event_type": event_type}))
    return event, _post(endpoint, event, by)


def _post(endpoint: "Endpoint", event: Event, by: "Caller") -> Reply:
    secrets = [store.secret_of(endpoint, by.organization_id)]
    if previous := store.previous_secret_of(endpoint, by.organization_id, by.at):
        secrets.append(previous)
    body = event.body().encode()
    return sender.send(endpoint.url, body, signing.headers(secrets, event.id, int(by.at.timestamp()), body))
