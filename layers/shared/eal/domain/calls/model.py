"""A call: the facts that a tracker reports, in whatever order its events arrive, and the classification."""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from eal.ai.classification import (
    LOSSES,
    UNNAMED_HAZARD,
    Classification,
    Confidences,
    DangerSign,
    Evidence,
    Intent,
    Urgency,
)
from eal.ai.provenance import Provenance
from eal.core.clock import Instant
from eal.domain.dispatch.model import DecidedBy, Dispatch

type Status = Literal["in_progress", "received", "needs_review", "dispatched", "closed"]
type Direction = Literal["inbound", "outbound"]
type CallbackStatus = Literal["scheduled", "attempted", "reached", "voicemail", "failed"]
type RecordingStatus = Literal["pending", "stored", "failed"]
type Qualified = Literal["true", "false", "undetermined"]

MAX_RUNS = 20
MAX_SEEN_DIGESTS = 50
"""Events that a call remembers, so that a repeated one has no effect."""
MAX_MODIFICATIONS = 20
"""Modifications of a call that take effect in MODIFICATIONS_PERIOD. Each makes a version, an audit record and an object
of the archive, and whoever captured one can send it as often as they like."""
MODIFICATIONS_PERIOD = timedelta(hours=1)

PERSONAL = frozenset(
    {
        "caller_number", "caller_name", "caller_city", "caller_state", "caller_country", "note",
        "destination_number", "agent_email", "tags", "transcript_sha256",
        "attribution.gclid", "attribution.fbclid", "attribution.msclkid", "attribution.referring_url",
        "attribution.landing_page_url", "attribution.last_requested_url",
    }
)  # fmt: skip
"""Facts that audit records contain as commitments. The query of a page's URL can name a person, and so can a tag,
which is free text. The destination number is often a technician's own."""
SECRET = frozenset({"recording_url"})
"""The vendor's recording URL needs no authentication."""

QUALIFIED: dict[Qualified, bool | None] = {"true": True, "false": False, "undetermined": None}
"""The words for `qualified` wherever null already means that there is no value."""

RUN_OVERDUE = timedelta(hours=1)
"""Longer than a task can wait between its receives: five visibility timeouts of its queue take a quarter of an hour."""

