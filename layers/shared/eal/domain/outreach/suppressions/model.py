"""A suppression: an address or a domain that gets no e-mail, and why."""

from dataclasses import dataclass
from typing import Literal

from eal.core.clock import Instant

type SuppressionReason = Literal["unsubscribed", "complained", "bounced", "hostile", "manual"]
type SuppressionSource = Literal["api", "import", "unsubscribe_link", "reply", "vendor"]

KEPT_BY_LAW: frozenset[SuppressionReason] = frozenset({"unsubscribed", "complained", "hostile"})
"""What only an admin may delete, with a reason: the wish to get no more mail has no end (16 CFR 316.5)."""
PERSONAL = frozenset({"address", "domain"})
"""Fields that are personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Exactly one of `address` and `domain` is set. `email_id` is the e-mail that caused it."""

    id: str
    reason: SuppressionReason
    source: SuppressionSource
    created_at: Instant
    version: int
    salt: str
    address: str | None = None
    domain: str | None = None
    note: str | None = None
    email_id: str | None = None
