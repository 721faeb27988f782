"""The attempt to send one queued e-mail: checks, request, record.

The queued e-mail is the intent. Its idempotency key goes with each request, so a run that is killed between the request
and its record repeats the request, and the vendor returns the first response. Each account of the vendor keeps its keys
for 24 hours: an e-mail whose outcome is still unknown shortly before, or after the tenant's API key has changed, has
failed, and is not sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from eal.core import observe
from eal.core.table.write import AlreadyWritten, Stale
from eal.core.transaction import MAX_TRIES
from eal.domain.leads.collection import LEADS
from eal.domain.outreach.deliverability import store as deliverability
from eal.domain.outreach.drafts import sending as drafts
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Occurrence, with_occurrence
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.emails.wire import EmailView
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from eal.domain.outreach.review_requests import following as review_requests
from eal.domain.outreach.sending import caps
from eal.domain.outreach.sending.message import message_of, with_links
from eal.domain.outreach.sending.transport import AcceptedEmail, Deferred, RefusedForGood
from eal.domain.outreach.sequences import schedule
from eal.domain.outreach.sequences.store import SEQUENCES
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects import store as prospects
from eal.domain.prospects.collection import PROSPECTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.leads.model import Lead
    from eal.domain.organization_settings.outreach import Outreach, Sender
    from eal.domain.outreach.emails.model import Content, Email
    from eal.domain.outreach.enrollments.model import StopReason
    from eal.domain.outreach.sending.transport import Transport
    from eal.domain.outreach.sequences.model import Sequence
    from eal.domain.prospects.model import Prospect

UNKNOWN_AFTER = timedelta(hours=23)
_UNKNOWN = "The e-mail service did not confirm the e-mail within 23 hours. It may have been sent."
_UNKNOWN_TO_KEY = (
    "The API key was replaced before the e-mail service confirmed the e-mail. It may have been sent."
)
_REFUSED_LATER = "An earlier request of this e-mail had no clear outcome: it may have been sent."
_ERASED = "The recipient was erased."
_REFUSAL_SECONDS = 3600
"""The pause of a sender whom the vendor refuses, because somebody has to change that."""


@dataclass(slots=True, kw_only=True)
class SendContext:
    """The context in which a tenant's e-mails are sent.

    `act` makes a caller with an empty transaction, `now` is the time of the tenant's outreach. `awaits_outcomes`: while
    a test clock advances, no step follows an e-mail before it is known what became of that. `wakes` are the times from
    which something can be sent that could not be sent now.
    """

    tenant: Tenant
    transport: Transport
    outreach: Outreach
    act: Callable[[], Caller]
    now: Callable[[], datetime]
    awaits_outcomes: bool = False
    wakes: list[datetime] = field(default_factory=list)
    _sequences: dict[str, Sequence | None] = field(default_factory=dict)

    def sequence(self, sequence_id: str) -> Sequence | None:
        """The sequence, read once: a change takes effect with the next run."""
        if sequence_id not in self._sequences:
            self._sequences[sequence_id] = SEQUENCES.find(self.tenant, sequence_id)
        return self._sequences[sequence_id]

    @property
    def sender(self) -> Sender:
        if self.outreach.sender is None:
            raise AssertionError("no step is sent without a sender")
        return self.outreach.sender

    def person(self, lead_id: str | None, prospect_id: str | None) -> Lead | Prospect | None:
        """The recipient. None once it is erased."""
        if lead_id:
            return LEADS.find(self.tenant, lead_id)
        return PROSPECTS.find(self.tenant, prospect_id) if prospect_id else None

    def count(self, sequence_id: str | None, by: Caller) -> None:
        """Count one e-mail now, in the caller's transaction. The commit raises CapReached."""
        day = caps.day_of(self.now(), self.outreach)
        caps.count(day, caps.cap_on(day, self.outreach), self._capped(sequence_id), by)

    def take_back(self, sequence_id: str | None, counted_at: datetime, by: Caller) -> None:
        """Uncount one e-mail that was counted then: midnight may have passed since."""
        caps.take_back(caps.day_of(counted_at, self.outreach), self._capped(sequence_id), by)

    def _capped(self, sequence_id: str | None) -> tuple[str, int | None] | None:
        sequence = self.sequence(sequence_id) if sequence_id else None
        return (sequence.id, sequence.daily_cap) if sequence else None


class _Obstacle(NamedTuple):
    """Why a queued e-mail is not sent now, or never."""

    status: Literal["suppressed", "failed", "waits"]
    reason: str
    stops: StopReason = "suppressed"


def send_queued(email_id: str, context: SendContext) -> bool:
    """Send a queued e-mail whose time has come. False if there was nothing to request of the vendor.

    Raises: Deferred, CapReached.
    """
    email = EMAILS.find(context.tenant, email_id)
    if email is None or email.status != "queued" or email.send_at > context.now():
        return False
    if email.vendor and email.vendor_email_id:
        # By an event, the vendor has it, and its response was not recorded.
        _record_sent(
            email, AcceptedEmail(vendor=email.vendor, vendor_email_id=email.vendor_email_id), context
        )
        return False
    if obstacle := _obstacle(email, context):
        if obstacle.status != "waits":
            _record_end(email, obstacle, context)
        return False
    content = emails.content_of(email_id, context.act())
    if content is None:
        _record_end(email, _Obstacle("suppressed", _ERASED, "erased"), context)
        return False
    is_first = email.attempted_at is None
    if is_first:
        email, content = _begin(email, content, context)
    request(email, content, context, is_first=is_first)
    return True


