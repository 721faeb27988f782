"""A lead, and what may follow on what."""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from typing import Literal

from eal.core.audit import Actor
from eal.core.clock import Instant

type Status = Literal["new", "contacted", "qualified", "scheduled", "won", "lost", "disqualified"]
type LossType = Literal["water", "sewage", "fire", "mold", "storm", "biohazard", "rebuild", "other"]

type OnDuplicate = Literal["error", "return", "update"]
"""What becomes of a new lead with the e-mail or a phone of another one: refused, dropped, or merged into it."""
type Urgency = Literal["emergency", "high", "normal", "low"]

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    "new": ("contacted", "lost", "disqualified"),
    "contacted": ("qualified", "lost", "disqualified"),
    "qualified": ("scheduled", "lost", "disqualified"),
    "scheduled": ("won", "lost", "disqualified"),
    "won": (),
    "lost": ("new",),
    "disqualified": ("new",),
}
"""What may follow on each status; `new` from lost or disqualified reopens the lead."""

MOST_NOTES, MOST_PHONES, MOST_METADATA = 10_000, 10, 50
"""Characters and entries; what an upsert or a transition adds counts too, or an item would outgrow the table."""

LARGEST = 48 * 1024
"""Bytes of all that a lead or a prospect says, as JSON in UTF-8: it is in an item with its event, in the answer that is
kept for a repeat, and many of them in one transaction."""

_FORMER_KEPT = 50
"""Former contacts kept: enough for two complete changes of all contacts."""

NEEDS_REASON: frozenset[Status] = frozenset({"lost"})

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
"""Fields that are, or may hold, personal data: the audit log shows commitments to them."""

_SAID = PERSONAL - {"reason"}
"""Fields whose size whoever writes them decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    line1: str
    city: str
    state: str
    postal_code: str
    line2: str | None = None
    country: str = "US"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one feature adds to a score, or takes from it. `reason` is the scorer's phrase, never the lead's words."""

    feature: str
    points: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """0 to 100: the sum of the contributions' points. `scorer` is the version of the rules that gave it."""

    value: int
    scorer: str
    scored_at: Instant
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSync:
    """How far the lead's newest push to the tenant's CRM has come. One of test mode is simulated: nothing is sent."""

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
    """One transition or one score of a lead, an item of its own. Statuses or points are in `before` and `after`."""

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
    """`salt` is for the audit log's commitments: it is stored here and nowhere else, and never shown.

    `urgency` is that of the call that the lead came from. `reached` are the statuses it has had, in their first order;
    `contacted_at` is when it was first contacted. `former_contacts` are what it had and gave up, the newest last: never
    shown either, they lead its erasure to what was written there.
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
    crm_sync: CrmSync | None = None
    former_contacts: tuple[str, ...] = ()

    @property
    def contacts(self) -> frozenset[str]:
        """What no other lead of the tenant may have too: `email#…` and `phone#…`."""
        emails = {self.email, *self.additional_emails} - {None}
        return frozenset(
            {*(f"email#{email}" for email in emails), *(f"phone#{phone}" for phone in self.phones)}
        )


def given_up(former: Sequence[str], before: Set[str], after: Set[str]) -> tuple[str, ...]:
    """The former contacts of who had those before and has these now, the newest last."""
    gone = sorted(before - after)
    return (*(one for one in former if one not in before | after), *gone)[-_FORMER_KEPT:]


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
    """The notes with one more paragraph, unless it is there already: the same form sent twice says nothing new."""
    if not note or not notes:
        return note or notes
    return notes if f"\n\n{note}\n\n" in f"\n\n{notes}\n\n" else f"{notes}\n\n{note}"


def over_limit(lead: Lead) -> tuple[str, str] | None:
    """A field that has grown too long by what was added to it, with the reason; None where all fit.

    The field has no name where it is the lead as a whole.
    """
    if len(lead.notes or "") > MOST_NOTES:
        return "notes", f"Would have more than {MOST_NOTES} characters, including the existing notes."
    for name, most in (
        ("phones", MOST_PHONES),
        ("additional_emails", MOST_PHONES),
        ("metadata", MOST_METADATA),
    ):
        if len(getattr(lead, name)) > most:
            return name, f"Would have more than {most} entries, including the existing ones."
    if (size := json_size({name: getattr(lead, name) for name in _SAID})) > LARGEST:
        return "", f"A lead must be at most {LARGEST} bytes of JSON. This one would have {size}."
    return None


def json_size(said: Mapping[str, object]) -> int:
    """Bytes of some fields as JSON in UTF-8."""
    return len(json.dumps(said, default=astuple, ensure_ascii=False).encode(errors="replace"))
