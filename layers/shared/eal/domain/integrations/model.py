"""Integrations, and the vendors that can be connected. An entry in VENDORS adds a vendor."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from eal.core.clock import Instant
from eal.core.signing import PREFIX

MIN_SIGNING_KEY_BYTES = 8
MAX_SECRET_BYTES = 2048
"""Maximum size of a secret in UTF-8. KMS encrypts up to 4,096 bytes (its API reference, Encrypt)."""
_KEY_BYTES = range(24, 65)
_CRM_SECRET_BYTES = range(24, 513)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSpec:
    """Names of a vendor's secrets and settings, and its kinds of webhook, each with an address of its own.

    `signing` is the secret with which the vendor signs its webhooks, `access` the one without which its API refuses
    every request. People enter the addresses of `kinds` at the vendor; those of `callbacks` go with each request to it.
    A vendor without kinds has no receiver.
    """

    secrets: tuple[str, ...]
    signing: str | None = None
    access: str | None = None
    settings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()


VENDORS: Final = {
    "callrail": VendorSpec(
        secrets=("signing_key", "api_key"),
        signing="signing_key",
        access="api_key",
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
    "resend": VendorSpec(
        secrets=("signing_secret", "api_key"), signing="signing_secret", access="api_key", kinds=("events",)
    ),
    "stripe": VendorSpec(secrets=("signing_secret",), signing="signing_secret", kinds=("events",)),
    "google_business": VendorSpec(
        secrets=("client_secret", "refresh_token"),
        access="refresh_token",
        settings=("client_id", "account_id", "location_id"),
    ),
    "twilio": VendorSpec(
        secrets=("auth_token", "api_key_secret"),
        signing="auth_token",
        access="api_key_secret",
        settings=("account_sid", "api_key_sid", "alert_number"),
        kinds=("message",),
        callbacks=("message-status", "voice-status", "voice-key"),
    ),
    "crm": VendorSpec(secrets=("signing_secret",), settings=("url",)),
}

RECONCILIATION_PARTITIONS: Final = {
    "callrail": "CONNECTED#callrail",
    "resend": "CONNECTED#resend",
    "google_business": "CONNECTED#google_business",
}
"""The gsi2 partition of each vendor that is reconciled: the integrations of all tenants that have access to its API. A
worker could otherwise find them only by a scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """`mark` is a keyed hash of the text, which recognises a secret that is given again.

    `previous` is the signing secret that this one replaced. It is accepted until `previous_until`.
    """

    ciphertext: str
    updated_at: Instant
    mark: str
    previous: str | None = None
    previous_until: Instant | None = None

    def previous_accepted_until(self, now: datetime) -> datetime | None:
        """The end of the overlap, or None if it is over."""
        return self.previous_until if self.previous_until and now < self.previous_until else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """`connection_id` is None if the vendor has no receiver."""

    vendor: str
    created_at: Instant
    updated_at: Instant
    version: int
    connection_id: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, StoredSecret] = field(default_factory=dict)

    @property
    def signing(self) -> StoredSecret | None:
        """The secret with which the vendor signs."""
        return self.secrets.get(VENDORS[self.vendor].signing or "")

    @property
    def has_access(self) -> bool:
        """Whether it has the secret that the vendor's API requires."""
        return VENDORS[self.vendor].access in self.secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A rejected webhook: `reason` is invalid_signature, out_of_time, invalid_json or too_large. Or a failed run of
    reconciliation: not_configured, unauthorized, refused, throttled, unavailable or invalid_response."""

    at: Instant
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHealth:
    """The latest webhook and the latest rejected one. For a vendor that is polled, because it has no receiver, they are
    the latest poll that succeeded and the latest that failed."""

    last_event_at: Instant | None = None
    last_failure: Failure | None = None

    @property
    def status(self) -> Literal["waiting", "healthy", "failing"]:
        """`failing` if the latest webhook was rejected, or the latest poll failed; `waiting` before the first one."""
        if self.last_failure and (self.last_event_at is None or self.last_failure.at > self.last_event_at):
            return "failing"
        return "healthy" if self.last_event_at else "waiting"


def purpose(vendor: str, secret: str) -> str:
    """The encryption context of the secret's ciphertext: `callrail.signing`, `callrail.api_key`."""
    return f"{vendor}.{'signing' if secret == VENDORS[vendor].signing else secret}"


def can_sign(secret: str) -> bool:
    """Whether a text can sign pushes: `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks), or any other text
    of 24 to 512 bytes."""
    if not secret.startswith(PREFIX):
        return len(secret.encode()) in _CRM_SECRET_BYTES
    try:
        return len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) in _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


type CheckName = Literal["credentials", "alert_number", "answers", "test_text", "company", "sender_domain"]


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None if the vendor cannot be asked, or does not say. `message` is a sentence for people: what holds, or
    what to do."""

    name: CheckName
    ok: bool | None
    message: str
