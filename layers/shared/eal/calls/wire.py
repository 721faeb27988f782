"""What the API takes and shows of calls."""

from typing import Annotated, Literal, Self

from pydantic import Field

from eal.calls.classification import Intent, Urgency
from eal.calls.model import Call, Direction, Run, Status
from eal.clock import Instant
from eal.contact import Phone
from eal.listing import ListQuery, PageView
from eal.provenance import ProvenanceView
from eal.wire import Wire


class CallQuery(ListQuery):
    status: Status | None = None
    intent: Intent | None = None
    urgency: Urgency | None = None
    qualified: Annotated[
        Literal["true", "false", "undetermined"] | None,
        Field(description="undetermined: judged, and it could not be known."),
    ] = None
    direction: Direction | None = None
    answered: bool | None = None
    caller_number: Annotated[Phone | None, Field(description="Any usual spelling; write + as %2B.")] = None
    updated_after: Annotated[Instant | None, Field(description="Inclusive.")] = None


class EvidenceView(Wire):
    """A quote from the transcript's turn with this index, and the field that it supports."""

    field: str
    quote: str
    turn: int


class ClassificationView(Wire):
    """`qualified` is null where it could not be known: `reasons` say why. Confidence under 0.5 is low."""

    intent: Intent
    urgency: Urgency
    qualified: bool | None
    confidence: float
    reasons: list[str]
    safety: Annotated[bool, Field(description="The transcript names a present danger to life.")]
    hazards: list[str]
    provenance: ProvenanceView
    classified_at: Instant

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls.model_validate(_judgement(run))


class ClassificationDetail(ClassificationView):
    evidence: list[EvidenceView]

    @classmethod
    def of(cls, run: Run) -> Self:
        quotes = [{"field": one.field, "quote": one.quote, "turn": one.turn} for one in run.evidence]
        return cls.model_validate({**_judgement(run), "evidence": quotes})


class TurnView(Wire):
    index: int
    speaker: Literal["caller", "agent", "unknown"]
    text: str


class TranscriptView(Wire):
    """The text as the tracker gave it, and its turns."""

    text: str
    turns: list[TurnView]


class CallView(Wire):
    """A call without what was said: no transcript, no quotes from it, no recording. Events carry this too.

    What is not known is null: before its end a call has no `answered`, `voicemail` and `duration_seconds`.
    """

    id: str
    status: Status
    vendor: str
    vendor_call_id: str
    direction: Direction
    answered: bool | None
    voicemail: bool | None
    caller_number: Annotated[
        str | None, Field(description="E.164; in outbound calls the one that was called.")
    ]
    caller_name: str | None
    caller_city: str | None
    caller_state: str | None
    caller_country: str | None
    tracking_number: str | None
    destination_number: str | None
    started_at: Instant | None
    ended_at: Instant | None
    duration_seconds: int | None
    first_call: bool | None
    source_name: str | None
    attribution: dict[str, str]
    tags: list[str]
    note: str | None
    value_cents: int | None
    vendor_lead_status: str | None
    spam: bool | None
    agent_email: str | None
    company_id: str | None
    tracker_id: str | None
    has_transcript: bool
    has_recording: bool
    recording_seconds: int | None
    classification: ClassificationView | None
    lead_id: str | None
    classified_at: Instant | None
    qualified_at: Instant | None
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, call: Call) -> Self:
        judged = ClassificationView.of(call.classification) if call.classification else None
        return cls.model_validate({**_fields(call), "classification": judged})


class CallDetail(CallView):
    """A call with all that is known of it. `classification` is what counts; the runs are newest first."""

    classification: ClassificationDetail | None
    classification_runs: list[ClassificationDetail]
    correction: Annotated[None, Field(description="A person's correction of the classification.")]
    dispatch: Annotated[None, Field(description="What was decided to be done.")]
    transcript: TranscriptView | None
    recording_url: Annotated[
        None,
        Field(
            description="Null, also where `has_recording` is true: the tracker's own address opens the recording to "
            "whoever has it, without an end."
        ),
    ]
    recording_url_expires_at: None

    @classmethod
    def of_whole(cls, call: Call, transcript: str | None, runs: tuple[Run, ...]) -> Self:
        shown = [ClassificationDetail.of(run) for run in reversed(runs)]
        return cls.model_validate(
            {
                **_fields(call),
                "classification": shown[0] if shown else None,
                "classification_runs": shown,
                "correction": None,
                "dispatch": None,
                "transcript": _transcript(transcript) if transcript else None,
                "recording_url": None,
                "recording_url_expires_at": None,
            }
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
        "has_transcript": facts.transcript_sha256 is not None,
        "has_recording": facts.recording_url is not None,
        "lead_id": call.lead_id,
        "classified_at": call.classified_at,
        "qualified_at": call.qualified_at,
        "created_at": call.created_at,
        "updated_at": call.updated_at,
        "version": call.version,
    }


def _judgement(run: Run) -> dict[str, object]:
    return {
        "intent": run.intent,
        "urgency": run.urgency,
        "qualified": run.qualified,
        "confidence": run.confidence,
        "reasons": run.reasons,
        "safety": run.safety,
        "hazards": run.hazards,
        "provenance": {name: getattr(run, name) for name in ProvenanceView.model_fields},
        "classified_at": run.at,
    }


def _transcript(text: str) -> dict[str, object]:
    # Only a call with a transcript needs the parser.
    from eal.calls.transcript import parse

    turns = [{"index": turn.index, "speaker": turn.speaker, "text": turn.text} for turn in parse(text)]
    return {"text": text, "turns": turns}