def request(email: Email, content: Content, context: SendContext, *, is_first: bool) -> None:
    """Hand an e-mail over to the vendor, and record the outcome. Its `attempted_at` is stored already.

    Raises: Deferred.
    """
    began = context.now()
    try:
        accepted = context.transport.send(message_of(email, content, context.tenant), began)
    except RefusedForGood as refused:
        may_have_arrived = refused.may_have_arrived or not is_first
        reason = f"{_REFUSED_LATER} {refused.reason}" if may_have_arrived else refused.reason
        _record_end(email, _Obstacle("failed", reason, "failed"), context)
        if refused.is_of_sender:
            raise Deferred(_REFUSAL_SECONDS, may_have_arrived=False) from refused
        return
    except Deferred as deferred:
        if is_first and not deferred.may_have_arrived:
            _change(email, context, lambda newest, by: _take_back(newest, began, context, by))
        raise
    _record_sent(email, accepted, context)


def _obstacle(email: Email, context: SendContext) -> _Obstacle | None:
    if reason := _reason_not_to_repeat(email, context):
        return _Obstacle("failed", reason, "failed")
    if suppression := suppressions.find(context.tenant, email.to, email.topic):
        return _Obstacle("suppressed", f"The address is on the suppression list: {suppression.reason}.")
    if (email.lead_id or email.prospect_id) and context.person(email.lead_id, email.prospect_id) is None:
        return _Obstacle("suppressed", _ERASED, "erased")
    if email.enrollment_id is None:
        return None
    enrollment = ENROLLMENTS.find(context.tenant, email.enrollment_id)
    sequence = context.sequence(email.sequence_id) if email.sequence_id else None
    if enrollment is None or sequence is None:
        return _Obstacle("suppressed", "The enrollment was removed.")
    if enrollment.status == "stopped":
        return _Obstacle("suppressed", f"The enrollment was stopped: {enrollment.stop_reason}.")
    if sequence.status == "archived":
        return _Obstacle("suppressed", "The sequence was archived.", "sequence_archived")
    if enrollment.status == "paused" or sequence.status != "active":
        return _Obstacle("waits", "paused")
    window, zone = sequence.send_window, enrollment.time_zone
    if not schedule.is_open(window, zone, context.now()):
        context.wakes.append(schedule.next_send_at(window, zone, context.now(), email.id))
        return _Obstacle("waits", "outside of the send window")
    return None


def _reason_not_to_repeat(email: Email, context: SendContext) -> str | None:
    if email.attempted_at and context.act().at - email.attempted_at >= UNKNOWN_AFTER:
        return _UNKNOWN
    if email.attempted_with is not None and email.attempted_with != context.transport.key_mark:
        return _UNKNOWN_TO_KEY
    return None


def _begin(email: Email, content: Content, context: SendContext) -> tuple[Email, Content]:
    """Record the time of the first request and what exactly is sent, and count the e-mail.

    Raises: CapReached.
    """
    by = context.act()
    attempted = replace(email, attempted_at=by.at, attempted_with=context.transport.key_mark)
    begun = emails.replace_version("email.attempted", email, attempted, by)
    context.count(email.sequence_id, by)
    linked = with_links(content, context.tenant, email)
    if linked != content:
        emails.complete_content(email.id, linked, by)
    by.transaction.commit()
    return begun, linked


def _take_back(email: Email, counted_at: datetime, context: SendContext, by: Caller) -> None:
    queued = replace(email, attempted_at=None, attempted_with=None)
    emails.replace_version("email.deferred", email, queued, by)
    context.take_back(email.sequence_id, counted_at, by)


def _record_sent(email: Email, accepted: AcceptedEmail, context: SendContext) -> None:
    def record(newest: Email, by: Caller) -> None:
        known = replace(
            newest,
            sent_at=context.now(),
            vendor=accepted.vendor,
            vendor_email_id=accepted.vendor_email_id,
            message_id=accepted.message_id or newest.message_id,
        )
        sent = with_occurrence(known, Occurrence(type="sent", at=context.now()))
        after = emails.replace_version("email.sent", newest, sent, by)
        emails.point_to(after, by)
        deliverability.counted(after, "sent", by)
        drafts.follow(after, by)
        review_requests.follow(after, by)
        if after.prospect_id:
            prospects.advance_outreach(after.prospect_id, "contacted", by)
        by.transaction.emit("outreach.email.sent", EmailView.of(after).model_dump(mode="json"))

    _change(email, context, record)
    observe.count("emails_sent")


def _record_end(email: Email, end: _Obstacle, context: SendContext) -> None:
    """Record that the e-mail is never sent, and stop its enrollment."""

    def record(newest: Email, by: Caller) -> None:
        status: Literal["failed", "suppressed"] = "failed" if end.status == "failed" else "suppressed"
        occurrence = Occurrence(type=status, at=context.now(), detail=end.reason)
        after = emails.replace_version(f"email.{status}", newest, with_occurrence(newest, occurrence), by)
        drafts.follow(after, by)
        review_requests.follow(after, by)
        enrollment = ENROLLMENTS.find(context.tenant, newest.enrollment_id) if newest.enrollment_id else None
        if enrollment and enrollment.is_open:
            enrollments.stop(enrollment, end.stops, by)

    _change(email, context, record)
    observe.count("emails_failed" if end.status == "failed" else "emails_suppressed")


def _change(email: Email, context: SendContext, change: Callable[[Email, Caller], None]) -> None:
    """Commit a change of a queued e-mail, again on the newest version if a webhook or another run was faster."""
    for attempt in range(MAX_TRIES):
        by = context.act()
        change(email, by)
        try:
            by.transaction.commit()
        except (Stale, AlreadyWritten):
            newest = EMAILS.find(context.tenant, email.id)
            if newest is None or newest.status != "queued":
                return  # erased, or recorded by another run
            if attempt == MAX_TRIES - 1:
                raise
            email = newest
        else:
            return
