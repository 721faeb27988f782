"""A claim: its status transitions, its legal hold, and which texts are equal for its look-ups."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from eal.core.clock import Instant
from eal.domain.leads.address import Address
from eal.domain.leads.vocabulary import LossType

type Status = Literal["open", "extracting", "ready_for_review", "in_review", "signed_off", "closed"]

type ExtractionFailure = Literal["ai_disabled", "too_large", "failed"]

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    "open": ("closed",),
    "extracting": (),
    "ready_for_review": ("closed",),
    "in_review": ("closed",),
    "signed_off": ("closed",),
    "closed": ("open",),
}
"""The statuses that a person may choose. All others follow from the extraction, the review and the sign-off.

A claim that is being extracted cannot be closed, because the result of the extraction would reopen it.
"""

NEEDS_NO_REASON: frozenset[tuple[Status, Status]] = frozenset({("signed_off", "closed")})
"""The only transition of a person without a reason. Any other ends a claim early, or undoes its end."""

PERSONAL = frozenset(
    {"claim_number", "policy_number", "insured", "address", "status_reason", "legal_hold.reason"}
)
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""

_EARLIEST_ZONE = timedelta(hours=14)
"""The offset of the time zone in which a day begins first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insured:
    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """While it is in force, nothing deletes the claim's evidence."""

    reason: str
    placed_at: Instant
    placed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `closed_at` is set if and only if the status is `closed`. `evidence_deleted_at` is when the retention last deleted
    photos, the text of notes and the scope. `scope_version` is the latest extraction's; `extraction_input_sha256` is
    the hash of the evidence for which an extraction was last requested.
    """

    id: str
    status: Status
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    claim_number: str | None = None
    carrier: str | None = None
    policy_number: str | None = None
    insured: Insured | None = None
    address: Address | None = None
    date_of_loss: date | None = None
    loss_type: LossType | None = None
    water_category: int | None = None
    water_class: int | None = None
    lead_id: str | None = None
    call_id: str | None = None
    status_reason: str | None = None
    closed_at: Instant | None = None
    legal_hold: LegalHold | None = None
    evidence_deleted_at: Instant | None = None
    scope_version: int | None = None
    extraction_input_sha256: str | None = None
    extraction_failure: ExtractionFailure | None = None

    @property
    def is_identified(self) -> bool:
        return bool(self.claim_number or self.insured)

    @property
    def retention_begins_at(self) -> datetime | None:
        """The time at which the retention of the evidence began; None while it does not run, or if it has ended."""
        if self.closed_at is None or self.legal_hold:
            return None
        was_applied = self.evidence_deleted_at is not None and self.evidence_deleted_at >= self.closed_at
        return None if was_applied else self.closed_at


def folded(text: str) -> str:
    """The form in which carriers and claim numbers are compared: case and the number of spaces do not matter."""
    return " ".join(text.split()).casefold()


def is_future(day: date, now: datetime) -> bool:
    """Whether the day has not begun anywhere on earth."""
    return day > (now + _EARLIEST_ZONE).date()
