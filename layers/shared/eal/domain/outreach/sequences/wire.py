"""Request and response models for sequences."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, field_validator, model_validator
from eal.core.wire import Name, Wire, one_line, prose, without_defaults
from eal.domain.organization_settings.hours import DAYS, minutes
from eal.domain.organization_settings.wire import Day, Opening, TimeZone, WallTime
from eal.domain.outreach.sequences.model import (
    ALWAYS_STOPS,
    MAX_DELAY_HOURS,
    MAX_STEPS,
    MAX_VARIANTS,
    MIN_WINDOW_MINUTES,
    STOP_EVENTS,
    SendWindow,
    Sequence,
    SequenceStatus,
    StopEvent,
)
from eal.domain.outreach.templates import MAX_BODY_CHARACTERS, MAX_SUBJECT_CHARACTERS

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)

Subject = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_SUBJECT_CHARACTERS,
        description='A template, such as `A question, {{ first_name | default("there") }}`.',
    ),
    AfterValidator(one_line),
]
Body = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_BODY_CHARACTERS,
        description="A template in plain text. An empty line begins a paragraph, and `[our work](https://example.com)` "
        "is a link. The postal address and an unsubscribe link are appended if the text does not contain "
        "`{{ postal_address }}` and `{{ unsubscribe_url }}`.",
    ),
    AfterValidator(prose),
]
DelayHours = Annotated[
    int,
    Field(
        ge=0,
        le=MAX_DELAY_HOURS,
        strict=True,
        description="Hours since the e-mail of the step before, or since the enrollment. The step is then due at the "
        "first time within the send window, plus up to 30 minutes, also with 0 hours, so that e-mails are spread.",
    ),
]


class VariantBody(Wire):
    model_config = _INPUT

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
    """The name of the variant, unique within the step."""
    weight: Annotated[int, Field(ge=1, le=100, strict=True)] = 1
    """The share of the recipients, relative to the other variants."""
    subject: Subject
    body: Body


class StepBody(Wire):
    """An e-mail. It has a `subject` and a `body`, or else `variants`, of which each recipient gets one."""

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["subject", "body"],
                    "properties": {
                        "subject": {"type": "string"},
                        "body": {"type": "string"},
                        "variants": {"maxItems": 0},
                    },
                },
                {
                    "required": ["variants"],
                    "properties": {
                        "subject": {"type": "null"},
                        "body": {"type": "null"},
                        "variants": {"minItems": 2},
                    },
                },
            ]
        },
    )

    delay_hours: DelayHours
    subject: Subject | None = None
    body: Body | None = None
    variants: Annotated[list[VariantBody], Field(max_length=MAX_VARIANTS)] = []  # noqa: RUF012 - pydantic copies
    """At least two texts, of which each recipient gets one."""

    @model_validator(mode="after")
    def _has_one_kind_of_text(self) -> Self:
        if self.variants:
            if self.subject is not None or self.body is not None:
                raise ValueError("Must have 'variants', or a 'subject' and a 'body', but not both.")
            if len({variant.name for variant in self.variants}) < len(self.variants):
                raise ValueError("Two variants of a step must not have the same name.")
            if len(self.variants) == 1:
                raise ValueError("Must have at least two variants. For one text, use 'subject' and 'body'.")
        elif self.subject is None or self.body is None:
            raise ValueError("Must have a 'subject' and a 'body', or 'variants'.")
        return self


class SendWindowBody(Wire):
    """E-mails are sent on these weekdays from `start` until before `end`, in the recipient's time zone. Omitted fields
    get their defaults.
    """

    model_config = _INPUT

    days: Annotated[list[Day], Field(min_length=1, max_length=7)] = list(SendWindow().days)  # noqa: RUF012 - as above
    """The weekdays on which e-mails are sent."""
    start: Opening = SendWindow().start
    """The start of the window, such as `09:00`. Inclusive."""
    end: Annotated[
        WallTime,
        Field(
            description=f"Exclusive; at least {MIN_WINDOW_MINUTES} minutes after `start`. `24:00` is the end of "
            "the day."
        ),
    ] = SendWindow().end

    @field_validator("days")
    @classmethod
    def _as_the_week_goes(cls, days: list[Day]) -> list[Day]:
        return sorted(set(days), key=DAYS.index)

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if minutes(self.end) - minutes(self.start) < MIN_WINDOW_MINUTES:
            raise ValueError(f"'end' must be at least {MIN_WINDOW_MINUTES} minutes after 'start'.")
        return self


def _with_all_that_must_stop(events: list[StopEvent]) -> list[StopEvent]:
    if missing := [event for event in STOP_EVENTS if event in ALWAYS_STOPS.difference(events)]:
        raise ValueError(f"Must contain {', '.join(missing)}: they always stop an enrollment.")
    return [event for event in STOP_EVENTS if event in events]


Steps = Annotated[
    list[StepBody], Field(max_length=MAX_STEPS, description="In the order in which they are sent.")
]
DailyCap = Annotated[
    int,
    Field(
        ge=1,
        le=50_000,
        strict=True,
        description="E-mails of this sequence per day, in the organization's time zone. Null: only the "
        "organization's own `daily_cap` applies.",
    ),
]
StopOn = Annotated[
    list[StopEvent],
    Field(
        max_length=20,
        description="What stops an enrollment. Only `converted`, the conversion of a prospect to a lead, can be left "
        "out.",
    ),
    AfterValidator(_with_all_that_must_stop),
]
ZoneOfOthers = Annotated[
    TimeZone | None,
    Field(
        description="Time zone of recipients without an address in a US state. Null: the organization's time zone."
    ),
]


class SequenceCreate(Wire):
    """A new sequence, which is a draft."""

    model_config = _INPUT

    name: Name
    """Your own name for the sequence. Recipients do not see it."""
    steps: Steps = []  # noqa: RUF012 - pydantic copies defaults
    send_window: SendWindowBody = SendWindowBody()
    """When e-mails are sent. Defaults to Monday to Friday, 09:00 to 17:00."""
    time_zone: ZoneOfOthers = None
    daily_cap: DailyCap | None = None
    stop_on: StopOn = list(STOP_EVENTS)  # noqa: RUF012 - as above


class SequenceUpdate(Wire):
    """Only the fields present change. `steps`, `send_window` and `stop_on` are replaced as a whole."""

    model_config = ConfigDict(
        **_INPUT, json_schema_extra=without_defaults("name", "steps", "send_window", "stop_on")
    )

    name: Name | None = None
    """Your own name for the sequence. Recipients do not see it."""
    steps: Steps | None = None
    send_window: SendWindowBody | None = None
    """When e-mails are sent. Omitted fields return to their defaults."""
    time_zone: ZoneOfOthers = None
    daily_cap: DailyCap | None = None
    stop_on: StopOn | None = None


class SequenceTransition(Wire):
    model_config = _INPUT

    to: Literal["active", "paused", "archived"]
    """`paused`: nothing is sent until the sequence is `active` again. `archived` is final."""


class SequenceQuery(ListQuery):
    status: SequenceStatus | None = None
    """The current status."""


class VariantView(Wire):
    name: str
    """The name of the variant, unique within the step."""
    weight: int
    """The share of the recipients, relative to the other variants."""
    subject: str
    """A template of one line."""
    body: str
    """A template in plain text."""


class StepView(Wire):
    """A step with variants has no subject and body of its own."""

    delay_hours: int
    """Hours since the e-mail of the previous step, or since the enrollment."""
    subject: str | None
    """A template of one line. Null if the step has variants."""
    body: str | None
    """A template in plain text. Null if the step has variants."""
    variants: list[VariantView]
    """The texts of which each recipient gets one. Empty if the step has one text for all."""


class SendWindowView(Wire):
    """E-mails are sent on these weekdays from `start` until before `end`, in the recipient's time zone."""

    days: list[Day]
    """The weekdays on which e-mails are sent."""
    start: str
    """The start of the window, such as `09:00`. Inclusive."""
    end: str
    """The end of the window, such as `17:00`. Exclusive. `24:00` is the end of the day."""


