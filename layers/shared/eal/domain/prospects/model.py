"""A prospect: a potential customer, its qualification, and the state of the outreach."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self

from eal.ai.provenance import Provenance
from eal.core.clock import Instant
from eal.domain.leads.address import Address
from eal.domain.leads.limits import MAX_JSON_BYTES, json_size

type QualificationStatus = Literal["pending", "qualified", "disqualified", "undetermined"]
type OutreachState = Literal[
    "not_started", "enrolled", "contacted", "replied", "meeting", "opted_out", "converted"
]
OUTREACH_STATES: tuple[OutreachState, ...] = (
    "not_started",
    "enrolled",
    "contacted",
    "replied",
    "meeting",
    "opted_out",
    "converted",
)
"""Outreach states, in the order in which outreach advances them. People may set any of them but `converted`."""
type Value = str | int | float | bool | None
"""The value of a field of an enrichment."""

PERSONAL = frozenset(
    {
        "company",
        "contact",
        "email",
        "phones",
        "website",
        "address",
        "notes",
        "metadata",
        "assigned_to",
        "enrichment",
        "input_sha256",
    }
)
"""Fields that are, or may contain, personal data: the audit log shows commitments to them.

The hash of a qualification's input is one, because the input is short enough to be guessed and verified by the hash.
"""

_SIZED_BY_CALLER = PERSONAL - {"input_sha256"}
"""Fields whose size the caller decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The contact person."""

    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """The result of an engine. All other fields are set unless the status is `pending`."""

    status: QualificationStatus = "pending"
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    provenance: Provenance | None = None
    qualified_at: Instant | None = None

    @property
    def output_sha256(self) -> str:
        """The hash of the result, for the audit log."""
        result = [self.status, self.confidence, self.reasons]
        return hashlib.sha256(json.dumps(result, separators=(",", ":")).encode()).hexdigest()

    @classmethod
    def of(
        cls,
        qualified: bool | None,
        *,
        confidence: float,
        reasons: tuple[str, ...],
        provenance: Provenance,
        at: datetime,
    ) -> Self:
        """The result of an engine. `qualified` is None if the facts do not suffice."""
        statuses: dict[bool | None, QualificationStatus] = {
            True: "qualified",
            False: "disqualified",
            None: "undetermined",
        }
        return cls(
            status=statuses[qualified],
            confidence=confidence,
            reasons=reasons,
            provenance=provenance,
            qualified_at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `former_contacts`, newest last, are never shown either. `lead_id` is set if and only if `outreach_state` is
    `converted`, which is final.
    """

    id: str
    source: str
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    company: str | None = None
    contact: Contact | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()
    website: str | None = None
    address: Address | None = None
    notes: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    assigned_to: str | None = None
    enrichment: dict[str, Value] = field(default_factory=dict)
    qualification: Qualification = Qualification()
    outreach_state: OutreachState = "not_started"
    lead_id: str | None = None
    former_contacts: tuple[str, ...] = ()

    @property
    def contacts(self) -> frozenset[str]:
        """`email#…` and `phone#…`."""
        return self.claimed_contacts | {f"phone#{phone}" for phone in self.phones}

    @property
    def claimed_contacts(self) -> frozenset[str]:
        """Contacts that no other prospect of the tenant may have: the e-mail address. Phone numbers may be shared."""
        return frozenset({f"email#{self.email}"} if self.email else ())

    @property
    def is_too_large(self) -> bool:
        return json_size({name: getattr(self, name) for name in _SIZED_BY_CALLER}) > MAX_JSON_BYTES

    @property
    def is_named(self) -> bool:
        return bool(self.company or self.email)

    @property
    def can_be_reached(self) -> bool:
        return bool(self.email or self.phones)

    @property
    def postal_code(self) -> str | None:
        """The postal code of the address or else of the enrichment. A number gets back its leading zeros."""
        if self.address:
            return self.address.postal_code
        match self.enrichment.get("postal_code"):
            case str(text) if text:
                return text
            case int(number) if not isinstance(number, bool) and 0 < number < 100_000:
                return f"{number:05d}"
            case _:
                return None
