"""Calls, as the API accepts and returns them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Literal, Self

from eal.ai.classification import Intent, Urgency
from eal.ai.provenance import ProvenanceView
from eal.core.clock import Instant
from eal.core.contact import Phone
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, JsonValue, model_validator
from eal.core.wire import Name, Wire, one_line, one_of, prose, without_defaults
from eal.domain.calls.model import (
    Call,
    CallbackStatus,
    CallRecord,
    Direction,
    Facts,
    Qualified,
    Snapshot,
    Status,
)
from eal.domain.calls.recordings import RecordingUrl
from eal.domain.dispatch.wire import DispatchView

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_MAX_TRANSCRIPT_CHARACTERS = 250_000
"""About five hours of talk. An item of DynamoDB has at most 400 KB, and a body 256 KiB."""
_REPORTED_RANK = 3
"""Rank of a call that a request reports. It is as final as CallRail's event after a call: a request reports a call that
has ended."""
_OTHER_WAYS_IN = frozenset({"callrail"})
"""Vendors whose calls a receiver ingests: two ways in could each create half of a call."""


def _without_receiver(vendor: str) -> str:
    if vendor in _OTHER_WAYS_IN:
        raise ValueError(f"Calls of {vendor} are ingested by its webhooks; connect the integration instead.")
    return vendor


_ANSWERED = Field(description="Whether somebody took the call.")
_CALLER_NAME = Field(description="The customer's name, as the call tracker knows it.")
_NOTE = Field(description="For the people who read the callback.")


class CallCreate(Wire):
    """A call that has ended, as a call tracker reports it. `vendor` and `vendor_call_id` identify it."""

    model_config = _INPUT

    vendor: Annotated[
        str,
        Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$"),
        AfterValidator(_without_receiver),
    ]
    """The call tracker, as a slug. `callrail` is reserved for the receiver of its webhooks."""
    vendor_call_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
    """The call tracker's id for the call. It must not contain personal data, because it outlives an erasure of the
    call."""
    caller_number: Phone | None
    """The customer's number: the caller of an inbound call, the called party of an outbound call. Null if it was
    withheld."""
    caller_name: Annotated[Name | None, _CALLER_NAME] = None
    tracking_number: Phone | None = None
    """The call tracker's own number, in any common notation."""
    direction: Direction
    """From the point of view of your organization. Only inbound calls are classified."""
    answered: Annotated[bool, _ANSWERED]
    started_at: Instant
    """When the call began."""
    ended_at: Instant | None = None
    """When the call ended. Defaults to `started_at` plus `duration_seconds`."""
    duration_seconds: Annotated[int, Field(ge=0, le=604_800)]
    """The time from the start of the call to its end, in seconds."""
    transcript: Annotated[str, Field(max_length=_MAX_TRANSCRIPT_CHARACTERS), AfterValidator(prose)] | None = (
        None
    )
    """The transcript: lines of the form "Speaker: text", or plain text."""
    recording_url: Annotated[
        Annotated[str, Field(max_length=2000), AfterValidator(one_line)] | None,
        Field(json_schema_extra={"format": "uri"}),
    ] = None
    """A public https URL of the recording. It is stored as a secret: no response shows it."""

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.ended_at and self.ended_at < self.started_at:
            raise ValueError("'ended_at' must not be before 'started_at'.")
        return self

    def snapshot(self, received_at: datetime) -> Snapshot:
        """The event for `store.ingest`. A repeated body has the same digest and is a duplicate."""
        transcript = self.transcript or None
        return Snapshot(
            vendor=self.vendor,
            vendor_call_id=self.vendor_call_id,
            rank=_REPORTED_RANK,
            received_at=received_at,
            digest=hashlib.sha256(self.model_dump_json().encode()).hexdigest(),
            ended=True,
            facts=Facts(
                direction=self.direction,
                answered=self.answered,
                caller_number=self.caller_number,
                caller_name=self.caller_name,
                tracking_number=self.tracking_number,
                started_at=self.started_at,
                ended_at=self.ended_at,
                duration_seconds=self.duration_seconds,
                recording_url=self.recording_url or None,
                transcript_sha256=hashlib.sha256(transcript.encode()).hexdigest() if transcript else None,
            ),
            transcript=transcript,
        )


def _corrects_or_withdraws(schema: dict[str, JsonValue]) -> None:
    without_defaults("intent", "urgency", "safety")(schema)
    schema["anyOf"] = [
        {"required": ["correction"], "maxProperties": 1},
        {"not": {"required": ["correction"]}},
    ]


