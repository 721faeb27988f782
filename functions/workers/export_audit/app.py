"""Exports the audit log. A message names an export; a run that does not complete it enqueues another message."""

import json
from dataclasses import asdict

from eal.core import aws, settings
from eal.core.table.item import load
from eal.domain.audit_log.exports import store, writing
from eal.domain.audit_log.exports.messages import ExportAuditTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    export_message = load(ExportAuditTask, message)
    seconds = writing.work(export_message.tenant, export_message.export_id, export_message.request_id)
    if seconds is not None:
        _enqueue(export_message, seconds)


def _enqueue(message: ExportAuditTask, seconds: int) -> None:
    aws.sqs().send_message(
        QueueUrl=settings.queue("export"),
        MessageBody=json.dumps(asdict(message)),
        MessageGroupId=message.organization_id,
        DelaySeconds=seconds,
    )


def give_up(message: Message, fault: Exception) -> None:
    """Mark the export as failed. A redrive of its message, now a dead letter, still completes it."""
    export_message = load(ExportAuditTask, message)
    by = export_message.as_worker("export_audit")
    store.fail(export_message.export_id, by)
    by.transaction.commit()


RETRY_POLICY = RetryPolicy(queue="export", first_delay_seconds=60, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="export").handler