PERSON = "person"
"""The engine of a classification that nobody but a person made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a call that a tracker reports. None and empty mean unknown."""

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
    ended_at: Instant | None = None
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

    def known(self) -> dict[str, Any]:
        """The facts that are not empty, by name. Each part of the attribution is a separate fact."""
        named = {fact.name: getattr(self, fact.name) for fact in fields(self) if fact.name != "attribution"}
        named |= {f"attribution.{name}": value for name, value in self.attribution.items()}
        return {name: value for name, value in named.items() if value not in (None, "", ())}

    def with_values(self, values: dict[str, Any]) -> Self:
        """The facts with some of them replaced, named as by `known`."""
        attribution = {
            name.removeprefix("attribution."): value
            for name, value in values.items()
            if name.startswith("attribution.")
        }
        own = {name: value for name, value in values.items() if not name.startswith("attribution.")}
        return replace(self, attribution={**self.attribution, **attribution}, **own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One call as one event of a tracker reports it.

    `rank` is how final the kind of event is, from 1 to 9. Events with the same `digest` count as one. `cleared` names
    the facts that the event empties. `is_modification`: it is an event each time it is received.
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
    is_modification: bool = False

    @property
    def changes(self) -> dict[str, Any]:
        """The facts that the event sets, by name, and those that it clears, with their empty value."""
        return {**{name: getattr(Facts(), name) for name in self.cleared}, **self.facts.known()}

    @property
    def order(self) -> str:
        """The sort key of events: rank, then time, then content, so that no two different events are equal.

        The time is when we received the event: a tracker's event has the times of the call, not its own.
        """
        return f"{self.rank}{round(self.received_at.timestamp() * 1000):013d}{self.digest[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One classification of the call, with its provenance."""

    at: Instant
    intent: Intent
    urgency: Urgency
    qualified: bool | None = None
    confidence: float
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    safety: bool = False
    hazards: tuple[str, ...] = ()
    confidences: Confidences
    unsure: tuple[str, ...] = ()
    likely_urgencies: tuple[Urgency, ...] = ()
    danger_signs: tuple[DangerSign, ...] = ()
    engine: str
    model: str
    prompt_version: str | None = None
    input_sha256: str
    tokens: int = 0
    cost_microusd: int = 0
    latency_ms: int = 0
    fallback: bool = False

    @classmethod
    def of(cls, classification: Classification, provenance: Provenance, at: datetime) -> Self:
        return cls(
            at=at,
            **{member.name: getattr(classification, member.name) for member in fields(classification)},
            **{member.name: getattr(provenance, member.name) for member in fields(provenance)},
        )

    @property
    def provenance(self) -> Provenance:
        return Provenance(**{member.name: getattr(self, member.name) for member in fields(Provenance)})

    @property
    def classified_at(self) -> datetime:
        return self.at

    @property
    def is_of_engine(self) -> bool:
        return self.engine != PERSON

    @property
    def decision(self) -> tuple[Intent, Urgency, bool | None, bool]:
        """The part on which subscribers act: a run that does not change it emits no event."""
        return self.intent, self.urgency, self.qualified, self.safety

    @property
    def output_sha256(self) -> str:
        output = {
            "intent": self.intent, "urgency": self.urgency, "qualified": self.qualified,
            "confidence": self.confidence, "reasons": self.reasons, "safety": self.safety,
            "hazards": self.hazards,
            "evidence": [(evidence.field, evidence.quote, evidence.turn) for evidence in self.evidence],
        }  # fmt: skip
        return _sha256(output)

    def without_quotes(self) -> Self:
        """The run for lists and events: they contain no evidence, because it quotes the transcript."""
        return replace(self, evidence=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's answer, kept next to that of the newest run. None: the person did not decide this field."""

    at: Instant
    by: DecidedBy
    intent: Intent | None = None
    urgency: Urgency | None = None
    qualified: Qualified | None = None
    safety: bool | None = None
    note: str | None = None

    @property
    def fields(self) -> dict[str, Intent | Urgency | bool | None]:
        """The corrected fields, with their values."""
        decided: dict[str, Intent | Urgency | bool | None] = {}
        if self.intent:
            decided["intent"] = self.intent
        if self.urgency:
            decided["urgency"] = self.urgency
        if self.qualified:
            decided["qualified"] = QUALIFIED[self.qualified]
        if self.safety is not None:
            decided["safety"] = self.safety
        return decided

    def over(self, run: Run) -> Run:
        """The run with the corrected fields, of which nobody is unsure. Its provenance stays that of the engine. A
        danger that a person names is an emergency, as any other.
        """
        own = run.confidences
        sure = Confidences(
            intent=1.0 if self.intent else own.intent,
            urgency=1.0 if self.urgency or self.safety else own.urgency,
            qualified=1.0 if self.qualified else own.qualified,
        )
        safety = run.safety if self.safety is None else self.safety
        urgency = Urgency.EMERGENCY if self.safety else self.urgency or run.urgency
        return replace(
            run,
            intent=self.intent or run.intent,
            urgency=urgency,
            safety=safety,
            hazards=(run.hazards or (UNNAMED_HAZARD,)) if safety else (),
            qualified=QUALIFIED[self.qualified] if self.qualified else run.qualified,
            confidence=round((sure.intent + sure.urgency + sure.qualified) / 3, 3),
            confidences=sure,
            unsure=tuple(
                name
                for name in run.unsure
                if name not in self.fields and not (name == "urgency" and self.safety)
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A callback: its outcome, or its planned time."""

    id: str
    call_id: str
    status: CallbackStatus
    at: Instant
    by: DecidedBy
    created_at: Instant
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCallback:
    """The callback with the latest `at`, whatever the order in which they were recorded."""

    status: CallbackStatus
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`order` has the order of the event that set each fact, `seen` the digests of the events that had an effect.

    `received_at` is when the end of the call was received. `enqueued_sha256` is the input of the last classification
    that was enqueued. `classification` is the effective one: the newest run, without its quotes, under the correction;
    `corrected_run` is that run's own answer if there is a correction. `runs_version` counts the runs, and
    `runs_requested` is the number that there are after the last request to run again, which was at `run_requested_at`.
    `modifications` is the number of those that took effect since `modifications_since`.
    """

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
    transcript_deleted_at: Instant | None = None
    recording_deleted_at: Instant | None = None
    enqueued_sha256: str | None = None
    classification: Run | None = None
    runs_version: int = 0
    runs_requested: int = 0
    run_requested_at: Instant | None = None
    correction: Correction | None = None
    corrected_run: Run | None = None
    received_at: Instant | None = None
    first_classified_at: Instant | None = None
    classified_at: Instant | None = None
    first_dispatched_at: Instant | None = None
    qualified_at: Instant | None = None
    lead_id: str | None = None
    dispatch: Dispatch | None = None
    callbacks: int = 0
    last_callback: LastCallback | None = None
    modifications: int = 0
    modifications_since: Instant | None = None

    @property
    def direction(self) -> Direction:
        return self.facts.direction or "inbound"

    @property
    def has_ended(self) -> bool:
        return self.status != "in_progress"

    @property
    def ended_at(self) -> datetime | None:
        """The time that the tracker reports, or else the start plus the duration."""
        started, seconds = self.facts.started_at, self.facts.duration_seconds
        if self.facts.ended_at:
            return self.facts.ended_at
        if not self.has_ended or started is None or seconds is None:
            return None
        return started + timedelta(seconds=seconds)

    @property
    def person_name(self) -> str | None:
        """The caller's name. Caller ID reports the city instead if it has no name, such as "Laguna Beach Ca"."""
        name, city, state = self.facts.caller_name, self.facts.caller_city, self.facts.caller_state
        if name and city and name.casefold() in (city.casefold(), f"{city} {state or ''}".casefold().strip()):
            return None
        return name

    @property
    def loss_type(self) -> str | None:
        """The loss type for a lead; None if the call is not about a loss."""
        intent = self.classification.intent if self.classification else None
        return intent.value if intent in LOSSES else None

    @property
    def newest_run(self) -> Run | None:
        """The engine's own answer, without its quotes; None if no engine has answered."""
        newest = self.corrected_run or self.classification
        return newest if newest and newest.is_of_engine else None

    @property
    def is_overruled(self) -> bool:
        """Whether a person disagrees with the newest run, and does not only confirm it."""
        own, counts = self.corrected_run, self.classification
        return own is not None and counts is not None and own.decision != counts.decision

    @property
    def has_transcript(self) -> bool:
        return self.facts.transcript_sha256 is not None and self.transcript_deleted_at is None

    @property
    def can_be_classified(self) -> bool:
        return self.has_ended and self.direction == "inbound"

    @property
    def waits_for_callback(self) -> bool:
        """Whether the dispatch is a callback that has not reached the customer yet."""
        return (
            self.status == "dispatched" and self.dispatch is not None and self.dispatch.action == "callback"
        )

    @property
    def corrected_at(self) -> datetime | None:
        return self.correction.at if self.correction else None

    @property
    def is_input_classified(self) -> bool:
        """Whether the effective classification has the current input."""
        counts = self.classification
        return counts is not None and counts.input_sha256 == self.input_sha256()

    def is_classified_by(self, versions: Container[tuple[str, str | None]]) -> bool:
        """Whether the newest run has the present input, and a model and prompt version of these, and no other is
        requested.
        """
        newest = self.classification
        return (
            newest is not None
            and newest.input_sha256 == self.input_sha256()
            and (newest.model, newest.prompt_version) in versions
            and self.runs_version >= self.runs_requested
        )

    def awaits_run(self, at: datetime) -> bool:
        """Whether a requested run is still to come at this time."""
        requested = self.run_requested_at if self.runs_requested > self.runs_version else None
        return requested is not None and at < requested + RUN_OVERDUE

    def input_sha256(self) -> str:
        """The hash of the input of a classification. The same input is not classified twice, unless on request."""
        return _sha256(
            {
                "transcript_sha256": self.facts.transcript_sha256,
                "answered": self.facts.answered,
                "voicemail": self.facts.voicemail,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Our copy of the call's recording, or the attempts to make it. `source_sha256` is the hash of the tracker's URL.

    It is an item of its own, because its attempts are no changes of the call. `simulated`: of a call in test mode.
    """

    id: str
    source_sha256: str
    status: RecordingStatus
    requested_at: Instant
    version: int
    attempts: int = 0
    next_attempt_at: Instant | None = None
    last_error: str | None = None
    stored_at: Instant | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A call with its transcript, classification runs and recording, which are separate items. `runs` begin with the
    oldest.
    """

    call: Call
    transcript: str | None
    runs: tuple[Run, ...]
    recording: Recording | None = None

    @property
    def classification(self) -> Run | None:
        """The effective classification, with the evidence of the newest run."""
        counts = self.call.classification
        return replace(counts, evidence=self.runs[-1].evidence) if counts and self.runs else counts


def new_call(snapshot: Snapshot, *, call_id: str, salt: str, at: datetime) -> Call:
    """The call of which `snapshot` is the first event."""
    empty = Call(
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
    return merged(empty, snapshot)


_OUTCOME = frozenset({"answered", "voicemail", "duration_seconds"})


def _is_higher(value: int, known: int | None) -> bool:
    return known is None or value > known


def merged(call: Call, snapshot: Snapshot) -> Call:
    """The call after an event; the same object if the event changes nothing.

    Each fact comes from the event of the highest order that sets or clears it. Taking the maximum is commutative,
    associative and idempotent, so neither the order nor the repetition of events matters. An event that changes no
    value still raises the order of its facts: an earlier event may arrive after it. The outcome of a call is the
    highest value instead: no event takes it back.
    """
    if snapshot.digest in call.seen:
        return call
    newer = {
        name: value
        for name, value in snapshot.changes.items()
        if (
            (name in _OUTCOME and _is_higher(value, getattr(call.facts, name)))
            or (
                (name not in _OUTCOME or value == getattr(call.facts, name))
                and snapshot.order > call.order.get(name, "")
            )
        )
    }
    status: Status = "received" if snapshot.ended and not call.has_ended else call.status
    if not newer and status == call.status:
        return call
    return replace(
        call,
        status=status,
        facts=call.facts.with_values(newer),
        order={**call.order, **dict.fromkeys(newer, snapshot.order)},
        seen=(*call.seen, snapshot.digest)[-MAX_SEEN_DIGESTS:],
    )


class TooManyModifications(Exception):
    """The call has been modified MAX_MODIFICATIONS times. The next modification can take effect at `next_at`."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__("the call was modified too often")
        self.next_at = next_at


def with_modification(before: Call, after: Call, at: datetime) -> Call:
    """The call after a modification that took effect, with its number. The first transcript always takes effect,
    because a danger may be in it.

    Raises: TooManyModifications.
    """
    since = before.modifications_since
    if since is None or at >= since + MODIFICATIONS_PERIOD:
        return replace(after, modifications=1, modifications_since=at)
    is_first_transcript = before.facts.transcript_sha256 is None and after.facts.transcript_sha256 is not None
    if before.modifications >= MAX_MODIFICATIONS and not is_first_transcript:
        raise TooManyModifications(since + MODIFICATIONS_PERIOD)
    return replace(after, modifications=before.modifications + 1)


def with_callback(call: Call, callback: Callback, at: datetime) -> Call:
    """The call after a callback. One that reaches the customer closes a call whose dispatch is a callback."""
    last = call.last_callback
    is_last = last is None or callback.at >= last.at
    return replace(
        call,
        status="closed" if callback.status == "reached" and call.waits_for_callback else call.status,
        callbacks=call.callbacks + 1,
        last_callback=LastCallback(status=callback.status, at=callback.at) if is_last else last,
        updated_at=at,
        version=call.version + 1,
    )


def by_person(correction: Correction, input_sha256: str) -> Run | None:
    """The classification of a call without a run; None if the correction leaves a field open."""
    if not (correction.intent and correction.urgency and correction.qualified):
        return None
    return Run(
        at=correction.at,
        intent=correction.intent,
        urgency=Urgency.EMERGENCY if correction.safety else correction.urgency,
        qualified=QUALIFIED[correction.qualified],
        safety=bool(correction.safety),
        hazards=(UNNAMED_HAZARD,) if correction.safety else (),
        confidence=1.0,
        confidences=Confidences(1.0, 1.0, 1.0),
        engine=PERSON,
        model=PERSON,
        input_sha256=input_sha256,
    )


def _sha256(value: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
