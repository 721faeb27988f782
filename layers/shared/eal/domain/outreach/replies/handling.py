"""Handling of a received e-mail: it is matched with the e-mail that it answers, and classified, with all that follows.

Only the worker imports this module, because the engine needs NumPy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eal.ai.engines.embedded.replies import engine, rules
from eal.ai.replies import ReplyInput
from eal.core import observe
from eal.core.messages import KeepsFailing
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach.replies import classification, matching
from eal.domain.outreach.replies import store as replies
from eal.domain.outreach.replies.model import ReplyRun
from eal.domain.outreach.replies.store import REPLIES

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.replies.messages import ClassifyReplyTask
    from eal.domain.outreach.replies.model import Reply, ReplyRecord

BODY_MISSING = "body_missing"
"""The reason of a classification by the subject alone, which is always unsure."""
_WORKER = "classify_reply"


def handle(task: ClassifyReplyTask) -> None:
    """Handle the reply once: a second message finds it handled. Everything that follows is one transaction.

    If the tenant has switched AI off, a person classifies its replies.
    """
    by = task.as_worker(_WORKER)
    record = replies.find(task.reply_id, by)
    if record is None or record.reply.handled_at:
        return
    observe.bind(reply_id=record.reply.id)
    answered = matching.answered_email(by.tenant, record.reply)
    settings = organization_settings.settings_of(by.organization_id)
    if ai_settings.ai_policy(settings).enabled:
        zone = outreach_settings.outreach_in(settings).time_zone
        run = _run(record, _input(record, zone), by)
        classification.record(record.reply, answered, run, by)
    else:
        classification.leave_to_people(record.reply, answered, by, by_machine=_is_by_machine(record.reply))
    by.transaction.commit()
    observe.count("replies_classified")


def fail_if_waiting(task: ClassifyReplyTask) -> None:
    """Raises: KeepsFailing if the reply is not handled yet."""
    if _waiting(task.reply_id, task.tenant):
        raise KeepsFailing


def give_up(task: ClassifyReplyTask) -> None:
    """A person classifies the reply, and no further e-mail reaches somebody who may have written "stop". The message
    becomes a dead letter.
    """
    by = task.as_worker(_WORKER)
    if reply := _waiting(task.reply_id, by.tenant):
        answered = matching.answered_email(by.tenant, reply)
        classification.leave_to_people(reply, answered, by, by_machine=_is_by_machine(reply))
        by.transaction.commit()


def _waiting(reply_id: str, tenant: Tenant) -> Reply | None:
    """The reply, if it is not handled yet."""
    reply = REPLIES.find(tenant, reply_id)
    return reply if reply and not reply.handled_at else None


def _is_by_machine(reply: Reply) -> bool:
    """Whether headers, or what mail servers write as sender and subject, show that a machine sent the mail."""
    sender, subject = reply.sender or "", reply.subject or ""
    return rules.is_bounce(reply.headers, sender, subject) or rules.is_automatic(reply.headers, subject)


def _input(record: ReplyRecord, zone: str) -> ReplyInput:
    """The engine's input for a reply. Relative days count from the day of the arrival in the organization's time
    zone."""
    reply = record.reply
    return ReplyInput(
        sender=reply.sender or "",
        subject=reply.subject or "",
        body=record.body.readable,
        received_at=reply.received_at.astimezone(ZoneInfo(zone)),
        headers=reply.headers,
    )


def _run(record: ReplyRecord, given: ReplyInput, by: Caller) -> ReplyRun:
    judged, provenance = engine.judge(given)
    if record.reply.body_missing:
        judged = replace(judged, unsure=True, reasons=(*judged.reasons, BODY_MISSING))
    return ReplyRun.of(judged, provenance, by.at)
