"""Request and response models for enrollments."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import ConfigDict, Field, model_validator
from eal.core.wire import Wire
from eal.domain.outreach.enrollments.model import EnrollmentResult, EnrollmentStatus, Refusal, StopReason

MAX_ENROLLED = 100
"""Leads and prospects of one request."""
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)

_Ids = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=MAX_ENROLLED)]


class EnrollmentsCreate(Wire):
    """At most 100 leads and prospects together, and at least one."""

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "anyOf": [
                {"required": ["lead_ids"], "properties": {"lead_ids": {"minItems": 1}}},
                {"required": ["prospect_ids"], "properties": {"prospect_ids": {"minItems": 1}}},
            ]
        },
    )

    acts_at_once: ClassVar[bool] = True  # it commits some people at a time

    lead_ids: _Ids = []  # noqa: RUF012 - pydantic copies defaults
    """The ids of the leads to enroll. E-mails go to their `email`."""
    prospect_ids: _Ids = []  # noqa: RUF012 - as above
    """The ids of the prospects to enroll. E-mails go to their `email`."""

    @model_validator(mode="after")
    def _is_one_batch(self) -> Self:
        count = len(self.lead_ids) + len(self.prospect_ids)
        if not 1 <= count <= MAX_ENROLLED:
            raise ValueError(f"Must have 1 to {MAX_ENROLLED} ids in 'lead_ids' and 'prospect_ids' together.")
        return self


class EnrollmentTransition(Wire):
    model_config = _INPUT

    to: Literal["paused", "active"]
    """`paused`: nothing is sent until the enrollment is `active` again."""


class EnrollmentQuery(ListQuery):
    status: EnrollmentStatus | None = None
    """The current status."""
    lead_id: Annotated[str | None, Field(max_length=100)] = None
    """Only enrollments of this lead."""
    prospect_id: Annotated[str | None, Field(max_length=100)] = None
    """Only enrollments of this prospect."""


class EnrollmentView(Wire):
    id: str
    sequence_id: str
    """The sequence in which the lead or prospect is enrolled."""
    lead_id: str | None
    """The enrolled lead. Null if it is a prospect."""
    prospect_id: str | None
    """The enrolled prospect. Null if it is a lead."""
    status: EnrollmentStatus
    """`completed`: no step is left. `stopped`: ended early, for `stop_reason`. Neither can be resumed."""
    stop_reason: StopReason | None
    """Why the enrollment was stopped. Null unless the status is `stopped`."""
    step: int
    """The index of the step that is sent next. The first step is 0."""
    due_at: Instant | None
    """When the next step is sent, at the earliest: within the send window, up to 30 minutes after its delay. Null
    unless the status is `active`."""
    resume_at: Instant | None
    """When the enrollment resumes by itself, such as after an out-of-office reply."""
    time_zone: str
    """The recipient's IANA time zone, for the send window."""
    last_email_id: str | None
    """The latest e-mail of the enrollment."""
    created_at: Instant
    updated_at: Instant
    version: int


class EnrollmentPage(PageView[EnrollmentView]):
    pass


class EnrollmentResultView(Wire):
    lead_id: str | None
    """The id in `lead_ids`. Null for a prospect."""
    prospect_id: str | None
    """The id in `prospect_ids`. Null for a lead."""
    status: Literal["enrolled", "refused"]
    """`refused`: not enrolled, for `reason`."""
    reason: Refusal | None
    """`duplicate`: an earlier lead or prospect of this request has the same address. `already_enrolled`: the address,
    lead or prospect has an open enrollment, in this or another sequence; `enrollment_id` names it. `opted_out` and
    `converted` are outreach states of prospects."""
    enrollment_id: str | None
    """The new enrollment, or the open one if `reason` is `already_enrolled`."""


class EnrollmentResultsView(Wire):
    """One result for each id of the request, leads first, in the order of the request."""

    data: list[EnrollmentResultView]
    """The results: leads first, in the order of the request."""
    enrolled: int
    """The number of results with the status `enrolled`."""
    refused: int
    """The number of results with the status `refused`."""

    @classmethod
    def of_results(cls, results: list[EnrollmentResult]) -> Self:
        enrolled = sum(result.refusal is None for result in results)
        return cls(
            data=[
                EnrollmentResultView(
                    lead_id=result.lead_id,
                    prospect_id=result.prospect_id,
                    status="refused" if result.refusal else "enrolled",
                    reason=result.refusal,
                    enrollment_id=result.enrollment_id,
                )
                for result in results
            ],
            enrolled=enrolled,
            refused=len(results) - enrolled,
        )