class ClassificationUpdate(Wire):
    """The fields present are corrected; the others keep the values of the newest run, or an earlier correction.

    `{"correction": null}` alone withdraws the correction, and the newest run counts again.
    """

    model_config = ConfigDict(**_INPUT, json_schema_extra=_corrects_or_withdraws)

    intent: Annotated[Intent | None, one_of(Intent)] = None
    """The correct intent: what the caller wants done."""
    urgency: Annotated[Urgency | None, one_of(Urgency)] = None
    """The correct urgency: how soon somebody must act."""
    qualified: bool | None = None
    """Whether the call is a lead worth pursuing. Null if it cannot be known from the call."""
    safety: bool | None = None
    """Whether the transcript names a present danger to life. If true, the call is an emergency."""
    note: Annotated[str, Field(max_length=2000), AfterValidator(prose)] | None = None
    """For the people who read the correction. Null clears it."""
    correction: None = None
    """Null withdraws the correction."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if "correction" in self.model_fields_set and len(self.model_fields_set) > 1:
            raise ValueError("'correction' withdraws the correction and must be the only field.")
        if self.safety and self.urgency not in (None, Urgency.EMERGENCY):
            raise ValueError(
                "A call that names a danger to life ('safety') is an emergency: choose emergency as the "
                "urgency, or say that there is no danger."
            )
        return self


class CallbackCreate(Wire):
    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "if": {"required": ["status"], "properties": {"status": {"const": "scheduled"}}},
            "then": {"required": ["at"], "properties": {"at": {"type": "string"}}},
        },
    )

    status: CallbackStatus
    """`scheduled`: the customer is to be called. The other values tell how the call went; `reached` closes a call whose
    dispatch is `callback`."""
    at: Instant | None = None
    """When the customer was called; by default, the time of the request. If `status` is `scheduled`: when the customer
    is to be called, which is required and must be in the future."""
    note: Annotated[Annotated[str, Field(max_length=2000), AfterValidator(prose)] | None, _NOTE] = None


class CallQuery(ListQuery):
    status: Status | None = None
    """The current status. `needs_review` is the review queue."""
    intent: Intent | None = None
    """The current intent, with any correction applied."""
    urgency: Urgency | None = None
    """The current urgency, with any correction applied."""
    qualified: Qualified | None = None
    """`undetermined`: classified, but without a decision."""
    direction: Direction | None = None
    """From the point of view of your organization."""
    answered: Annotated[bool | None, _ANSWERED] = None
    caller_number: Phone | None = None
    """The customer's number. Exact match, in any common notation. Encode + as %2B."""
    model_version: Annotated[str | None, Field(max_length=200)] = None
    """Only calls whose newest run has this `provenance.model`. Earlier runs are in `classification_runs` of their
    call."""
    prompt_version: Annotated[str | None, Field(max_length=200)] = None
    """Only calls whose newest run has this `provenance.prompt_version`."""
    updated_after: Instant | None = None
    """Only calls last changed at or after this time."""


class EvidenceView(Wire):
    """A quote from the transcript, and the field of the classification that it supports."""

    field: str
    """`intent`, `urgency`, `qualified` or `safety`."""
    quote: str
    """The exact quote, at most 240 characters. Redacted on request."""
    turn: int
    """The `index` of the quoted turn, from 0."""


class ConfidencesView(Wire):
    intent: float
    """The probability that `intent` is right, from 0 to 1; 1 if a person decided it."""
    urgency: float
    """The probability that `urgency` is right, from 0 to 1; 1 if a person decided it."""
    qualified: float
    """The probability that `qualified` is right, from 0 to 1; 1 if a person decided it."""


class DangerSignView(Wire):
    """A sentence that names a danger to life, or almost does, and how that was decided."""

    hazard: str
    """The kind of danger, as in `hazards`."""
    turn: int
    """The `index` of the turn that has the sentence, from 0."""
    found_by: list[Literal["rule", "sentence_reader", "call_model", "model"]]
    """The readers that found it. `rule`: a phrase that names the danger in plain words. `sentence_reader`: the trained
    reader of sentences. `call_model`: the trained reader of whole calls. `model`: a model of Bedrock."""
    present: bool
    """Whether it counts as a present danger."""
    because: str
    """`named` if it is present. Otherwise what it is instead: `denied`, `over`, `figure_of_speech`, `harmless`,
    `hypothetical` or `ordinary`."""
    score: float | None
    """The sentence reader's score from 0 to 1; from 0.5 on, the sentence is a danger. Null if it did not find it."""


