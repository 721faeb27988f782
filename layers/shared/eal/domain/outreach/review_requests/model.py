"""A review request: the one e-mail that asks a customer for a review, and whether its link was followed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from eal.core.clock import Instant

type RequestStatus = Literal["queued", "sent", "not_sent"]

INTERVAL = timedelta(days=90)
"""A customer, by address and by lead, gets at most one request in this time."""
PERSONAL = frozenset({"name", "email", "job_reference"})
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `requested_at` is the time of the tenant's outreach, which a test clock moves. `reason` explains `not_sent`.
    """

    id: str
    status: RequestStatus
    name: str
    email: str
    email_id: str
    requested_at: Instant
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    job_reference: str | None = None
    lead_id: str | None = None
    completed_at: Instant | None = None
    reason: str | None = None
    sent_at: Instant | None = None
    opened_at: Instant | None = None
    visited_at: Instant | None = None

    @property
    def next_possible_at(self) -> datetime | None:
        """When the customer may be asked again; None if that is possible now, because this request was not sent."""
        return None if self.status == "not_sent" else self.requested_at + INTERVAL
