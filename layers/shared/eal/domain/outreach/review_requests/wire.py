"""Bodies of requests and responses about review requests."""

from __future__ import annotations

from typing import Annotated

from eal.core.clock import Instant
from eal.core.contact import Email, EmailFilter
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field
from eal.core.wire import Name, Wire, one_line
from eal.domain.outreach.review_requests.model import RequestStatus


class ReviewRequestCreate(Wire):
    """The customer and the job. Nothing here, and no setting, makes a request depend on what the customer is expected
    to write: every customer is asked with the same words and led to the same page.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Name
    """The customer's name, for the salutation."""
    email: Annotated[Email, Field(description="The customer's address. Stored in lower case.")]
    job_reference: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line)] | None = None
    """Your id for the job. The customer does not see it."""
    lead_id: Annotated[str, Field(max_length=100)] | None = None
    """An existing lead: the customer, who is asked once in 90 days, at whatever address."""
    completed_at: Instant | None = None
    """When the job was completed. Must not be in the future."""


class ReviewRequestQuery(ListQuery):
    status: RequestStatus | None = None
    """The current status."""
    email: EmailFilter = None
    lead_id: Annotated[str | None, Field(max_length=100)] = None
    """Only requests to this lead."""
    job_reference: Annotated[str | None, Field(max_length=100)] = None
    """Your id for the job. Exact match."""


class ReviewRequestView(Wire):
    """A request to a customer for a review, and what became of it."""

    id: str
    status: RequestStatus
    """`not_sent` if the e-mail can never be sent, for `reason`."""
    name: str
    """The customer's name, for the salutation."""
    email: str
    """The customer's address, in lower case."""
    job_reference: str | None
    """Your id for the job. The customer does not see it."""
    lead_id: str | None
    """The lead who is the customer. Null if none was given."""
    completed_at: Instant | None
    """When the job was completed. Null if it was not given."""
    reason: str | None
    """Why the e-mail was not sent, as a sentence. Null unless the status is `not_sent`."""
    email_id: str
    """The id of the e-mail, whose GET shows what became of it."""
    requested_at: Instant
    """When the request was made; in test mode, by the test clock."""
    sent_at: Instant | None
    """When the e-mail service accepted the e-mail."""
    opened_at: Instant | None
    """When the e-mail was first opened. Recorded only if the setting `outreach.track_opens` is on."""
    visited_at: Instant | None
    """When the link was first followed. Programs that check links in e-mails for malware follow them too, and cannot be
    told apart from people."""
    next_possible_at: Instant | None
    """When the customer may be asked again. Null if that is possible now, because the e-mail was not sent."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class ReviewRequestPage(PageView[ReviewRequestView]):
    pass
