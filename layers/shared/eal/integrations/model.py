"""Which vendors can be connected, and what each needs. A vendor joins by an entry in VENDORS."""

from dataclasses import dataclass, field
from typing import Final, Literal

from eal.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A vendor's secrets, settings, and kinds of webhook: each kind is sent to an address of its own.

    `signing` is the secret that its webhooks are signed with.
    """

    secrets: tuple[str, ...]
    signing: str
    settings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


VENDORS: Final = {
    "callrail": Terms(
        secrets=("signing_key", "api_key"),
        signing="signing_key",
        settings=("account_id",),
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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret as it lies in the table."""

    ciphertext: str
    updated_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    vendor: str
    connection_id: str
    created_at: Instant
    updated_at: Instant
    version: int
    settings: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`waiting` until the vendor has sent something that is signed."""

    last_event_at: Instant | None = None

    @property
    def status(self) -> Literal["waiting", "healthy"]:
        return "healthy" if self.last_event_at else "waiting"


def purpose(vendor: str, secret: str) -> str:
    """What the secret's ciphertext is bound to: `callrail.signing`, `callrail.api_key`."""
    return f"{vendor}.{'signing' if secret == VENDORS[vendor].signing else secret}"
