"""The effects of a reply on its sequence, suppressions and the prospect. EFFECTS lists all of them.

Nothing here, nor anywhere else, answers a reply: so no automatic response is ever answered (RFC 3834, section 2).

A classification that the engine is unsure of stops the sequence, because a person may have written, and suppresses
nothing; a person decides. If headers show that a machine sent the mail, its sequence goes on, or waits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.ai.replies import DEAD_MAILBOX, MACHINE_HEADERS, MACHINES, ReplyClass
from eal.domain.outreach.deliverability import store as deliverability
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Occurrence, with_occurrence
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects import store as prospects

if TYPE_CHECKING:
    from datetime import date

    from eal.core.caller import Caller
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.enrollments.model import Enrollment, StopReason
    from eal.domain.outreach.replies.matching import Answered
    from eal.domain.outreach.replies.model import Reply, ReplyRun, SequenceEffect
    from eal.domain.outreach.suppressions.model import SuppressionReason
    from eal.domain.prospects.model import OutreachState

AWAY_BUSINESS_DAYS = 5
"""Business days for which a sequence waits for somebody who is away and does not say until when: most absences end
within a week."""


class Effect(NamedTuple):
    """`stop` is the reason for which the open enrollment of the person stops; `pauses` lets it wait until the return
    date. `suppress` is the reason of the suppression of the address. `prospect` is the outreach state that is reached.
    """

    stop: StopReason | None = None
    pauses: bool = False
    suppress: SuppressionReason | None = None
    prospect: OutreachState | None = None


HUMAN = Effect(stop="replied", prospect="replied")
NOTHING = Effect()

EFFECTS = {
    ReplyClass.INTERESTED: HUMAN,
    ReplyClass.MEETING_REQUEST: HUMAN,
    ReplyClass.QUESTION: HUMAN,
    ReplyClass.OBJECTION: HUMAN,
    ReplyClass.NOT_NOW: HUMAN,
    ReplyClass.REFERRAL: HUMAN,
    ReplyClass.NOT_INTERESTED: HUMAN,
    ReplyClass.WRONG_PERSON: HUMAN,
    ReplyClass.OTHER: HUMAN,
    ReplyClass.UNSUBSCRIBE: Effect(stop="unsubscribed", suppress="unsubscribed", prospect="opted_out"),
    ReplyClass.HOSTILE: Effect(stop="unsubscribed", suppress="hostile", prospect="opted_out"),
    ReplyClass.OUT_OF_OFFICE: Effect(pauses=True),
    ReplyClass.AUTO_REPLY: NOTHING,
    ReplyClass.BOUNCE: NOTHING,
}
DEAD = Effect(stop="bounced", suppress="bounced")
"""Effect of an automatic response or a bounce that reports that there is no such mailbox. Other bounces are temporary,
or the vendor's events report them."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The changes that the effect of a reply has made."""

    sequence_effect: SequenceEffect | None
    suppression_ids: tuple[str, ...]


def effect_of(run: ReplyRun) -> Effect:
    """The effect of the engine's classification."""
    effect = EFFECTS[run.classification]
    by_headers = not MACHINE_HEADERS.isdisjoint(run.reasons)
    if run.unsure:
        return effect if by_headers and run.classification in MACHINES else HUMAN
    return DEAD if DEAD_MAILBOX in run.reasons else effect


def corrected_effect(classification: ReplyClass, run: ReplyRun | None) -> Effect:
    """The effect of a person's classification. Whether the mailbox is dead is what the engine has read."""
    is_dead = classification in MACHINES and run is not None and DEAD_MAILBOX in run.reasons
    return DEAD if is_dead else EFFECTS[classification]


def apply(effect: Effect, reply: Reply, email: Email | None, return_date: date | None, by: Caller) -> Applied:
    """Carry out the effect, in the caller's transaction.

    An enrollment that is newer than the reply, as when an old reply is corrected, stops only for a wish to get no mail.
    """
    sequence_effect: SequenceEffect | None = None
    for enrollment in _open_enrollments(reply, email, by):
        if enrollment.created_at > reply.created_at and not effect.suppress:
            continue
        if effect.stop:
            enrollments.stop(enrollment, effect.stop, by)
            sequence_effect = "stopped"
        elif effect.pauses and (until := _pause_end(enrollment, reply, return_date)):
            enrollments.pause_until(enrollment, until, by)
            sequence_effect = "paused"
    suppressed = _suppress(effect, reply, email, by) if effect.suppress else ()
    if email and effect.prospect:
        _record_reply(email, reply, by, unsubscribed=bool(suppressed) and effect.suppress == "unsubscribed")
        if email.prospect_id:
            prospects.advance_outreach(email.prospect_id, effect.prospect, by)
    return Applied(sequence_effect, suppressed)


def _open_enrollments(reply: Reply, email: Email | None, by: Caller) -> list[Enrollment]:
    """The open enrollments of the recipient's address and person, and of the sender, who may have answered from another
    address."""
    claimed = (email.to, email.person_id) if email else ()
    return enrollments.all_open(by.tenant, (*claimed, reply.sender))


def _pause_end(enrollment: Enrollment, reply: Reply, return_date: date | None) -> datetime | None:
    """The beginning of the day on which the person is back, in their time zone. None if the pause would change nothing:
    that day has come, or the enrollment is paused for longer, or by a person.
    """
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(enrollment.time_zone)
    day = return_date or _business_days_after(reply.received_at.astimezone(zone).date(), AWAY_BUSINESS_DAYS)
    until = datetime.combine(day, time(), zone).astimezone(UTC)
    pauses_until = enrollment.resume_at if enrollment.status == "paused" else reply.received_at
    return until if pauses_until and until > pauses_until else None


def _business_days_after(day: date, days: int) -> date:
    for _ in range(days):
        day += timedelta({4: 3, 5: 2}.get(day.weekday(), 1))
    return day


def _suppress(effect: Effect, reply: Reply, email: Email | None, by: Caller) -> tuple[str, ...]:
    """The suppressions of the address that we wrote to, and of the one that answered if it is another one. A report of
    a dead mailbox comes from a mail server.
    """
    addresses = [email.to if email else None, None if effect is DEAD else reply.sender]
    email_id = email.id if email else None
    made = (
        suppressions.suppress_address(
            address, cast("SuppressionReason", effect.suppress), "reply", by, email_id=email_id
        )
        for address in dict.fromkeys(addresses)
        if address
    )
    return tuple(suppression.id for suppression in made if suppression)


def _record_reply(email: Email, reply: Reply, by: Caller, *, unsubscribed: bool) -> None:
    """The e-mail as replied to by a person. A later reply to it is one more occurrence."""
    after = with_occurrence(email, Occurrence(type="replied", at=reply.received_at))
    if after != email:
        emails.replace_version("email.replied", email, after, by)
    deliverability.count_change(email, after, by, unsubscribed=unsubscribed)


def linked(reply: Reply, answered: Answered) -> Reply:
    """The reply with the ids of what it is about."""
    email = answered.email
    return replace(
        reply,
        match=answered.match,
        email_id=email.id,
        sequence_id=email.sequence_id,
        enrollment_id=email.enrollment_id,
        lead_id=email.lead_id,
        prospect_id=email.prospect_id,
    )
