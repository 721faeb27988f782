"""A lead, what may follow on what, and how an upsert merges."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from typing import Literal

from eal.audit import Actor
from eal.clock import Instant

type Status = Literal["new", "contacted", "qualified", "scheduled", "won", "lost", "disqualified"]
type LossType = Literal["water", "sewage", "fire", "mold", "storm", "biohazard", "rebuild", "other"]

type Urgency = Literal["emergency", "high", "normal", "low"]

OPEN: tuple[Status, ...] = ("new", "contacted", "qualified", "scheduled")
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
"""Contacts that a lead or a prospect had: more than two changes of all that it can have."""

_REPLACED, _NOT_TAKEN = "Before: ", "Also given: "
"""How the lines of the notes begin that keep what a lead said before, and what a later capture said otherwise."""
_SAID_ONCE = (
    "first_name", "last_name", "company", "address", "source_detail", "loss_type", "urgency", "assigned_to",
)  # fmt: skip
"""Fields with one value, besides the e-mail: of two captures that differ, one's goes into such a line."""
_KEPT_LINE = re.compile(
    rf"(?:{_REPLACED}|{_NOT_TAKEN})(?:{'|'.join(_SAID_ONCE)}|(?:metadata|attribution)\..{{1,40}}?): "
)
_ROOM_FOR_VISITS = 5_000
"""Characters of the notes beyond which no attribution of a later visit is added: each visit has new ones."""

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


def without_kept_lines(notes: str | None) -> str | None:
    """What people wrote, without the values that captures have left there."""
    if not notes:
        return notes
    return "\n\n".join(one for one in notes.split("\n\n") if not _KEPT_LINE.match(one))


def over_limit(lead: Lead) -> tuple[str, str] | None:
    """A field that has grown too long by what was added to it, with the reason; None where all fit.

    The field has no name where it is the lead as a whole.
    """
    if len(lead.notes or "") > MOST_NOTES:
        return "notes", f"would have more than {MOST_NOTES} characters with what is there already"
    for name, most in (
        ("phones", MOST_PHONES),
        ("additional_emails", MOST_PHONES),
        ("metadata", MOST_METADATA),
    ):
        if len(getattr(lead, name)) > most:
            return name, f"would have more than {most} entries with what is there already"
    if (size := json_size({name: getattr(lead, name) for name in _SAID})) > LARGEST:
        return "", f"a lead has at most {LARGEST} bytes as JSON in all, and this one would have {size}"
    return None


def json_size(said: Mapping[str, object]) -> int:
    """Bytes of some fields as JSON in UTF-8."""
    return len(json.dumps(said, default=astuple, ensure_ascii=False).encode(errors="replace"))


def merged(lead: Lead, newer: Lead) -> Lead:
    """The lead with what a newer capture of the same person says. No value of the lead is lost.

    What the newer one gives replaces, and what it replaces becomes a line of the notes. Contacts are united: another
    e-mail joins `additional_emails`. Status, source and the first attribution stay; later ones are noted while there
    is much room.
    """
    return _keeping(_united(lead, newer), lead, newer)


def filled_in(lead: Lead, other: Lead) -> Lead:
    """The lead with what somebody else's record of the same person adds: what it says itself stays.

    What the other one says otherwise becomes a line of the notes. A name that differs stays as a whole, and so does
    where the lead came from.
    """
    is_same_name = lead.first_name in (None, other.first_name) and lead.last_name in (None, other.last_name)
    after = replace(
        _united(lead, other),
        first_name=lead.first_name or (other.first_name if is_same_name else None),
        last_name=lead.last_name or (other.last_name if is_same_name else None),
        company=lead.company or other.company,
        address=lead.address or other.address,
        source_detail=lead.source_detail,
        loss_type=lead.loss_type or other.loss_type,
        urgency=lead.urgency or other.urgency,
        metadata={**other.metadata, **lead.metadata},
        assigned_to=lead.assigned_to or other.assigned_to,
    )
    return _keeping(after, lead, other)


def filled_in_where_room(lead: Lead, other: Lead) -> Lead:
    """The same without what would outgrow the lead: for forms and calls, whose senders cannot be told to say less."""
    for piece in _pieces(other):
        more = filled_in(lead, piece)
        if not over_limit(more):
            lead = more
    return lead


def _united(lead: Lead, newer: Lead) -> Lead:
    email = lead.email or newer.email
    others = dict.fromkeys(one for one in (*lead.additional_emails, newer.email) if one and one != email)
    return replace(
        lead,
        first_name=newer.first_name or lead.first_name,
        last_name=newer.last_name or lead.last_name,
        company=newer.company or lead.company,
        email=email,
        additional_emails=tuple(others),
        phones=tuple(dict.fromkeys((*lead.phones, *newer.phones))),
        address=newer.address or lead.address,
        source_detail=newer.source_detail or lead.source_detail,
        loss_type=newer.loss_type or lead.loss_type,
        notes=with_note(lead.notes, newer.notes),
        metadata={**lead.metadata, **newer.metadata},
        attribution={**newer.attribution, **lead.attribution},
        assigned_to=newer.assigned_to or lead.assigned_to,
    )


def _keeping(after: Lead, lead: Lead, newer: Lead) -> Lead:
    """What came of the two, with a line of the notes for each of their values that it has not."""
    has, notes = _lines(after), after.notes
    for word, one in ((_REPLACED, lead), (_NOT_TAKEN, newer)):
        for name, text in _lines(one).items():
            if has.get(name) == text:
                continue
            more = with_note(notes, f"{word}{name}: {text}")
            if not name.startswith("attribution.") or len(more or "") <= _ROOM_FOR_VISITS:
                notes = more
    return replace(after, notes=notes)


def _lines(lead: Lead) -> dict[str, str]:
    """The values that two captures may say differently, by their names, each as one line."""
    address = lead.address and (
        lead.address.line1,
        lead.address.line2,
        lead.address.city,
        f"{lead.address.state} {lead.address.postal_code}",
        lead.address.country,
    )
    texts: dict[str, str | None] = {
        **{name: getattr(lead, name) for name in _SAID_ONCE},
        "address": ", ".join(filter(None, address or ())),
        **{f"metadata.{name}": text for name, text in lead.metadata.items()},
        **{f"attribution.{name}": text for name, text in lead.attribution.items()},
    }
    return {name: " ".join(text.split()) for name, text in texts.items() if text}


def bare(lead: Lead) -> Lead:
    """The lead without a word of what it says."""
    return Lead(
        id=lead.id,
        status=lead.status,
        source=lead.source,
        created_at=lead.created_at,
        updated_at=lead.updated_at,
        version=lead.version,
        salt=lead.salt,
    )


def _pieces(lead: Lead) -> Iterator[Lead]:
    """The lead's values one by one; its name is one."""
    nothing = bare(lead)
    yield replace(nothing, email=lead.email)
    yield from (replace(nothing, phones=(one,)) for one in lead.phones)
    yield replace(nothing, first_name=lead.first_name, last_name=lead.last_name)
    yield replace(nothing, notes=lead.notes)
    for name in ("company", "address", "loss_type", "urgency", "source_detail", "assigned_to"):
        yield replace(nothing, **{name: getattr(lead, name)})
    yield from (replace(nothing, metadata={name: text}) for name, text in lead.metadata.items())
    yield from (replace(nothing, attribution={name: text}) for name, text in lead.attribution.items())
