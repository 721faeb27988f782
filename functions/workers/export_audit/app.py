"""Exports of the audit log. A message names one; what is not done in one run goes on with a message of its own.

The bus cannot give a message its tenant's group, so its messages are only passed on: all work is done in the groups,
among which the queue is fair.
"""

import json
from typing import TYPE_CHECKING, cast

from eal import aws, settings
from eal.audit_log.exports import store, writing
from eal.caller import worker
from eal.entry.consumer import Consumer, Message, RetryPolicy

if TYPE_CHECKING:
    from eal.table.keys import Mode

CARRIED = ("organization_id", "mode", "export_id", "request_id")
RECEIVES = 5
"""The queue's maxReceiveCount."""


def consume(message: Message) -> None:
    if "task" in message:
        return _follow(message, 0)
    seconds = writing.work(
        cast("str", message["organization_id"]),
        cast("Mode", message["mode"]),
        cast("str", message["export_id"]),
        cast("str", message["request_id"]),
    )
    if seconds is not None:
        _follow(message, seconds)
    return None


def _follow(message: Message, seconds: int) -> None:
    aws.sqs().send_message(
        QueueUrl=settings.queue("export"),
        MessageBody=json.dumps({name: message[name] for name in CARRIED}),
        MessageGroupId=cast("str", message["organization_id"]),
        DelaySeconds=seconds,
    )


def consume_last(message: Message) -> None:
    """The same with a message that comes no more. Where it fails the export has, and the message tells the operator."""
    try:
        consume(message)
    except Exception:
        organization_id, mode = cast("str", message["organization_id"]), cast("Mode", message["mode"])
        by = worker("export_audit", organization_id, mode, cast("str", message["request_id"]))
        store.fail(cast("str", message["export_id"]), by)
        by.write.commit()
        raise


RETRY_POLICY = RetryPolicy(
    queue="export", first_delay_seconds=60, not_hastened=(), max_receives=RECEIVES, on_last=consume_last
)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
