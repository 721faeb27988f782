"""A lead: its state, and the rules for its transitions, contacts and notes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from eal.ai.leads import Band
from eal.core.audit import Actor
from eal.core.clock import Instant
from eal.domain.leads.address import Address
from eal.domain.leads.limits import (
    MAX_JSON_BYTES,
    MAX_METADATA_ENTRIES,
    MAX_NOTES_CHARACTERS,
    MAX_PHONES,
    json_size,
)
from eal.domain.leads.vocabulary import LossType, Status, Urgency

PERSONAL = frozenset(
    {
        "first_name",
        "last_name",
        "company",
        "assigned_to",
        "email",
        "additional_emails",
        "phones",
        "address",
        "notes",
        "metadata",
        "source_detail",
        "attribution",
        "reason",
    }
)
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""

_SIZED_BY_CALLER = PERSONAL - {"reason"}
"""Fields whose size the caller decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """The points of one feature of a score. `reason` is a phrase of the scorer and never quotes the lead."""

    feature: str
    points: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """0 to 100: the sum of the contributions' points. `scorer` is the version of the scoring rules."""

    value: int
    scorer: str
    scored_at: Instant
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """The trained reading of the text with the hash `notes_sha256`, if it gives the lead another band than the
    phrases do. Without it, the next request that changes the lead would score it by the phrases again.
    """

    band: Band
    share: float
    confidence: float
    model: str
    notes_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSync:
    """The state of the lead's latest push to the tenant's CRM. In test mode it is simulated: nothing is sent."""

    push_id: str
    status: Literal["pending", "synced", "failed"]
    requested_at: Instant
    simulated: bool = False
    attempts: int = 0
    last_attempt_at: Instant | None = None
    next_attempt_at: Instant | None = None
    synced_at: Instant | None = None
    last_status_code: int | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One transition or one score of a lead. `before` and `after` are statuses for a transition, points for a score."""

    id: str
    lead_id: str
    type: Literal["transition", "score"]
    at: Instant
    by: Actor
    before: Status | int | None = None
    after: Status | int
    reason: str | None = None
    scorer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `urgency` is that of the call from which the lead was captured. `reached` are all statuses that the lead has had, in
    the order of their first occurrence; `contacted_at` is when it was first contacted. `former_contacts`, newest last
    and never shown, are for the erasure, which deletes the messages from and to them.
    """

    id: str
    status: Status
    source: str
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    additional_emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address: Address | None = None
    source_detail: str | None = None
    loss_type: LossType | None = None
    notes: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    attribution: dict[str, str] = field(default_factory=dict)
    assigned_to: str | None = None
    call_id: str | None = None
    prospect_id: str | None = None
    urgency: Urgency | None = None
    reached: tuple[Status, ...] = ("new",)
    contacted_at: Instant | None = None
    score: Score | None = None
    notes_reading: StoredReading | None = None
    crm_sync: CrmSync | None = None
    former_contacts: tuple[str, ...] = ()

    @property
    def contacts(self) -> frozenset[str]:
        """Contacts that no other lead of the tenant may have: `email#…` and `phone#…`."""
        emails = {self.email, *self.additional_emails} - {None}
        return frozenset(
            {*(f"email#{email}" for email in emails), *(f"phone#{phone}" for phone in self.phones)}
        )


def moved(lead: Lead, to: Status, at: datetime) -> Lead:
    """The lead after a transition that TRANSITIONS allows."""
    return replace(
        lead,
        status=to,
        reached=tuple(dict.fromkeys((*lead.reached, to))),
        contacted_at=at if to == "contacted" and lead.contacted_at is None else lead.contacted_at,
        updated_at=at,
        version=lead.version + 1,
    )


def with_note(notes: str | None, note: str | None) -> str | None:
    """The notes with one more paragraph, unless they contain it already, as when the same form is sent twice."""
    if not note or not notes:
        return note or notes
    return notes if f"\n\n{note}\n\n" in f"\n\n{notes}\n\n" else f"{notes}\n\n{note}"


def over_limit(lead: Lead) -> tuple[str, str] | None:
    """A field that exceeds its limit, with an error message; None if there is none.

    The field's name is empty if the lead as a whole is too large.
    """
    if len(lead.notes or "") > MAX_NOTES_CHARACTERS:
        return (
            "notes",
            f"Would have more than {MAX_NOTES_CHARACTERS} characters, including the existing notes.",
        )
    for name, limit in (
        ("phones", MAX_PHONES),
        ("additional_emails", MAX_PHONES),
        ("metadata", MAX_METADATA_ENTRIES),
    ):
        if len(getattr(lead, name)) > limit:
            return name, f"Would have more than {limit} entries, including the existing ones."
    if (size := json_size({name: getattr(lead, name) for name in _SIZED_BY_CALLER})) > MAX_JSON_BYTES:
        return "", f"A lead must be at most {MAX_JSON_BYTES} bytes of JSON. This one would have {size}."
    return None
