"""What the API returns for e-mails, and how they are filtered."""

from __future__ import annotations

from typing import Annotated, Self

from eal.core.clock import Instant
from eal.core.contact import Email as EmailAddress
from eal.core.listing import ListQuery, PageView
from eal.core.schema import Field
from eal.core.wire import Wire
from eal.domain.outreach.emails.model import Content, Email, EmailKind, EmailStatus, OccurrenceType

_Id = Annotated[str | None, Field(max_length=100)]


class EmailQuery(ListQuery):
    status: EmailStatus | None = None
    """The current status."""
    to: EmailAddress | None = None
    """The recipient's address. Exact match; case does not count. Encode + as %2B."""
    sequence_id: Annotated[str | None, Field(max_length=100)] = None
    """The e-mails of a sequence that are not queued. Add `status=queued` for those that are."""
    enrollment_id: _Id = None
    """The e-mails of this enrollment."""
    draft_id: _Id = None
    """The e-mail that this draft became."""
    review_request_id: _Id = None
    """The e-mail of this review request."""
    lead_id: _Id = None
    """The e-mails to this lead."""
    prospect_id: _Id = None
    """The e-mails to this prospect."""


class EmailEventView(Wire):
    """What happened to an e-mail."""

    type: OccurrenceType
    at: Instant
    detail: str | None
    """The type of a bounce (`Permanent`, `Transient` or `Undetermined`), the reason of a failure or suppression, or the
    clicked link without its query."""


class EmailView(Wire):
    id: str
    kind: EmailKind
    status: EmailStatus
    """What follows from all events. A complaint and a permanent bounce outweigh a delivery, and a delivery outweighs
    every other event."""
    reason: str | None
    """Why it was suppressed or failed."""
    to: str
    from_name: str
    from_email: str
    reply_to: str | None
    """Null: replies go to `from_email`."""
    subject: str
    lead_id: str | None
    prospect_id: str | None
    sequence_id: str | None
    enrollment_id: str | None
    step: int | None
    """The index of the sequence's step. The first step is 0."""
    variant: str | None
    """The variant of the step that was sent."""
    draft_id: str | None
    review_request_id: str | None
    send_at: Instant
    """The e-mail is not sent before this time."""
    sent_at: Instant | None
    """When the e-mail service accepted it."""
    events: Annotated[list[EmailEventView], Field(validation_alias="occurrences")]
    """In the order of their times; at most the first ten of each type. Openings and clicks are recorded only if the
    settings `outreach.track_opens` and `outreach.track_clicks` are on."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return tuple(filter(None, (self.lead_id, self.prospect_id)))


class EmailContentView(EmailView):
    """An e-mail with its content."""

    html: str | None
    """Null if the e-mail has only a text part."""
    text: str | None

    @classmethod
    def of_email(cls, email: Email, content: Content | None) -> Self:
        view = EmailView.of(email).model_dump(by_alias=False)
        view["occurrences"] = view.pop("events")
        return cls.model_validate(
            {**view, "html": content.html if content else None, "text": content.text if content else None}
        )


class EmailPage(PageView[EmailView]):
    pass
