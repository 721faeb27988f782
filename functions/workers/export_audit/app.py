"""Exports of the audit log. A message names one; what is not done in one run goes on with a message of its own.

The bus cannot give a message its tenant's group, so its messages are only passed on: all work is done in the groups,
among which the queue is fair.
"""

import json
from dataclasses import asdict, dataclass

from eal import aws, settings
from eal.audit_log.exports import store, writing
from eal.entry.consumer import Consumer, Message, RetryPolicy, TenantMessage, worker_of
from eal.table.item import load

RECEIVES = 5
"""The queue's maxReceiveCount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(TenantMessage):
    export_id: str


def consume(message: Message) -> None:
    due = load(Due, message)
    if "task" in message:
        return _follow(due, 0)
    seconds = writing.work(due.organization_id, due.mode, due.export_id, due.request_id)
    if seconds is not None:
        _follow(due, seconds)
    return None


def _follow(due: Due, seconds: int) -> None:
    aws.sqs().send_message(
        QueueUrl=settings.queue("export"),
        MessageBody=json.dumps(asdict(due)),
        MessageGroupId=due.organization_id,
        DelaySeconds=seconds,
    )


def consume_last(message: Message) -> None:
    """The same with a message that comes no more. Where it fails the export has, and the message tells the operator."""
    try:
        consume(message)
    except Exception:
        due = load(Due, message)
        by = worker_of(due, "export_audit")
        store.fail(due.export_id, by)
        by.write.commit()
        raise


RETRY_POLICY = RetryPolicy(
    queue="export", first_delay_seconds=60, not_hastened=(), max_receives=RECEIVES, on_last=consume_last
)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
