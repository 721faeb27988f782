"""Signatures of requests to customers: two schemes over the same bytes, both in the headers.

The product's own scheme: `x-eal-signature` is the hex HMAC-SHA256 of `{timestamp}.{body}` under the secret's text.
Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks): the key is the decoded base64 after
`whsec_`, and the header may contain several signatures. A secret of another form, which only the tenant can have
chosen, is used as text in both schemes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """`whsec_` and the base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def eal_signature(secret: str, timestamp: int, body: bytes) -> str:
    """The hex digest for `x-eal-signature`. `timestamp` is in Unix seconds."""
    return hmac.digest(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hex()


def standard_signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature for `webhook-signature`: `v1,` and base64. `timestamp` is in Unix seconds."""
    encoded = secret.startswith(PREFIX)
    key = base64.b64decode(secret.removeprefix(PREFIX)) if encoded else secret.encode()
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(secrets_in_use: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The five headers of a delivery.

    The first secret signs `x-eal-signature`, which has room for only one because verifiers compare it as a whole. All
    secrets sign `webhook-signature`.
    """
    return {
        "x-eal-signature": eal_signature(secrets_in_use[0], timestamp, body),
        "x-eal-timestamp": str(timestamp),
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            standard_signature(secret, message_id, timestamp, body) for secret in secrets_in_use
        ),
    }
