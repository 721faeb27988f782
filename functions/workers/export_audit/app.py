"""Exports of the audit log. A message names one; what is not done in one run goes on with a message of its own.

The bus cannot give a message its tenant's group, so its messages are only passed on: all work is done in the groups,
among which the queue is fair.
"""

import json
from dataclasses import asdict, dataclass

from eal.core import aws, settings
from eal.core.table.item import load
from eal.domain.audit_log.exports import store, writing
from eal.entry.queue import Consumer, Message, RetryPolicy, TenantMessage, worker_of

RECEIVES = 5
"""The queue's maxReceiveCount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(TenantMessage):
    export_id: str


def consume(message: Message) -> None:
    due = load(Due, message)
    if "task" in message:
        return _follow(due, 0)
    seconds = writing.work(due.tenant, due.export_id, due.request_id)
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


def give_up(message: Message, fault: Exception) -> None:
    """The export has failed. Its message, a dead letter now, still makes it once it is put back."""
    due = load(Due, message)
    by = worker_of(due, "export_audit")
    store.fail(due.export_id, by)
    by.transaction.commit()


RETRY_POLICY = RetryPolicy(queue="export", first_delay_seconds=60, max_receives=RECEIVES, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
