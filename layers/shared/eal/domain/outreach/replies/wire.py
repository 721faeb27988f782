"""Request and response models for replies."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self

from eal.ai.provenance import ProvenanceView
from eal.ai.replies import ReplyClass
from eal.core.clock import Instant
from eal.core.contact import Email
from eal.core.listing import ListQuery, PageView
from eal.core.schema import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PydanticCustomError,
    model_validator,
)
from eal.core.wire import Wire, one_of, prose
from eal.domain.outreach.mail import Missing
from eal.domain.outreach.replies.model import (
    Match,
    Reply,
    ReplyCorrection,
    ReplyRecord,
    ReplyRun,
    SequenceEffect,
)

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_Id = Annotated[str, Field(max_length=100)]
ReturnDate = Annotated[
    date | None,
    Field(description="Of an `out_of_office`: the day on which the person is back, if it says so."),
]
ResumeAfter = Annotated[
    date | None,
    Field(description="Of a `not_now`: the day after which the person may be asked again, if it says so."),
]


def _day(value: object) -> object:
    """A day from its text. A body is validated strictly, which accepts no text for a date.

    Raises: PydanticCustomError.
    """
    if not isinstance(value, str):
        return value
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:  # such as February 30
        pass
    raise PydanticCustomError("date", "Must be a day, such as 2026-06-01.")


class ReplyQuery(ListQuery):
    classification: ReplyClass | None = None
    """The current class: a person's, or else the engine's."""
    needs_review: bool | None = None
    """Whether a person should classify the reply."""
    sequence_id: _Id | None = None
    """Only replies to e-mails of this sequence."""
    lead_id: _Id | None = None
    """Only replies to e-mails to this lead."""
    prospect_id: _Id | None = None
    """Only replies to e-mails to this prospect."""
    sender: Email | None = None
    """The address that sent the reply. Exact match; case does not count. Encode + as %2B."""


class ReplyClassificationUpdate(Wire):
    """The class that a person gives the reply. The days belong to the class: `return_date` to `out_of_office`,
    `resume_after` to `not_now`.
    """

    model_config = _INPUT

    classification: Annotated[ReplyClass, one_of(ReplyClass)]
    """Meaning of the reply. The correction takes effect at once."""
    return_date: Annotated[ReturnDate, BeforeValidator(_day)] = None
    resume_after: Annotated[ResumeAfter, BeforeValidator(_day)] = None
    note: Annotated[str, Field(max_length=2000), AfterValidator(prose)] | None = None
    """For the people who read the correction."""

    @model_validator(mode="after")
    def _has_the_days_of_its_class(self) -> Self:
        if self.return_date and self.classification is not ReplyClass.OUT_OF_OFFICE:
            raise ValueError("'return_date' belongs to the classification 'out_of_office'.")
        if self.resume_after and self.classification is not ReplyClass.NOT_NOW:
            raise ValueError("'resume_after' belongs to the classification 'not_now'.")
        return self


class ReplyClassificationView(Wire):
    """The effective classification: a person's correction, or else the engine's classification. A correction has the
    confidence 1."""

    classification: ReplyClass
    """Meaning of the reply. `out_of_office`, `auto_reply` and `bounce` come from machines."""
    confidence: float
    """The confidence in the classification, from 0 to 1."""
    unsure: bool
    """Whether the confidence is too low to act on: the sequence stops, but nothing is suppressed."""
    return_date: ReturnDate
    resume_after: ResumeAfter
    reasons: list[str]
    """The rules that decided, as slugs: `bounce_headers`, `automatic_headers`, `wishes_no_more`, `abusive`,
    `may_wish_no_more`, `names_somebody_else`, `dead_mailbox`, `body_missing`, `sender_unproved`. Empty if the
    trained model decided alone."""
    provenance: ProvenanceView | None
    """The engine that made the classification, its input and its cost. Null for a correction."""
    classified_at: Instant
    """When the engine classified the reply, or a person corrected it."""


class ReplyClassificationDetail(ReplyClassificationView):
    evidence: list[str]
    """The exact quotes, from the subject or from `text`, on which the engine's classification mainly rests."""


class ReplyPersonView(Wire):
    """The API key or member behind a correction."""

    type: str
    """`api_key` or `member`."""
    id: str
    """The id of the API key or member."""


class ReplyCorrectionView(Wire):
    """A person's classification of the reply."""

    at: Instant
    """When the correction was made."""
    by: ReplyPersonView
    """Who made the correction."""
    classification: ReplyClass
    """Meaning of the reply, as the person decided."""
    return_date: ReturnDate
    resume_after: ResumeAfter
    note: str | None
    """For the people who read the correction."""


