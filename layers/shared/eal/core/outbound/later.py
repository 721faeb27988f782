"""Delayed messages to our queues: with the delay of SQS up to 15 minutes, with EventBridge Scheduler beyond.

A schedule fires once and deletes itself. Its name is that of the message with the second of its time, so a worker that
is killed and runs again creates no second schedule. A message that Scheduler cannot deliver goes to the queue's
dead-letter queue.

If Scheduler accepts no schedule, the message takes SQS's longest delay instead and arrives early. Its consumer then
postpones it again. An error would be worse: the request has been made, and would be repeated without a record.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from math import ceil
from typing import TYPE_CHECKING

from eal.core import aws, observe, settings
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

_REFUSALS = ("ThrottlingException", "ServiceQuotaExceededException", "InternalServerException")
"""Errors of CreateSchedule that have nothing to do with the request."""


def send(queue: str, body: str, *, group: str, name: str, at: datetime, now: datetime) -> None:
    """Send a message so that it arrives at `at`, or early if Scheduler refuses. `name` is unique within the queue."""
    seconds = max(ceil((at - now).total_seconds()), 0)
    if seconds > MAX_SQS_DELAY_SECONDS and _schedule(queue, body, name, at):
        return
    aws.sqs().send_message(
        QueueUrl=settings.queue(queue),
        MessageBody=body,
        MessageGroupId=group,
        DelaySeconds=min(seconds, MAX_SQS_DELAY_SECONDS),
    )


def _schedule(queue: str, body: str, name: str, at: datetime) -> bool:
    """Create the schedule. False if Scheduler is throttled, full or faulty."""
    second = at.astimezone(UTC).replace(microsecond=0, tzinfo=None) + timedelta(seconds=at.microsecond > 0)
    client = aws.scheduler()
    try:
        client.create_schedule(
            Name=f"{name}-{second:%Y%m%dT%H%M%S}",
            GroupName=settings.schedules(),
            ScheduleExpression=f"at({second.isoformat()})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            # No message group: a queue target accepts one for FIFO queues only (Scheduler's API reference,
            # SqsParameters), and the local stack's emulator lacks the universal target, which accepts any.
            Target={
                "Arn": settings.queue_arn(queue),
                "RoleArn": settings.schedules_role(),
                "Input": body,
                "DeadLetterConfig": {"Arn": settings.dead_queue_arn(queue)},
            },
        )
    except client.exceptions.ConflictException:
        return True  # an earlier run of the same message created it
    except client.exceptions.ClientError as refused:
        code = refused.response["Error"]["Code"]
        if code not in _REFUSALS:
            raise
        observe.logger.warning("schedule_refused", code=code)
        return False
    return True