class ClassificationView(Wire):
    """`qualified` is null if the transcript does not suffice to decide; `reasons` says why. A confidence below 0.5 is
    low.
    """

    intent: Intent
    """The service that the caller asks for. `other`: a real request that fits no other value. `unknown`: the caller
    cannot be understood or says nothing."""
    urgency: Urgency
    """How soon somebody must act. `low`: no service is needed."""
    qualified: bool | None
    """Whether the call is a lead worth pursuing."""
    confidence: float
    """The mean of `confidences`, from 0 to 1."""
    confidences: ConfidencesView
    """For each field, the probability that it is right, from 0 to 1."""
    unsure: list[str]
    """The fields whose confidence is too low to act on."""
    reasons: list[str]
    """The reasons for the decision, as slugs."""
    safety: bool
    """Whether the transcript mentions a present danger to life."""
    hazards: list[str]
    """The present dangers to life: `gas_smell`, `carbon_monoxide`, `fire_burning`, `electrical`, `person_trapped`,
    `person_hurt`, `structure_failing`, `vulnerable_person`, `sewage_exposure`, `violence`, `fumes`,
    `medical_power_lost`; `person_in_danger` for one of an unclear kind."""
    likely_urgencies: list[Urgency]
    """The urgencies that are likely enough to act on. If the urgency is unsure, the most urgent of them decides when
    the review is due."""
    danger_signs: list[DangerSignView]
    """The sentences that name a danger to life, or almost do, and how that was decided."""
    provenance: ProvenanceView
    """The engine that made the classification, its input and its cost."""
    classified_at: Instant
    """When the engine classified the call, or a person did so without it."""


class ClassificationDetail(ClassificationView):
    evidence: list[EvidenceView]
    """The quotes that support the fields. Empty once the transcript is deleted."""


class TurnView(Wire):
    index: int
    """The position of the turn, from 0."""
    speaker: Literal["caller", "agent", "unknown"]
    """The side that speaks. `unknown` if the turn has no label, or one that names neither side."""
    text: str
    """The spoken words, without the speaker's label."""


class TranscriptView(Wire):
    """The transcript as one text, and split into turns."""

    text: str
    """The transcript as provided, or redacted on request. A redacted one ends where `turns` end."""
    turns: list[TurnView]
    """The text split by speaker, up to 60,000 characters and 1,000 turns."""


class RedactionQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    redacted: bool = False
    """Replaces the letters and digits of personal data in the transcript and in quotes from it with asterisks: card,
    social security and phone numbers, e-mail and street addresses, and names."""


class RedactionView(Wire):
    """Personal data that was redacted in a turn: its characters from `start` up to, and without, `end`."""

    turn: int
    """The `index` of the turn, from 0."""
    start: int
    """The position of the first redacted character, from 0, in Unicode code points."""
    end: int
    """The position after the last redacted character, counted like `start`."""
    kind: Literal["card", "ssn", "phone", "email", "address", "name"]
    """Kind of the redacted data. `card`: a payment card number. `ssn`: a US social security number."""


class CallTranscriptView(TranscriptView):
    """A call's transcript. A redacted one has the length of the provided one, so a position in one is the same position
    in the other. It ends after 60,000 characters or 1,000 turns, as `turns` always do.
    """

    call_id: str
    """The id of the call."""
    redacted: bool
    """Whether personal data is replaced with asterisks."""
    redactions: list[RedactionView]
    """The redactions in the turns, in order. Empty unless `redacted` is true. Names in speakers' labels are redacted in
    `text` only, because no turn contains them."""
    version: int
    """The `version` of the call."""

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.call_id,)

    @classmethod
    def of_record(cls, record: CallRecord, *, redacted: bool) -> Self | None:
        """None if the call has no transcript."""
        from eal.domain.calls import transcripts  # only this view and the next need the parser

        transcript = transcripts.of_record(record, redacted=redacted)
        if transcript is None:
            return None
        shown = {
            "call_id": record.call.id,
            "redacted": redacted,
            "text": transcript.text,
            "turns": transcript.turns,
            "redactions": transcript.redactions,
            "version": record.call.version,
        }
        return cls.model_validate(shown, from_attributes=True)


class PersonView(Wire):
    """The API key or member behind a change."""

    type: Literal["api_key", "member"]
    """Whether an API key or a member made the change."""
    id: str
    """The id of the API key or member."""


