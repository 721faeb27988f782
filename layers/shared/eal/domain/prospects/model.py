"""A prospect: somebody to reach out to, what was judged of them, and how far the outreach has come."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self

from eal.ai.provenance import Provenance
from eal.core.clock import Instant
from eal.domain.leads.model import LARGEST, Address, json_size

type QualificationStatus = Literal["pending", "qualified", "disqualified", "undetermined"]
type OutreachState = Literal[
    "not_started", "enrolled", "contacted", "replied", "meeting", "opted_out", "converted"
]
type Value = str | int | float | bool | None
"""What an enrichment may hold under a name."""

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
"""Fields that are, or may hold, personal data: the audit log shows commitments to them.

The hash of a judgement's input is one: it is made of little, and whoever guesses that can check the guess.
"""


_SAID = PERSONAL - {"input_sha256"}
"""Fields whose size whoever writes them decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The person to speak with."""

    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """What an engine judged; `pending` until one did, and then all fields are there."""

    status: QualificationStatus = "pending"
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    provenance: Provenance | None = None
    qualified_at: Instant | None = None

    @property
    def output_sha256(self) -> str:
        """Of what was answered, for the audit log."""
        answer = [self.status, self.confidence, self.reasons]
        return hashlib.sha256(json.dumps(answer, separators=(",", ":")).encode()).hexdigest()

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
        """An engine's answer, where None means that it could not be known."""
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
    """`salt` is for the audit log's commitments: it is stored here and nowhere else, and never shown.

    `former_contacts` are what it had and gave up, the newest last, and never shown either.
    `lead_id` is there exactly where `outreach_state` is converted, which is final.
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
        """As leads claim them: `email#…` and `phone#…`."""
        emails = [f"email#{self.email}"] if self.email else []
        return frozenset({*emails, *(f"phone#{phone}" for phone in self.phones)})

    @property
    def is_too_large(self) -> bool:
        return json_size({name: getattr(self, name) for name in _SAID}) > LARGEST

    @property
    def is_named(self) -> bool:
        return bool(self.company or self.email)

    @property
    def can_be_reached(self) -> bool:
        return bool(self.email or self.phones)

    @property
    def postal_code(self) -> str | None:
        """The address's; without one, what the enrichment says. A number has lost the zeros that it began with."""
        if self.address:
            return self.address.postal_code
        match self.enrichment.get("postal_code"):
            case str(text) if text:
                return text
            case int(number) if not isinstance(number, bool) and 0 < number < 100_000:
                return f"{number:05d}"
            case _:
                return None
