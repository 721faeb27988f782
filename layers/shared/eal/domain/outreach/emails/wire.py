"""Filters and response models for e-mails."""

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
    """Only e-mails of this sequence that are not queued. Add `status=queued` for those that are."""
    enrollment_id: _Id = None
    """Only e-mails of this enrollment."""
    draft_id: _Id = None
    """Only the e-mail that this draft became."""
    review_request_id: _Id = None
    """Only the e-mail of this review request."""
    lead_id: _Id = None
    """Only e-mails to this lead."""
    prospect_id: _Id = None
    """Only e-mails to this prospect."""


class EmailEventView(Wire):
    """An occurrence of an e-mail, such as its delivery."""

    type: OccurrenceType
    """`bounced`: permanently or not, as `detail` says. `replied`: by a person."""
    at: Instant
    """When it happened; in test mode, by the test clock."""
    detail: str | None
    """The type of a bounce (`Permanent`, `Transient` or `Undetermined`), the reason for a failure or suppression, or
    the clicked link without its query."""


class EmailView(Wire):
    """An e-mail to a lead, a prospect or a customer, without its text."""

    id: str
    kind: EmailKind
    """Whether the e-mail is a step of a sequence, a draft or a review request."""
    status: EmailStatus
    """The outcome of all events. A complaint and a permanent bounce outweigh a delivery, and a delivery outweighs every
    other event."""
    reason: str | None
    """Why the e-mail was suppressed or failed. It says if a failed e-mail may have been sent."""
    to: str
    """The recipient's address, in lower case."""
    from_name: str
    """The name in `From`: `sender.name` in the settings when the e-mail was created."""
    from_email: str
    """The address in `From`: `sender.email` in the settings when the e-mail was created."""
    reply_to: str | None
    """The address in `Reply-To`. Null if replies go to `from_email`."""
    subject: str
    """The subject line, with its variables filled in. Empty if that failed."""
    lead_id: str | None
    """The lead to whom the e-mail is sent, or whom its draft is about."""
    prospect_id: str | None
    """The prospect to whom the e-mail is sent, or whom its draft is about."""
    sequence_id: str | None
    """The sequence of which the e-mail is a step. Null unless `kind` is `sequence`."""
    enrollment_id: str | None
    """The recipient's enrollment in the sequence. Null unless `kind` is `sequence`."""
    step: int | None
    """The index of the sequence's step. The first step is 0."""
    variant: str | None
    """The variant of the step that was sent."""
    draft_id: str | None
    """The draft that became this e-mail. Null unless `kind` is `draft`."""
    review_request_id: str | None
    """The review request that the e-mail delivers. Null unless `kind` is `review_request`."""
    send_at: Instant
    """The e-mail is not sent before this time."""
    sent_at: Instant | None
    """When the e-mail service accepted the e-mail."""
    events: Annotated[list[EmailEventView], Field(validation_alias="occurrences")]
    """The events in order of time, at most the first ten of each type. Openings and clicks are recorded only if the
    settings `outreach.track_opens` and `outreach.track_clicks` are on."""
    created_at: Instant
    """When it was created; in test mode, by the test clock."""
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return tuple(filter(None, (self.lead_id, self.prospect_id)))


class EmailContentView(EmailView):
    """An e-mail with its content."""

    html: str | None
    """The HTML part. Null if the e-mail has only a text part."""
    text: str | None
    """The text part. Null if the template could not be filled in."""

    @classmethod
    def of_email(cls, email: Email, content: Content | None) -> Self:
        view = EmailView.of(email).model_dump(by_alias=False)
        view["occurrences"] = view.pop("events")
        return cls.model_validate(
            {**view, "html": content.html if content else None, "text": content.text if content else None}
        )


class EmailPage(PageView[EmailView]):
    pass
