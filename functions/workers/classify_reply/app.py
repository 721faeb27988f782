"""Matches a received e-mail with the e-mail that it answers, classifies it, and carries out what follows."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from eal.ai.engines.embedded.replies import engine, rules
from eal.ai.replies import ReplyInput as Judged
from eal.core import observe
from eal.core.caller import Caller
from eal.core.messages import KeepsFailing
from eal.core.table.item import load
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach.replies import classification, matching
from eal.domain.outreach.replies import store as replies
from eal.domain.outreach.replies.messages import ClassifyReplyTask
from eal.domain.outreach.replies.model import Reply, ReplyRecord, ReplyRun
from eal.domain.outreach.replies.store import REPLIES
from eal.entry.queue import Consumer, Message, RetryPolicy

BODY_MISSING = "body_missing"
"""The reason of a classification by the subject alone, which is always unsure."""


def classify(message: Message) -> None:
    """Handle the reply once: a second message finds it handled. Everything that follows is one transaction.

    If the tenant has switched AI off, a person classifies its replies.
    """
    task = load(ClassifyReplyTask, message)
    by = task.as_worker("classify_reply")
    record = replies.find(task.reply_id, by)
    if record is None or record.reply.handled_at:
        return
    observe.bind(reply_id=record.reply.id)
    answered = matching.answered_email(by.tenant, record.reply)
    settings = organization_settings.settings_of(by.organization_id)
    if ai_settings.ai_policy(settings).enabled:
        zone = outreach_settings.outreach_in(settings).time_zone
        run = _run(record, _judged(record, zone), by)
        classification.record(record.reply, answered, run, by)
    else:
        classification.leave_to_people(record.reply, answered, by, by_machine=_is_by_machine(record.reply))
    by.transaction.commit()
    observe.count("replies_classified")


def consume_last(message: Message) -> None:
    """The last receive classifies nothing: a mail that killed the worker four times would kill it again."""
    task = load(ClassifyReplyTask, message)
    reply = REPLIES.find(task.as_worker("classify_reply").tenant, task.reply_id)
    if reply and not reply.handled_at:
        raise KeepsFailing


def give_up(message: Message, _fault: Exception) -> None:
    """A person classifies the reply, and no further e-mail reaches somebody who may have written "stop". The message
    becomes a dead letter.
    """
    task = load(ClassifyReplyTask, message)
    by = task.as_worker("classify_reply")
    reply = REPLIES.find(by.tenant, task.reply_id)
    if reply is None or reply.handled_at:
        return
    answered = matching.answered_email(by.tenant, reply)
    classification.leave_to_people(reply, answered, by, by_machine=_is_by_machine(reply))
    by.transaction.commit()


def _is_by_machine(reply: Reply) -> bool:
    """Whether headers, or what mail servers write as sender and subject, show that a machine sent the mail."""
    sender, subject = reply.sender or "", reply.subject or ""
    return rules.is_bounce(reply.headers, sender, subject) or rules.is_automatic(reply.headers, subject)


def _judged(record: ReplyRecord, zone: str) -> Judged:
    """The engine's input for a reply. Relative days count from the day of the arrival in the organization's time
    zone."""
    reply = record.reply
    return Judged(
        sender=reply.sender or "",
        subject=reply.subject or "",
        body=record.body.readable,
        received_at=reply.received_at.astimezone(ZoneInfo(zone)),
        headers=reply.headers,
    )


def _run(record: ReplyRecord, given: Judged, by: Caller) -> ReplyRun:
    judged, provenance = engine.judge(given)
    if record.reply.body_missing:
        judged = replace(judged, unsure=True, reasons=(*judged.reasons, BODY_MISSING))
    return ReplyRun.of(judged, provenance, by.at)


RETRY_POLICY = RetryPolicy(
    queue="classify_reply", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant with many replies must not delay the wishes to get no more mail of others.
handler = Consumer(classify, retry_policy=RETRY_POLICY, fair_queue="classify_reply").handler