class CorrectionView(Wire):
    """A person's correction of the classification."""

    at: Instant
    """When the correction was made or last changed."""
    by: PersonView
    """The API key or member that made or last changed the correction."""
    fields: dict[Literal["intent", "urgency", "qualified", "safety"], Intent | Urgency | bool | None]
    """The fields that the person decided, with their values."""
    note: str | None
    """For the people who read the correction. Null if there is none."""


class CallbackView(Wire):
    id: str
    call_id: str
    """The id of the call."""
    status: CallbackStatus
    """`scheduled`: the customer is to be called. The other values tell how the call went."""
    at: Instant
    """When the customer was called, or is to be called if `status` is `scheduled`."""
    note: str | None
    """For the people who read the callback. Null if there is none."""
    by: PersonView
    """The API key or member that recorded the callback."""
    created_at: Instant
    """When the callback was recorded."""

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.call_id,)


class CallbackPage(PageView[CallbackView]):
    pass


class LastCallbackView(Wire):
    """The callback with the latest `at`."""

    status: CallbackStatus
    """`scheduled`: the customer is to be called. The other values tell how the call went."""
    at: Instant
    """When the customer was called, or is to be called if `status` is `scheduled`."""


class CallView(Wire):
    """A call without its content: no transcript, quotes or recording. Events contain the same.

    Unknown values are null: `answered`, `voicemail` and `duration_seconds` are unknown until the call ends.
    """

    id: str
    status: Status
    """`needs_review`, `dispatched` and `closed` follow from the dispatch decision."""
    vendor: str
    """The call tracker, such as `callrail`."""
    vendor_call_id: str
    """The call tracker's id for the call."""
    direction: Direction
    """From the point of view of your organization. `inbound` if the call tracker does not say."""
    answered: Annotated[bool | None, _ANSWERED]
    voicemail: bool | None
    """Whether the call ended with a voicemail."""
    caller_number: str | None
    """The customer's number in E.164 format: the caller of an inbound call, the called party of an outbound call."""
    caller_name: Annotated[str | None, _CALLER_NAME]
    caller_city: str | None
    """The customer's city, as the call tracker reports it."""
    caller_state: str | None
    """The customer's state, as the call tracker reports it, such as `CA`."""
    caller_country: str | None
    """The customer's country, as the call tracker reports it, such as `US`."""
    tracking_number: str | None
    """The call tracker's own number, in E.164 format."""
    destination_number: str | None
    """The number to which the tracker connected the call, in E.164 format."""
    started_at: Instant | None
    """When the call began, as the call tracker reports it."""
    ended_at: Instant | None
    """When the call ended, as reported, or else `started_at` plus `duration_seconds`. Null until then."""
    duration_seconds: int | None
    """The time from the start of the call to its end, in seconds. Null until it ends."""
    first_call: bool | None
    """Whether this is the caller's first call."""
    source_name: str | None
    """The campaign or listing, as named in the call tracker."""
    attribution: dict[str, str]
    """Where the caller came from, as the call tracker reports it: `utm_…`, `gclid`, `landing_page_url`, …"""
    tags: list[str]
    """The tags set in the call tracker. `note`, `value_cents`, `vendor_lead_status` and `spam` are also set there."""
    note: str | None
    """The note on the call in the call tracker."""
    value_cents: int | None
    """The value set in the call tracker, in cents."""
    vendor_lead_status: str | None
    """The lead status in the call tracker, in its own terms."""
    spam: bool | None
    """Whether the call is marked as spam in the call tracker."""
    agent_email: str | None
    """The e-mail address of the agent who took the call."""
    company_id: str | None
    """The call tracker's id for the company."""
    tracker_id: str | None
    """The call tracker's id for the tracking number."""
    has_transcript: bool
    """Whether `GET /calls/{call_id}/transcript` returns one."""
    has_recording: bool
    """Whether the call tracker has a recording."""
    recording_seconds: int | None
    """The length of the recording in seconds."""
    classification: ClassificationView | None
    """The newest run, with any correction applied. Null until the call is classified."""
    dispatch: DispatchView | None
    """The dispatch of the call. Null until it is decided."""
    lead_id: str | None
    """The lead captured from the call, or the existing lead with the customer's number."""
    classified_at: Instant | None
    """When the engine last classified the call, or a person did so without it. Null until then."""
    corrected_at: Instant | None
    """When a person last corrected the classification. Null if nobody has."""
    qualified_at: Instant | None
    """When the call was determined to be a qualified lead. Null if it was not."""
    callbacks: int
    """The number of callbacks, including scheduled ones."""
    last_callback: LastCallbackView | None
    """The callback with the latest `at`, including scheduled ones. Null if there is none."""
    created_at: Instant
    """When the call was first reported. Retention counts from then."""
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)

    @classmethod
    def of(cls, call: Call) -> Self:
        classified = {**_fields(call), "classification": call.classification}
        return cls.model_validate(classified, from_attributes=True)


