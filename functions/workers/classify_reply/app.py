"""Matches a received e-mail with the e-mail that it answers, classifies it, and carries out what follows."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from eal.ai.engines.embedded.replies import engine, rules
from eal.ai.replies import Reply as Judged
from eal.core import observe
from eal.core.caller import Caller
from eal.core.table.item import load
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach.replies import classification, matching
from eal.domain.outreach.replies import store as replies
from eal.domain.outreach.replies.model import ReplyRecord, Run
from eal.entry.messages.classify_reply import Task
from eal.entry.queue import Consumer, Message, worker_of

BODY_MISSING = "body_missing"
"""The reason of a classification by the subject alone, which is always unsure."""


def classify(message: Message) -> None:
    """Handle the reply once: a second message finds it handled. Everything that follows is one transaction.

    If the tenant has switched AI off, a person classifies its replies.
    """
    task = load(Task, message)
    by = worker_of(task, "classify_reply")
    record = replies.find(task.reply_id, by)
    if record is None or record.reply.handled_at:
        return
    observe.bind(reply_id=record.reply.id)
    answered = matching.answered_email(by.tenant, record.reply)
    settings = organization_settings.settings_of(by.organization_id)
    zone = outreach_settings.outreach_in(settings).time_zone
    given = _judged(record, zone)
    if ai_settings.ai_policy(settings).enabled:
        classification.record(record.reply, answered, _run(record, given, by), by)
    else:
        by_machine = rules.is_bounce(given.headers, given.sender, given.subject) or rules.is_automatic(
            given.headers, given.subject
        )
        classification.leave_to_people(record.reply, answered, by, by_machine=by_machine)
    by.transaction.commit()
    observe.count("replies_classified")


def _judged(record: ReplyRecord, zone: str) -> Judged:
    """What the engine reads. Relative days count from the day of the arrival in the organization's time zone."""
    reply = record.reply
    return Judged(
        sender=reply.sender or "",
        subject=reply.subject or "",
        body=record.body.readable,
        received_at=reply.received_at.astimezone(ZoneInfo(zone)),
        headers=reply.headers,
    )


def _run(record: ReplyRecord, given: Judged, by: Caller) -> Run:
    judged, provenance = engine.judge(given)
    if record.reply.body_missing:
        judged = replace(judged, unsure=True, reasons=(*judged.reasons, BODY_MISSING))
    return Run.of(judged, provenance, by.at)


# A tenant with many replies must not delay the wishes to get no more mail of others.
handler = Consumer(classify, fair_queue="classify_reply").handler
