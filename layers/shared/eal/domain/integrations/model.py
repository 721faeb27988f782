"""Which vendors can be connected, and what each needs. A vendor joins by an entry in VENDORS."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from eal.core.clock import Instant
from eal.core.signing import PREFIX

_KEY_BYTES = range(24, 65)
_SHORTEST_SECRET = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A vendor's secrets, settings, and kinds of webhook: each kind is sent to an address of its own.

    `signing` is the secret that its webhooks are signed with. A vendor without kinds has no receiver.
    """

    secrets: tuple[str, ...]
    signing: str | None = None
    settings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


VENDORS: Final = {
    "callrail": Terms(
        secrets=("signing_key", "api_key"),
        signing="signing_key",
        settings=("account_id", "company_id"),
        kinds=(
            "pre-call",
            "routing-complete",
            "post-call",
            "call-modified",
            "outbound-post-call",
            "outbound-call-modified",
            "text-message",
            "form-submission",
        ),
    ),
    "resend": Terms(secrets=("signing_secret", "api_key"), signing="signing_secret", kinds=("events",)),
    "stripe": Terms(secrets=("signing_secret",), signing="signing_secret", kinds=("events",)),
    "google_business": Terms(
        secrets=("client_secret", "refresh_token"), settings=("client_id", "account_id", "location_id")
    ),
    "crm": Terms(secrets=("signing_secret",), settings=("url",)),
}

ASKED: Final = {"callrail": "CONNECTED#callrail", "resend": "CONNECTED#resend"}
"""Vendors that are asked for what their webhooks left out, each with the gsi2 partition in which the integrations
that have a key to its API stand together, all tenants': a worker cannot find them otherwise without a scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret as it lies in the table.

    `mark` is the same for the same text, so that a secret given again is no change. The secret that a signing secret
    replaced is accepted until `previous_until`.
    """

    ciphertext: str
    updated_at: Instant
    mark: str | None = None
    previous: str | None = None
    previous_until: Instant | None = None

    def previous_accepted_until(self, now: datetime) -> datetime | None:
        """The end of the replaced secret, if that is still to come."""
        return self.previous_until if self.previous_until and now < self.previous_until else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """`connection_id` is None as long as its vendor has no receiver."""

    vendor: str
    created_at: Instant
    updated_at: Instant
    version: int
    connection_id: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)

    @property
    def signing(self) -> Secret | None:
        """The secret that the vendor signs with."""
        return self.secrets.get(VENDORS[self.vendor].signing or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A webhook that was refused: `reason` is invalid_signature, out_of_time, invalid_json or too_large."""

    at: Instant
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What came to the receiver: nothing for a vendor that has none."""

    last_event_at: Instant | None = None
    last_failure: Failure | None = None

    @property
    def status(self) -> Literal["waiting", "healthy", "failing"]:
        """`failing` when the newest that came was refused; `waiting` until anything has come."""
        if self.last_failure and (self.last_event_at is None or self.last_failure.at > self.last_event_at):
            return "failing"
        return "healthy" if self.last_event_at else "waiting"


def purpose(vendor: str, secret: str) -> str:
    """What the secret's ciphertext is bound to: `callrail.signing`, `callrail.api_key`."""
    return f"{vendor}.{'signing' if secret == VENDORS[vendor].signing else secret}"


def can_sign(secret: str) -> bool:
    """Whether pushes can be signed with a text: `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks
    wants it, or any other text that is too long to be guessed."""
    if not secret.startswith(PREFIX):
        return len(secret) >= _SHORTEST_SECRET
    try:
        return len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) in _KEY_BYTES
    except (binascii.Error, ValueError):
        return False
