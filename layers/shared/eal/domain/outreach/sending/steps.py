"""Due steps of sequences: each becomes a queued e-mail, in the transaction that advances its enrollment.

So a step is sent once: whatever is killed afterwards, the enrollment has advanced, and the queued e-mail is sent by
this run or by the next one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, ids, observe
from eal.core.clock import to_milliseconds
from eal.domain.outreach import templates
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Content, Email, Occurrence, with_occurrence
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from eal.domain.outreach.sending import attempt, due
from eal.domain.outreach.sending.message import reply_to, unsubscribe_url
from eal.domain.outreach.sequences.model import variant_of
from eal.domain.outreach.sequences.schedule import next_send_at
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects.model import Prospect

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.leads.model import Lead
    from eal.domain.outreach.enrollments.model import Enrollment, StopReason
    from eal.domain.outreach.sending.attempt import SendContext
    from eal.domain.outreach.sequences.model import Sequence


_LATE = timedelta(hours=1)
"""An e-mail that was sent later than this after its step was due delays the next step."""


class Waits(Exception):
    """The step is not sent before the e-mail of the step before, or before it is known what became of that."""


def send_step(enrollment_id: str, context: SendContext) -> bool:
    """Send the due step of an enrollment. False if there was nothing to request of the vendor.

    Raises: Waits, Deferred, CapReached; Stale if the enrollment changed meanwhile.
    """
    enrollment = ENROLLMENTS.find(context.tenant, enrollment_id)
    if enrollment is None or (wakes_at := enrollment.due_at or enrollment.resume_at) is None:
        return False
    if wakes_at > context.now():
        return False
    sequence = context.sequence(enrollment.sequence_id)
    if sequence is None or sequence.status == "archived":
        return _stop(enrollment, "sequence_archived", context)
    if enrollment.step >= len(sequence.steps):
        return _complete(enrollment, context)
    if enrollment.status == "paused":
        return _resume(enrollment, sequence, context)
    before = EMAILS.find(context.tenant, enrollment.last_email_id) if enrollment.last_email_id else None
    if before and (
        before.status == "queued" or (context.awaits_outcomes and not context.transport.is_settled(before))
    ):
        raise Waits
    if before and before.sent_at and (later := _after(before.sent_at, enrollment, sequence, context)):
        return _postpone(enrollment, later, context)
    person = context.person(enrollment.lead_id, enrollment.prospect_id)
    if person is None:
        return _stop(enrollment, "erased", context)
    if reason := _reason_to_stop(enrollment, sequence, person, context):
        return _stop(enrollment, reason, context)
    return _send(enrollment, sequence, person, context)


def _reason_to_stop(
    enrollment: Enrollment, sequence: Sequence, person: Lead | Prospect, context: SendContext
) -> StopReason | None:
    if suppressions.find(context.tenant, enrollment.address):
        return "suppressed"
    if isinstance(person, Prospect) and person.outreach_state == "opted_out":
        return "unsubscribed"  # by an e-mail to another address
    if isinstance(person, Prospect) and person.lead_id and "converted" in sequence.stop_on:
        return "converted"  # before the worker that stops it, or enrolled in the moment of the conversion
    return None


def _after(
    sent_at: datetime, enrollment: Enrollment, sequence: Sequence, context: SendContext
) -> datetime | None:
    """The time of the step if the e-mail before was sent late, because the vendor deferred it. None: it is time."""
    delay = timedelta(hours=sequence.steps[enrollment.step].delay_hours)
    if context.now() >= sent_at + delay - _LATE:
        return None
    return _scheduled(sent_at + delay, enrollment, sequence, enrollment.step)


def _send(enrollment: Enrollment, sequence: Sequence, person: Lead | Prospect, context: SendContext) -> bool:
    by = context.act()
    email = _email(enrollment, sequence, context, by)
    try:
        subject, content = _render(email, enrollment, sequence, person, context)
    except templates.TemplateFault as fault:
        _fail(email, enrollment, fault.message, context, by)
        return False
    queued = emails.queue(replace(email, subject=subject), content, by)
    _advance(enrollment, sequence, queued, context, by)
    context.count(sequence.id, by)
    by.transaction.commit()
    attempt.request(queued, content, context, is_first=True)
    return True


def _email(enrollment: Enrollment, sequence: Sequence, context: SendContext, by: Caller) -> Email:
    sender = context.sender
    now = context.now()
    email_id = ids.new(EMAILS.id_prefix, by.at)
    return Email(
        id=email_id,
        created_at=now,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        to=enrollment.address,
        from_name=sender.name,
        from_email=sender.email,
        subject="",
        idempotency_key=f"{enrollment.id}/{enrollment.step}",
        send_at=now,
        reply_to=reply_to(context.tenant, email_id, context.outreach),
        lead_id=enrollment.lead_id,
        prospect_id=enrollment.prospect_id,
        sequence_id=sequence.id,
        enrollment_id=enrollment.id,
        step=enrollment.step,
        variant=variant_of(sequence, enrollment.step, enrollment.id).name,
        attempted_at=by.at,
        attempted_with=context.transport.key_mark,
    )


def _render(
    email: Email, enrollment: Enrollment, sequence: Sequence, person: Lead | Prospect, context: SendContext
) -> tuple[str, Content]:
    """The subject and the content. Raises: TemplateFault."""
    variant = variant_of(sequence, enrollment.step, enrollment.id)
    link = unsubscribe_url(context.tenant, email.id)
    rendered = templates.render(variant, templates.variables_of(person), context.sender, link)
    return rendered.subject, Content(html=rendered.html, text=rendered.text)


def _advance(
    enrollment: Enrollment, sequence: Sequence, sent: Email, context: SendContext, by: Caller
) -> None:
    """Advance an enrollment to the next step, which is due after its delay and within the send window."""
    step = enrollment.step + 1
    if step >= len(sequence.steps):
        completed = replace(enrollment, status="completed", step=step, due_at=None, last_email_id=sent.id)
        enrollments.replace_version("enrollment.completed", enrollment, completed, by)
        return
    earliest = context.now() + timedelta(hours=sequence.steps[step].delay_hours)
    due_at = _scheduled(earliest, enrollment, sequence, step)
    due.mark(context.tenant, due_at)
    advanced = replace(enrollment, step=step, due_at=due_at, last_email_id=sent.id)
    enrollments.replace_version("enrollment.advanced", enrollment, advanced, by)


def _scheduled(earliest: datetime, enrollment: Enrollment, sequence: Sequence, step: int) -> datetime:
    return next_send_at(
        sequence.send_window, enrollment.time_zone, to_milliseconds(earliest), f"{enrollment.id}/{step}"
    )


def _postpone(enrollment: Enrollment, due_at: datetime, context: SendContext) -> bool:
    by = context.act()
    due.mark(context.tenant, due_at)
    postponed = replace(enrollment, due_at=due_at)
    enrollments.replace_version("enrollment.postponed", enrollment, postponed, by)
    by.transaction.commit()
    return False


def _fail(email: Email, enrollment: Enrollment, reason: str, context: SendContext, by: Caller) -> None:
    """Record an e-mail that cannot be written, and stop its enrollment."""
    failed = with_occurrence(
        replace(email, attempted_at=None, attempted_with=None),
        Occurrence(type="failed", at=context.now(), detail=reason),
    )
    emails.record_unsent(failed, by)
    enrollments.stop(enrollment, "failed", by)
    by.transaction.commit()
    observe.count("emails_failed")


def _stop(enrollment: Enrollment, reason: StopReason, context: SendContext) -> bool:
    by = context.act()
    enrollments.stop(enrollment, reason, by)
    by.transaction.commit()
    return False


def _complete(enrollment: Enrollment, context: SendContext) -> bool:
    """The sequence has lost steps since the enrollment advanced."""
    by = context.act()
    completed = replace(enrollment, status="completed", due_at=None)
    enrollments.replace_version("enrollment.completed", enrollment, completed, by)
    by.transaction.commit()
    return False


def _resume(enrollment: Enrollment, sequence: Sequence, context: SendContext) -> bool:
    """The pause had an end, such as the return date of an out-of-office reply."""
    by = context.act()
    enrollments.resume(enrollment, sequence, context.now(), by)
    by.transaction.commit()
    return False
