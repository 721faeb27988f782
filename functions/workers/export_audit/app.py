"""Exports the audit log. A message names an export; a run that does not complete it enqueues another message."""

from eal.core.table.item import load
from eal.domain.audit_log.exports import writing
from eal.domain.audit_log.exports.messages import ExportAuditTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    writing.export(load(ExportAuditTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    writing.give_up(load(ExportAuditTask, message))


RETRY_POLICY = RetryPolicy(queue="export", first_delay_seconds=60, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="export").handler
