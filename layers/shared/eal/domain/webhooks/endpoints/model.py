"""Endpoints: state and rules."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Self

from eal.core.clock import Instant
from eal.core.events.catalogue import BY_NAME_ONLY
from eal.core.schema import JsonValue

EVERY_TYPE = "*"
type DisabledReason = Literal["requested", "gone", "failing"]
"""Why an endpoint is disabled: its owner requested it, it answered 410, or it failed for five days."""
type Conditions = dict[str, dict[str, JsonValue]]
"""Operators and their operands by a path into the event, such as `data.status`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`secret` is the KMS ciphertext; `secret_prefix` the first characters of the text, to identify it.

    `previous_secret` (also ciphertext) signs in addition to `secret` until `previous_secret_expires_at`. `rate_limit`
    is in deliveries per minute.
    """

    id: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    secret: str
    secret_prefix: str
    created_at: Instant
    updated_at: Instant
    version: int
    description: str | None = None
    rate_limit: int | None = None
    filter: Conditions = field(default_factory=dict)
    previous_secret: str | None = None
    previous_secret_expires_at: Instant | None = None
    disabled_reason: DisabledReason | None = None
    disabled_at: Instant | None = None

    def subscribes_to(self, event_type: str) -> bool:
        if event_type in self.events:
            return True
        return EVERY_TYPE in self.events and event_type not in BY_NAME_ONLY

    def disabled(self, reason: DisabledReason, at: datetime) -> Self:
        return replace(self, enabled=False, disabled_reason=reason, disabled_at=at)

    def as_enabled(self) -> Self:
        return replace(self, enabled=True, disabled_reason=None, disabled_at=None)
