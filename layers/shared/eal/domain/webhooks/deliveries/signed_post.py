"""A POST of an event to an endpoint, signed with the endpoint's secrets: for attempts and for test events."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from eal.core import signing
from eal.core.outbound import sender
from eal.domain.webhooks.endpoints import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.events.envelope import Event
    from eal.core.outbound.sender import ReceiverReply
    from eal.domain.webhooks.endpoints.model import Endpoint

_SIGNATURE_REJECTED = (401, 403)


class SigningSecret(NamedTuple):
    """A secret's text, with the fingerprint that endpoint health stores of it."""

    fingerprint: str
    text: str


def fingerprint(ciphertext: str) -> str:
    """Identifies a secret by its ciphertext."""
    return hashlib.sha256(ciphertext.encode()).hexdigest()[:16]


def signing_secrets(
    endpoint: Endpoint, accepted: str | None, organization_id: str, now: datetime
) -> Sequence[SigningSecret]:
    """The secrets that sign, the one that the endpoint last accepted first.

    `accepted` is that one's fingerprint. During a rotation it is the old secret until the endpoint accepts the new one.
    """
    current = SigningSecret(fingerprint(endpoint.secret), store.decrypt_secret(endpoint, organization_id))
    text = store.decrypt_previous_secret(endpoint, organization_id, now)
    if text is None or endpoint.previous_secret is None:
        return [current]
    previous = SigningSecret(fingerprint(endpoint.previous_secret), text)
    return [current, previous] if accepted == current.fingerprint else [previous, current]


def needs_other_secret(secrets: Sequence[SigningSecret], reply: ReceiverReply) -> bool:
    """Whether to repeat the request with the other secret first, because `x-eal-signature` has room for only one."""
    return len(secrets) > 1 and reply.status_code in _SIGNATURE_REJECTED


def post(
    endpoint: Endpoint,
    event: Event,
    secrets: Sequence[SigningSecret],
    at: datetime,
    *,
    within: float | None = None,
) -> ReceiverReply:
    """Send an event, signed at `at`, within so many seconds."""
    body = event.body().encode()
    texts = [secret.text for secret in secrets]
    headers = signing.headers(texts, event.id, int(at.timestamp()), body)
    return sender.send(endpoint.url, body, headers, within=within)
