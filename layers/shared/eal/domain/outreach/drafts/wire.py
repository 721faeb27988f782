"""Request and response models for drafts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from eal.ai.content_policy import Level, Rule
from eal.ai.provenance import ProvenanceView
from eal.ai.tone import Tone
from eal.core.clock import Instant
from eal.core.contact import Email
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import Wire, one_line, prose, without_defaults
from eal.domain.outreach.drafts.model import (
    MAX_BODY_CHARACTERS,
    MAX_INSTRUCTIONS_CHARACTERS,
    MAX_SUBJECT_CHARACTERS,
    DraftReason,
    DraftStatus,
)

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)

Subject = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_SUBJECT_CHARACTERS,
        description="The subject line. It can have variables, as the body.",
    ),
    AfterValidator(one_line),
]
Body = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_BODY_CHARACTERS,
        description="Plain text. It is sent as text and as HTML; a postal address and an unsubscribe link are "
        'appended. `[text](https://…)` becomes a link, and variables such as `{{ first_name | default("there") }}` are '
        "filled in as in sequences when the draft is sent; those that may be empty need a default.",
    ),
    AfterValidator(prose),
]
Instructions = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_INSTRUCTIONS_CHARACTERS,
        description="What the AI is to write, in English, such as: Follow up on the estimate, and mention that the "
        "crew has time next week.",
    ),
    AfterValidator(prose),
]
PersonId = Annotated[str, Field(min_length=1, max_length=100)]


class DraftCreate(Wire):
    """A new draft: either `subject` and `body`, or `instructions` by which the AI writes them. A `subject` next to
    `instructions` is kept.
    """

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["subject", "body"],
                    "properties": {
                        "subject": {"type": "string"},
                        "body": {"type": "string"},
                        "instructions": {"type": "null"},
                        "tone": {"type": "null"},
                    },
                },
                {
                    "required": ["instructions"],
                    "properties": {"instructions": {"type": "string"}, "body": {"type": "null"}},
                },
            ]
        },
    )

    to: Annotated[Email, Field(description="The recipient's address. Stored in lower case.")]
    lead_id: PersonId | None = None
    """The lead that the draft is about."""
    prospect_id: PersonId | None = None
    """The prospect that the draft is about. Not together with `lead_id`."""
    subject: Subject | None = None
    """The subject line. If null, the AI writes it from the `instructions`."""
    body: Body | None = None
    instructions: Instructions | None = None
    tone: Tone | None = None
    """The tone of what the AI writes. Defaults to `professional`."""

    @model_validator(mode="after")
    def _is_by_hand_or_by_ai(self) -> Self:
        if self.lead_id and self.prospect_id:
            raise ValueError("Send 'lead_id' or 'prospect_id', not both.")
        if self.instructions and self.body:
            raise ValueError("Send 'body' or 'instructions', not both.")
        if not self.instructions and not (self.subject and self.body):
            raise ValueError("Send 'subject' and 'body', or 'instructions'.")
        if self.tone and not self.instructions:
            raise ValueError("'tone' needs 'instructions'.")
        return self


class DraftUpdate(Wire):
    """Only the fields present change."""

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults("subject", "body"))

    subject: Subject | None = None
    body: Body | None = None


class DraftQuery(ListQuery):
    status: DraftStatus | None = None
    """The current status."""
    lead_id: PersonId | None = None
    """Only drafts about this lead."""
    prospect_id: PersonId | None = None
    """Only drafts about this prospect. Not together with `lead_id`."""


class FindingView(Wire):
    """A finding of the content policy about the text. The draft cannot be sent while a finding has the level
    `block`."""

    rule: Rule
    """The rule that the text breaks."""
    level: Level
    """`block`: must be fixed before the draft is sent. `warn`: a person decides."""
    field: Literal["subject", "body"] | None
    """The field that the text is in. Null if the finding is about something missing."""
    quote: str | None
    """The text that breaks the rule. Null if the finding is about something missing."""
    advice: str
    """How to resolve the finding, in English."""


class DraftView(Wire):
    """`writing` until the AI has written it, then `draft`, or `failed` with a `reason`. From sending on it is `queued`,
    then `sent`, or `not_sent` with a `reason`.
    """

    id: str
    status: DraftStatus
    """Only a `draft` can be sent. `failed` and `not_sent` have a `reason`."""
    to: str
    """The recipient's address, in lower case."""
    lead_id: str | None
    """The lead that the draft is about. Null if none was given."""
    prospect_id: str | None
    """The prospect that the draft is about. Null if none was given."""
    subject: str | None
    """The subject line. Null until it is written."""
    body: str | None
    """Plain text, in which `[text](https://…)` becomes a link. Null until it is written."""
    instructions: str | None
    """Instructions that the AI was given. Null if the draft was created with its text."""
    tone: Tone | None
    """The tone of what the AI writes. Null without `instructions`."""
    findings: list[FindingView]
    """The content policy's findings about the current text."""
    remarks: list[str]
    """Report of the AI about its use of the instructions: `goal:…` names the kind of e-mail that it took them for,
    `left_out:…` a statement that the content policy forbids, `not_understood` a part without effect."""
    provenance: ProvenanceView | None
    """How the AI produced the text. Null before that, and if a person wrote it."""
    edited: bool
    """Whether a person has changed what the AI wrote."""
    reason: DraftReason | None
    """Why the status is `failed` or `not_sent`."""
    email_id: str | None
    """The e-mail that the draft became."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return tuple(filter(None, (self.id, self.lead_id, self.prospect_id)))


class DraftPage(PageView[DraftView]):
    pass
