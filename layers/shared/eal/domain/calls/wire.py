"""What the API takes and shows of calls."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue

from eal.ai.classification import Intent, Urgency
from eal.ai.provenance import ProvenanceView
from eal.core.clock import Instant
from eal.core.contact import Phone
from eal.core.listing import ListQuery, PageView
from eal.core.wire import Wire
from eal.domain.calls.model import Call, Direction, Run, Status


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
    turn: Annotated[int, Field(description="The turn's `index`, from 0.")]


class ClassificationView(Wire):
    """`qualified` is null where it could not be known: `reasons` say why. Confidence under 0.5 is low."""

    intent: Intent
    urgency: Urgency
    qualified: Annotated[bool | None, Field(description="Whether it is a lead worth pursuing.")]
    confidence: Annotated[float, Field(description="0 to 1.")]
    reasons: Annotated[list[str], Field(description="The rules or arguments that decided, as slugs.")]
    safety: Annotated[bool, Field(description="The transcript names a present danger to life.")]
    hazards: Annotated[list[str], Field(description="The dangers that are named, such as `electrical`.")]
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
    status: Annotated[Status, Field(description="`dispatched` and `closed` come with later versions.")]
    vendor: Annotated[str, Field(description="The call tracker, such as `callrail`.")]
    vendor_call_id: Annotated[str, Field(description="The tracker's own id of the call.")]
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
    tracking_number: Annotated[str | None, Field(description="The tracker's number that was called, E.164.")]
    destination_number: Annotated[
        str | None, Field(description="Where the tracker put the call through to, E.164.")
    ]
    started_at: Instant | None
    ended_at: Instant | None
    duration_seconds: int | None
    first_call: Annotated[bool | None, Field(description="Whether the caller never called before.")]
    source_name: Annotated[str | None, Field(description="The tracker's name for the campaign or listing.")]
    attribution: Annotated[
        dict[str, str],
        Field(
            description="Where the caller came from, as the tracker tells it: `utm_…`, `gclid`, `landing_page_url`, …"
        ),
    ]
    tags: Annotated[
        list[str],
        Field(
            description="Set in the tracker, as are the note, the value, the lead status and the spam mark."
        ),
    ]
    note: str | None
    value_cents: int | None
    vendor_lead_status: Annotated[str | None, Field(description="In the tracker's words.")]
    spam: bool | None
    agent_email: Annotated[str | None, Field(description="Who took the call.")]
    company_id: Annotated[str | None, Field(description="The tracker's id of the company that was called.")]
    tracker_id: Annotated[str | None, Field(description="The tracker's id of the tracking number.")]
    has_transcript: bool
    has_recording: Annotated[bool, Field(description="Whether the tracker has one.")]
    recording_seconds: int | None
    classification: Annotated[
        ClassificationView | None, Field(description="Null until the call is classified.")
    ]
    lead_id: Annotated[
        str | None, Field(description="The lead that was captured from it, or that has its number.")
    ]
    classified_at: Instant | None
    qualified_at: Annotated[
        Instant | None, Field(description="When it was found to be a qualified lead; null where it was not.")
    ]
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
    correction: Annotated[
        dict[str, JsonValue] | None,
        Field(
            description="A person's correction of the classification. Null in this version: none can be made yet."
        ),
    ]
    dispatch: Annotated[
        dict[str, JsonValue] | None,
        Field(description="What was decided to be done. Null in this version: nothing decides yet."),
    ]
    transcript: TranscriptView | None
    recording_url: Annotated[
        str | None,
        Field(
            description="An address that plays the recording for an hour. Null in this version, also where "
            "`has_recording` is true: the tracker's own address opens it to whoever has it, without an end."
        ),
    ]
    recording_url_expires_at: Annotated[Instant | None, Field(description="Null as `recording_url` is.")]

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
    from eal.ai.transcript import parse

    turns = [{"index": turn.index, "speaker": turn.speaker, "text": turn.text} for turn in parse(text)]
    return {"text": text, "turns": turns}
