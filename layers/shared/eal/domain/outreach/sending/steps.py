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
    from eal.domain.outreach.sending.attempt import Desk
    from eal.domain.outreach.sequences.model import Sequence


_LATE = timedelta(hours=1)
"""An e-mail that was sent later than this after its step was due delays the next step."""


class Waits(Exception):
    """The step is not sent before the e-mail of the step before, or before it is known what became of that."""


def send_step(enrollment_id: str, desk: Desk) -> bool:
    """Send the due step of an enrollment. False if there was nothing to request of the vendor.

    Raises: Waits, Deferred, CapReached; Stale if the enrollment changed meanwhile.
    """
    enrollment = ENROLLMENTS.find(desk.tenant, enrollment_id)
    if enrollment is None or (wakes_at := enrollment.due_at or enrollment.resume_at) is None:
        return False
    if wakes_at > desk.now():
        return False
    sequence = desk.sequence(enrollment.sequence_id)
    if sequence is None or sequence.status == "archived":
        return _stop(enrollment, "sequence_archived", desk)
    if enrollment.step >= len(sequence.steps):
        return _complete(enrollment, desk)
    if enrollment.status == "paused":
        return _resume(enrollment, sequence, desk)
    before = EMAILS.find(desk.tenant, enrollment.last_email_id) if enrollment.last_email_id else None
    if before and (
        before.status == "queued" or (desk.awaits_outcomes and not desk.transport.is_settled(before))
    ):
        raise Waits
    if before and before.sent_at and (later := _after(before.sent_at, enrollment, sequence, desk)):
        return _postpone(enrollment, later, desk)
    person = desk.person(enrollment.lead_id, enrollment.prospect_id)
    if person is None:
        return _stop(enrollment, "erased", desk)
    if reason := _reason_to_stop(enrollment, sequence, person, desk):
        return _stop(enrollment, reason, desk)
    return _send(enrollment, sequence, person, desk)


def _reason_to_stop(
    enrollment: Enrollment, sequence: Sequence, person: Lead | Prospect, desk: Desk
) -> StopReason | None:
    if suppressions.find(desk.tenant, enrollment.address):
        return "suppressed"
    if isinstance(person, Prospect) and person.outreach_state == "opted_out":
        return "unsubscribed"  # by an e-mail to another address
    if isinstance(person, Prospect) and person.lead_id and "converted" in sequence.stop_on:
        return "converted"  # before the worker that stops it, or enrolled in the moment of the conversion
    return None


def _after(sent_at: datetime, enrollment: Enrollment, sequence: Sequence, desk: Desk) -> datetime | None:
    """The time of the step if the e-mail before was sent late, because the vendor deferred it. None: it is time."""
    delay = timedelta(hours=sequence.steps[enrollment.step].delay_hours)
    if desk.now() >= sent_at + delay - _LATE:
        return None
    return _scheduled(sent_at + delay, enrollment, sequence, enrollment.step)


def _send(enrollment: Enrollment, sequence: Sequence, person: Lead | Prospect, desk: Desk) -> bool:
    by = desk.act()
    email = _email(enrollment, sequence, desk, by)
    try:
        subject, content = _render(email, enrollment, sequence, person, desk)
    except templates.TemplateFault as fault:
        _fail(email, enrollment, fault.message, desk, by)
        return False
    queued = emails.queue(replace(email, subject=subject), content, by)
    _advance(enrollment, sequence, queued, desk, by)
    desk.count(sequence.id, by)
    by.transaction.commit()
    attempt.request(queued, content, desk, is_first=True)
    return True


def _email(enrollment: Enrollment, sequence: Sequence, desk: Desk, by: Caller) -> Email:
    sender = desk.sender
    now = desk.now()
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
        reply_to=reply_to(desk.tenant, email_id, desk.outreach),
        lead_id=enrollment.lead_id,
        prospect_id=enrollment.prospect_id,
        sequence_id=sequence.id,
        enrollment_id=enrollment.id,
        step=enrollment.step,
        variant=variant_of(sequence, enrollment.step, enrollment.id).name,
        attempted_at=by.at,
        attempted_with=desk.transport.key_mark,
    )


def _render(
    email: Email, enrollment: Enrollment, sequence: Sequence, person: Lead | Prospect, desk: Desk
) -> tuple[str, Content]:
    """The subject and the content. Raises: TemplateFault."""
    variant = variant_of(sequence, enrollment.step, enrollment.id)
    link = unsubscribe_url(desk.tenant, email.id)
    rendered = templates.render(variant, templates.variables_of(person), desk.sender, link)
    return rendered.subject, Content(html=rendered.html, text=rendered.text)


def _advance(enrollment: Enrollment, sequence: Sequence, sent: Email, desk: Desk, by: Caller) -> None:
    """To the next step, which is due after its delay and within the send window."""
    step = enrollment.step + 1
    if step >= len(sequence.steps):
        completed = replace(enrollment, status="completed", step=step, due_at=None, last_email_id=sent.id)
        enrollments.replace_version("enrollment.completed", enrollment, completed, by)
        return
    earliest = desk.now() + timedelta(hours=sequence.steps[step].delay_hours)
    due_at = _scheduled(earliest, enrollment, sequence, step)
    due.mark(desk.tenant, due_at)
    advanced = replace(enrollment, step=step, due_at=due_at, last_email_id=sent.id)
    enrollments.replace_version("enrollment.advanced", enrollment, advanced, by)


def _scheduled(earliest: datetime, enrollment: Enrollment, sequence: Sequence, step: int) -> datetime:
    return next_send_at(
        sequence.send_window, enrollment.time_zone, to_milliseconds(earliest), f"{enrollment.id}/{step}"
    )


def _postpone(enrollment: Enrollment, due_at: datetime, desk: Desk) -> bool:
    by = desk.act()
    due.mark(desk.tenant, due_at)
    postponed = replace(enrollment, due_at=due_at)
    enrollments.replace_version("enrollment.postponed", enrollment, postponed, by)
    by.transaction.commit()
    return False


def _fail(email: Email, enrollment: Enrollment, reason: str, desk: Desk, by: Caller) -> None:
    """Record an e-mail that cannot be written, and stop its enrollment."""
    failed = with_occurrence(
        replace(email, attempted_at=None, attempted_with=None),
        Occurrence(type="failed", at=desk.now(), detail=reason),
    )
    emails.record_unsent(failed, by)
    enrollments.stop(enrollment, "failed", by)
    by.transaction.commit()
    observe.count("emails_failed")


def _stop(enrollment: Enrollment, reason: StopReason, desk: Desk) -> bool:
    by = desk.act()
    enrollments.stop(enrollment, reason, by)
    by.transaction.commit()
    return False


def _complete(enrollment: Enrollment, desk: Desk) -> bool:
    """The sequence has lost steps since the enrollment advanced."""
    by = desk.act()
    completed = replace(enrollment, status="completed", due_at=None)
    enrollments.replace_version("enrollment.completed", enrollment, completed, by)
    by.transaction.commit()
    return False


def _resume(enrollment: Enrollment, sequence: Sequence, desk: Desk) -> bool:
    """The pause had an end, such as the return date of an out-of-office reply."""
    by = desk.act()
    enrollments.resume(enrollment, sequence, desk.now(), by)
    by.transaction.commit()
    return False