class SequenceView(Wire):
    id: str
    name: str
    """Your own name for the sequence. Recipients do not see it."""
    status: SequenceStatus
    """E-mails are sent only while the sequence is `active`. `archived` is final."""
    steps: list[StepView]
    """The steps, in the order in which they are sent."""
    send_window: SendWindowView
    """When e-mails are sent, in the recipient's time zone."""
    time_zone: str | None
    """The time zone of recipients without an address in a US state. Null for the organization's time zone."""
    daily_cap: int | None
    """E-mails of this sequence per day, in the organization's time zone. Null if only the organization's own
    `daily_cap` applies."""
    stop_on: list[StopEvent]
    """Events that stop an enrollment."""
    activated_at: Instant | None
    """When the sequence last became active."""
    created_at: Instant
    updated_at: Instant
    version: int


class OpenEnrollmentsView(Wire):
    number: int
    """The number of active and paused enrollments. A lower bound if `is_exact` is false."""
    is_exact: bool
    """False if the sequence has so many enrollments that not all were counted."""


class SequenceUpdated(SequenceView):
    open_enrollments: OpenEnrollmentsView
    """The enrollments whose unsent e-mails follow the changed sequence."""

    @classmethod
    def of_update(cls, sequence: Sequence, open_enrollments: tuple[int, bool]) -> Self:
        number, is_exact = open_enrollments
        return cls.model_validate(
            {
                **SequenceView.of(sequence).model_dump(),
                "open_enrollments": {"number": number, "is_exact": is_exact},
            }
        )


class SequencePage(PageView[SequenceView]):
    pass