class ReplyView(Wire):
    """A received e-mail without its content: no text, body or quotes. Events contain the same."""

    id: str
    sender: str | None
    """The address in `From`, in lower case. Null if there is no valid one."""
    to: list[str]
    """The addresses in `To`, in lower case and without names."""
    cc: list[str]
    """The addresses in `Cc`, in lower case and without names."""
    subject: str | None
    """The subject line. Null if the e-mail has none."""
    attachments: list[str]
    """The names of the attached files, which stay at the vendor."""
    received_at: Instant
    """When the e-mail service received the reply."""
    match: Match | None
    """How the answered e-mail was found. `reply_address`: by the address that only its recipient got. `message_id`: by
    the headers `In-Reply-To` and `References`. `sender`: a guess, the newest e-mail to the sender's address. Null if
    the reply answers none of the organization's e-mails, or is not matched yet."""
    email_id: str | None
    """The e-mail that the reply answers."""
    sequence_id: str | None
    """The `sequence_id` of the e-mail that the reply answers."""
    enrollment_id: str | None
    """The `enrollment_id` of the e-mail that the reply answers."""
    lead_id: str | None
    """The `lead_id` of the e-mail that the reply answers."""
    prospect_id: str | None
    """The `prospect_id` of the e-mail that the reply answers."""
    classification: ReplyClassificationView | None
    """A person's correction, or else the engine's classification. Null until the reply is classified, seconds after it
    is received. If `ai.enabled` is false, or the engine fails five times, null until a person classifies it."""
    needs_review: bool
    """Whether a person should classify the reply: the engine is unsure or has failed, or AI is switched off."""
    sequence_effect: SequenceEffect | None
    """Effect of the reply on the open enrollment of its sender or of the e-mail's recipient. Null if there was none, or
    if it continues."""
    suppression_ids: list[str]
    """The suppressions that the reply caused and no correction has lifted."""
    corrected_at: Instant | None
    """When a person last corrected the classification."""
    created_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)

    @classmethod
    def of(cls, reply: Reply) -> Self:
        return cls.model_validate(_fields(reply), from_attributes=True)


class ReplyPage(PageView[ReplyView]):
    pass


class ReplyBodyView(Wire):
    """The body as it was received: up to 100,000 bytes of text and 200,000 bytes of HTML."""

    text: str | None
    """The text part. Null if there is none."""
    html: str | None
    """The HTML part. A stranger wrote it: show it without scripts, remote images and forms, or not at all."""
    missing: Missing | None
    """Why there is no body: `refused` if the API key at the vendor is not valid."""


class CorrectedReplyView(ReplyView):
    """A reply with the engine's classification and the correction."""

    engine_classification: ReplyClassificationDetail | None
    """The engine's own classification, regardless of any correction."""
    correction: ReplyCorrectionView | None
    """A person's correction of the classification. Null if there is none."""

    @classmethod
    def of(cls, reply: Reply) -> Self:
        return cls.model_validate(_corrected_fields(reply), from_attributes=True)


class ReplyDetail(CorrectedReplyView):
    """A reply with its text and body."""

    classification: ReplyClassificationDetail | None
    """A person's correction, or else the engine's classification, with its evidence. Null until the reply is
    classified."""
    text: str
    """Text that the person wrote, without the quoted mail, signature, disclaimers and markup. Empty if nothing is
    left."""
    body: ReplyBodyView
    """The body as it was received, quoted mail included."""

    @classmethod
    def of_record(cls, record: ReplyRecord) -> Self:
        from eal.ai.engines.embedded.replies import mail  # only this view needs the parser

        body = {
            "text": record.body.text,
            "html": record.body.html,
            "missing": record.reply.body_missing,
        }
        shown = {
            **_corrected_fields(record.reply),
            "classification": _with_evidence(record.reply),
            "text": mail.written(record.body.readable).text,
            "body": body,
        }
        return cls.model_validate(shown, from_attributes=True)


def _fields(reply: Reply) -> dict[str, object]:
    """The fields of the view, and the classification that counts."""
    return {
        **{name: getattr(reply, name) for name in ReplyView.model_fields if hasattr(reply, name)},
        "classification": _counts(reply),
        "corrected_at": reply.correction.at if reply.correction else None,
    }


def _with_evidence(reply: Reply) -> dict[str, object] | None:
    """The classification that counts. No quotes support a correction."""
    counts = _counts(reply)
    return counts and {**counts, "evidence": () if reply.correction or not reply.run else reply.run.evidence}


def _counts(reply: Reply) -> dict[str, object] | None:
    if reply.correction:
        return _correction_fields(reply.correction)
    return _run_fields(reply.run) if reply.run else None


def _corrected_fields(reply: Reply) -> dict[str, object]:
    return {
        **_fields(reply),
        "engine_classification": reply.run and {**_run_fields(reply.run), "evidence": reply.run.evidence},
        "correction": reply.correction,
    }


def _run_fields(run: ReplyRun) -> dict[str, object]:
    names = ("classification", "confidence", "unsure", "return_date", "resume_after", "reasons", "provenance")
    return {**{name: getattr(run, name) for name in names}, "classified_at": run.at}


def _correction_fields(correction: ReplyCorrection) -> dict[str, object]:
    return {
        "classification": correction.classification,
        "confidence": 1.0,
        "unsure": False,
        "return_date": correction.return_date,
        "resume_after": correction.resume_after,
        "reasons": [],
        "provenance": None,
        "classified_at": correction.at,
    }
