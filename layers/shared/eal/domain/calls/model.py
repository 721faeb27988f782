"""A call: what the tracker says of it, whatever the order it says it in, and what we made of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from eal.ai.classification import Classification, Evidence, Intent, Urgency
from eal.ai.provenance import Provenance
from eal.core.clock import Instant

type Status = Literal["in_progress", "received", "classified", "dispatched", "closed"]
type Direction = Literal["inbound", "outbound"]

RUNS_KEPT = 20
SEEN_KEPT = 50
"""Bodies that a call remembers: one that is sent again counts as received the first time."""

PERSONAL = frozenset(
    {
        "caller_number", "caller_name", "caller_city", "caller_state", "caller_country", "note",
        "destination_number", "agent_email", "tags", "transcript_sha256",
        "attribution.gclid", "attribution.fbclid", "attribution.msclkid", "attribution.referring_url",
        "attribution.landing_page_url", "attribution.last_requested_url",
    }
)  # fmt: skip
"""Facts that audit records hold as commitments. A web page's address can name a person in its query, and so
can a tag, which is free text; the number that rings is often a technician's own."""
SECRET = frozenset({"recording_url"})
"""The vendor's recording address opens the recording to whoever has it."""


_LOSSES = frozenset(
    {
        Intent.WATER, Intent.SEWAGE, Intent.FIRE, Intent.MOLD, Intent.STORM, Intent.BIOHAZARD, Intent.REBUILD,
        Intent.OTHER,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a tracker says of a call. None and empty mean that it said nothing."""

    direction: Direction | None = None
    answered: bool | None = None
    voicemail: bool | None = None
    caller_number: str | None = None
    caller_name: str | None = None
    caller_city: str | None = None
    caller_state: str | None = None
    caller_country: str | None = None
    tracking_number: str | None = None
    destination_number: str | None = None
    started_at: Instant | None = None
    duration_seconds: int | None = None
    first_call: bool | None = None
    source_name: str | None = None
    attribution: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    note: str | None = None
    value_cents: int | None = None
    vendor_lead_status: str | None = None
    spam: bool | None = None
    agent_email: str | None = None
    company_id: str | None = None
    tracker_id: str | None = None
    recording_url: str | None = None
    recording_seconds: int | None = None
    transcript_sha256: str | None = None

    def said(self) -> dict[str, Any]:
        """What is not empty, by name; each part of the attribution is a fact of its own."""
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "attribution"}
        named |= {f"attribution.{name}": value for name, value in self.attribution.items()}
        return {name: value for name, value in named.items() if value not in (None, "", ())}

    def with_said(self, said: dict[str, Any]) -> "Facts":
        """These facts with some of them replaced, by the names of `said`."""
        attribution = {
            name.removeprefix("attribution."): value
            for name, value in said.items()
            if name.startswith("attribution.")
        }
        own = {name: value for name, value in said.items() if not name.startswith("attribution.")}
        return replace(self, attribution={**self.attribution, **attribution}, **own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one event of a tracker says of one call.

    `rank` is how final its kind is: 1 to 9. `digest` is the same for events that count as one. `cleared` names the
    facts that it says are empty now.
    """

    vendor: str
    vendor_call_id: str
    rank: int
    received_at: datetime
    digest: str
    ended: bool
    facts: Facts
    cleared: frozenset[str] = frozenset()
    transcript: str | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The facts that it tells, by name, those that it clears with their empty value."""
        return {**{name: getattr(Facts(), name) for name in self.cleared}, **self.facts.said()}

    @property
    def order(self) -> str:
        """Sorts events: by rank, then by time, then by content, so that no two different events are equal.

        The time is that of our receipt: a tracker's event tells the call's times, and not its own.
        """
        return f"{self.rank}{round(self.received_at.timestamp() * 1000):013d}{self.digest[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One judgement of the call, with its provenance."""

    at: Instant
    intent: Intent
    urgency: Urgency
    qualified: bool | None = None
    confidence: float
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    safety: bool = False
    hazards: tuple[str, ...] = ()
    engine: str
    model: str
    prompt_version: str | None = None
    input_sha256: str
    tokens: int = 0
    cost_microusd: int = 0
    latency_ms: int = 0
    fallback: bool = False

    @classmethod
    def of(cls, judged: Classification, provenance: Provenance, at: datetime) -> "Run":
        return cls(
            at=at,
            **{one.name: getattr(judged, one.name) for one in fields(judged)},
            **{one.name: getattr(provenance, one.name) for one in fields(provenance)},
        )

    @property
    def answer(self) -> tuple[Intent, Urgency, bool | None]:
        """What subscribers act on: a run that does not change it is not told to them again."""
        return self.intent, self.urgency, self.qualified

    @property
    def output_sha256(self) -> str:
        judged = {
            "intent": self.intent, "urgency": self.urgency, "qualified": self.qualified,
            "confidence": self.confidence, "reasons": self.reasons, "safety": self.safety,
            "hazards": self.hazards,
            "evidence": [(one.field, one.quote, one.turn) for one in self.evidence],
        }  # fmt: skip
        return _sha256(judged)

    def without_quotes(self) -> "Run":
        """The run as lists and events show it: its evidence quotes the transcript, which they leave out."""
        return replace(self, evidence=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`order` has, for each fact, its event's order; `seen` the digests of events that had an effect."""

    id: str
    vendor: str
    vendor_call_id: str
    status: Status
    facts: Facts
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    order: dict[str, str]
    seen: tuple[str, ...]
    transcript_version: int = 0
    asked_sha256: str | None = None
    classification: Run | None = None
    runs_version: int = 0
    classified_at: Instant | None = None
    qualified_at: Instant | None = None
    lead_id: str | None = None

    @property
    def direction(self) -> Direction:
        return self.facts.direction or "inbound"

    @property
    def has_ended(self) -> bool:
        return self.status != "in_progress"

    @property
    def ended_at(self) -> datetime | None:
        started, seconds = self.facts.started_at, self.facts.duration_seconds
        if not self.has_ended or started is None or seconds is None:
            return None
        return started + timedelta(seconds=seconds)

    @property
    def person_name(self) -> str | None:
        """The caller's name, unless it is the place: caller ID says "Laguna Beach Ca" for lack of a name."""
        name, city, state = self.facts.caller_name, self.facts.caller_city, self.facts.caller_state
        if name and city and name.casefold() in (city.casefold(), f"{city} {state or ''}".casefold().strip()):
            return None
        return name

    @property
    def loss_type(self) -> str | None:
        """The loss that the call is about, in a lead's words; None for calls about something else."""
        judged = self.classification.intent if self.classification else None
        return judged.value if judged in _LOSSES else None

    def input_sha256(self) -> str:
        """What a judgement rests on: the same input need not be judged twice."""
        return _sha256(
            {
                "transcript_sha256": self.facts.transcript_sha256,
                "answered": self.facts.answered,
                "voicemail": self.facts.voicemail,
            }
        )


def first(snapshot: Snapshot, *, call_id: str, salt: str, at: datetime) -> Call:
    """The call that an event is the first to tell of."""
    unknown = Call(
        id=call_id,
        vendor=snapshot.vendor,
        vendor_call_id=snapshot.vendor_call_id,
        status="in_progress",
        facts=Facts(),
        created_at=at,
        updated_at=at,
        version=1,
        salt=salt,
        order={},
        seen=(),
    )
    return merged(unknown, snapshot)


def merged(call: Call, snapshot: Snapshot) -> Call:
    """The call with what an event adds: the same object where it adds nothing.

    Each fact comes from the highest event that says or clears it. So the events' order and repetition do not matter:
    taking the highest is commutative, associative and idempotent. An event that changes no value may still be
    news: it can be later than another one that is still under way.
    """
    if snapshot.digest in call.seen:
        return call
    taken = {
        name: value for name, value in snapshot.said.items() if snapshot.order > call.order.get(name, "")
    }
    status: Status = "received" if snapshot.ended and not call.has_ended else call.status
    if not taken and status == call.status:
        return call
    return replace(
        call,
        status=status,
        facts=call.facts.with_said(taken),
        order={**call.order, **dict.fromkeys(taken, snapshot.order)},
        seen=(*call.seen, snapshot.digest)[-SEEN_KEPT:],
    )


def _sha256(value: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
