"""A suppression: an address or a domain that gets no e-mail, and why."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from eal.core.clock import Instant

type SuppressionReason = Literal["unsubscribed", "complained", "bounced", "hostile", "manual"]
type SuppressionSource = Literal["api", "import", "unsubscribe_link", "reply", "vendor"]
type Topic = Literal["all", "reviews"]
"""The e-mail that somebody no longer wants: any e-mail, or only requests for reviews."""
type Outcome = Literal["created", "updated", "unchanged"]
"""Outcome of a request to suppress an address, which may be suppressed already."""

KEPT_BY_LAW: frozenset[SuppressionReason] = frozenset({"unsubscribed", "complained", "hostile"})
"""Reasons of suppressions that only an admin may delete, with a reason: the wish to get no more mail has no end
(16 CFR 316.5)."""
PERSONAL = frozenset({"address", "address_sha256", "domain", "note"})
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Either `domain` or `address_sha256` is set. `email_id` is the e-mail that caused it.

    `address` is None once the person is erased: the hash alone still recognises the address.
    """

    id: str
    reason: SuppressionReason
    source: SuppressionSource
    created_at: Instant
    version: int
    salt: str
    topic: Topic = "all"
    address: str | None = None
    address_sha256: str | None = None
    domain: str | None = None
    note: str | None = None
    email_id: str | None = None

    @property
    def is_kept_by_law(self) -> bool:
        return self.reason in KEPT_BY_LAW


def sha256_of(address: str) -> str:
    """The hash by which an address is recognised. Without a salt, because a wish to get no mail must be found by the
    address alone, whenever and from wherever it comes back."""
    return hashlib.sha256(address.encode()).hexdigest()
