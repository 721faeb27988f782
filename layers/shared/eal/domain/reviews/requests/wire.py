"""What the API accepts and returns for review requests."""

from __future__ import annotations

from typing import Annotated

from eal.core.clock import Instant
from eal.core.contact import Email, EmailFilter
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field
from eal.core.wire import Name, Wire, one_line
from eal.domain.reviews.requests.model import RequestStatus


class ReviewRequestCreate(Wire):
    """The customer and the job. Nothing here, and no setting, makes a request depend on what the customer is expected
    to write: every customer is asked with the same words and led to the same page.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[Name, Field(description="The customer's name, for the salutation.")]
    email: Annotated[Email, Field(description="The customer's address. Stored in lower case.")]
    job_reference: Annotated[
        Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line)] | None,
        Field(description="Your id of the job. The customer does not see it."),
    ] = None
    lead_id: Annotated[
        Annotated[str, Field(max_length=100)] | None,
        Field(
            description="An existing lead: the customer. It is asked once in 90 days, at whatever address."
        ),
    ] = None
    completed_at: Annotated[
        Instant | None, Field(description="When the job was completed. Not in the future.")
    ] = None


class ReviewRequestQuery(ListQuery):
    status: Annotated[RequestStatus | None, Field(description="The current status.")] = None
    email: EmailFilter = None
    lead_id: Annotated[str | None, Field(max_length=100, description="The requests to this lead.")] = None
    job_reference: Annotated[
        str | None, Field(max_length=100, description="Your id of the job. Exact match.")
    ] = None


class ReviewRequestView(Wire):
    id: str
    status: Annotated[
        RequestStatus, Field(description="`not_sent` if the e-mail can never be sent, for `reason`.")
    ]
    name: str
    email: str
    job_reference: str | None
    lead_id: str | None
    completed_at: Instant | None
    reason: str | None
    email_id: Annotated[str, Field(description="The e-mail, whose GET shows what became of it.")]
    requested_at: Instant
    sent_at: Instant | None
    opened_at: Annotated[
        Instant | None,
        Field(
            description="When the e-mail was first opened. Recorded only if the setting `outreach.track_opens` is on."
        ),
    ]
    visited_at: Annotated[
        Instant | None,
        Field(
            description="When the link was first followed. Programs that check links in e-mails for malware follow "
            "them too, and cannot be told apart from people."
        ),
    ]
    next_possible_at: Annotated[
        Instant | None,
        Field(
            description="When the customer may be asked again. Null if that is possible now, because the e-mail was "
            "not sent."
        ),
    ]
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class ReviewRequestPage(PageView[ReviewRequestView]):
    pass
