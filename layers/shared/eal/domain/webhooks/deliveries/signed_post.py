"""A POST of an event to an endpoint, signed with its secrets: of an attempt, and of a test event."""

from typing import TYPE_CHECKING, NamedTuple

from eal.core import signing
from eal.core.outbound import sender
from eal.core.outbound.sender import Reply
from eal.domain.webhooks.deliveries import endpoint_health
from eal.domain.webhooks.endpoints import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.events.catalogue import Event
    from eal.domain.webhooks.model import Endpoint

_REFUSED_SIGNATURE = (401, 403)


class Secret(NamedTuple):
    mark: str
    text: str


def secrets_of(
    endpoint: "Endpoint", accepted: str | None, organization_id: str, now: "datetime"
) -> "Sequence[Secret]":
    """Those that sign, first the one that the endpoint last accepted: the old one, until it took the new one."""
    current = Secret(endpoint_health.mark_of(endpoint.secret), store.secret_of(endpoint, organization_id))
    text = store.previous_secret_of(endpoint, organization_id, now)
    if text is None or endpoint.previous_secret is None:
        return [current]
    previous = Secret(endpoint_health.mark_of(endpoint.previous_secret), text)
    return [current, previous] if accepted == current.mark else [previous, current]


def is_to_be_repeated(secrets: "Sequence[Secret]", reply: Reply) -> bool:
    """Whether another secret may be the one that the endpoint verifies `x-eal-signature` with, which holds one."""
    return len(secrets) > 1 and reply.status_code in _REFUSED_SIGNATURE


def post(
    endpoint: "Endpoint",
    event: "Event",
    secrets: "Sequence[Secret]",
    at: "datetime",
    *,
    within: float | None = None,
) -> Reply:
    body = event.body().encode()
    texts = [secret.text for secret in secrets]
    headers = signing.headers(texts, event.id, int(at.timestamp()), body)
    return sender.send(endpoint.url, body, headers, within=within)