class CorrectedCallView(CallView):
    """A call with the correction of its classification."""

    correction: CorrectionView | None
    """A person's correction. Null if there is none, or it was withdrawn."""

    @classmethod
    def of(cls, call: Call) -> Self:
        shown = {**_fields(call), "classification": call.classification, "correction": call.correction}
        return cls.model_validate(shown, from_attributes=True)


class CallDetail(CallView):
    """A call with its transcript and classification. `classification` is the effective one: the newest run, with the
    fields of the correction. `classification_runs` has the newest 20 runs, newest first, without the correction.
    """

    classification: ClassificationDetail | None
    """The newest run, with any correction applied. Null until the call is classified."""
    classification_runs: list[ClassificationDetail]
    """The newest 20 runs, newest first, without the correction."""
    correction: CorrectionView | None
    """A person's correction. Null if there is none, or it was withdrawn."""
    transcript: TranscriptView | None
    """The transcript, as text and as turns. Null if there is none, or it was deleted."""
    transcript_deleted_at: Instant | None
    """When the transcript was deleted at the end of `retention.transcript_days`."""
    recording_status: Literal["pending", "stored", "failed", "deleted"] | None
    """The status of our copy of the recording. `pending`: being copied, or to be copied again after a failure.
    `deleted`: at the end of `retention.recording_days`, or after `recordings.enabled` became false. Null if the call
    tracker has reported none."""
    recording_error: str | None
    """Why the last attempt to copy failed, such as `http_404`, `timeout`, `not_audio` or `too_large` (100 MiB).
    `not_kept`: the organization keeps no recordings, or none of calls of this age."""
    recording_url: str | None
    """A URL of our copy of the recording, valid for one hour without an API key. Null unless `recording_status` is
    `stored`. For a new URL, send the request without `If-None-Match`."""
    recording_url_expires_at: Instant | None
    """When `recording_url` expires."""
    recording_deleted_at: Instant | None
    """When our copy of the recording was deleted, because its retention ended or `recordings.enabled` became false."""

    @classmethod
    def of_record(cls, record: CallRecord, recording_url: RecordingUrl | None, *, redacted: bool) -> Self:
        from eal.domain.calls import transcripts

        transcript = transcripts.of_record(record, redacted=redacted)
        if redacted:
            record = transcripts.with_redacted_quotes(record, transcript)
        call, recording = record.call, record.recording
        deleted = "deleted" if call.recording_deleted_at else None
        return cls.model_validate(
            {
                **_fields(record.call),
                "classification": record.classification,
                "classification_runs": record.runs[::-1],
                "correction": record.call.correction,
                "transcript": transcript,
                "transcript_deleted_at": call.transcript_deleted_at,
                "recording_status": recording.status if recording else deleted,
                "recording_error": recording.last_error if recording else None,
                "recording_url": recording_url.url if recording_url else None,
                "recording_url_expires_at": recording_url.expires_at if recording_url else None,
                "recording_deleted_at": call.recording_deleted_at,
            },
            from_attributes=True,
        )


class CallPage(PageView[CallView]):
    pass


def _fields(call: Call) -> dict[str, object]:
    facts = call.facts
    hidden = ("direction", "recording_url", "transcript_sha256")
    return {
        **{name: getattr(facts, name) for name in facts.__slots__ if name not in hidden},
        "id": call.id,
        "status": call.status,
        "vendor": call.vendor,
        "vendor_call_id": call.vendor_call_id,
        "direction": call.direction,
        "ended_at": call.ended_at,
        "has_transcript": call.has_transcript,
        "has_recording": facts.recording_url is not None,
        "dispatch": DispatchView.of(call.dispatch) if call.dispatch else None,
        "lead_id": call.lead_id,
        "classified_at": call.classified_at,
        "corrected_at": call.corrected_at,
        "qualified_at": call.qualified_at,
        "callbacks": call.callbacks,
        "last_callback": call.last_callback,
        "created_at": call.created_at,
        "updated_at": call.updated_at,
        "version": call.version,
    }
