"""Messages to a queue of ours that are to come later: SQS's own delay up to 15 minutes, EventBridge Scheduler beyond.

A schedule fires once and deletes itself. Its name is the message's own with its second, so that a worker that was
killed and runs again makes no second one. What Scheduler cannot deliver goes to the queue's dead-letter queue.
"""

from datetime import UTC, datetime, timedelta
from math import ceil

from eal.core import aws, settings
from eal.core.outbound.schedule import LONGEST_DELAY


def send(queue: str, body: str, *, group: str, name: str, at: datetime, now: datetime) -> None:
    """Send a message so that it comes at `at`, and never before. `name` tells it from the queue's other ones."""
    if (at - now).total_seconds() > LONGEST_DELAY:
        _schedule(queue, body, name, at)
        return
    aws.sqs().send_message(
        QueueUrl=settings.queue(queue),
        MessageBody=body,
        MessageGroupId=group,
        DelaySeconds=max(ceil((at - now).total_seconds()), 0),
    )


def _schedule(queue: str, body: str, name: str, at: datetime) -> None:
    second = at.astimezone(UTC).replace(microsecond=0, tzinfo=None) + timedelta(seconds=at.microsecond > 0)
    client = aws.scheduler()
    try:
        client.create_schedule(
            Name=f"{name}-{second:%Y%m%dT%H%M%S}",
            GroupName=settings.schedules(),
            ScheduleExpression=f"at({second.isoformat()})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            # No message group: a target that is a queue takes one for FIFO queues only (Scheduler's API reference,
            # SqsParameters). The universal target that takes any is not in the local stack's emulator.
            Target={
                "Arn": settings.queue_arn(queue),
                "RoleArn": settings.schedules_role(),
                "Input": body,
                "DeadLetterConfig": {"Arn": settings.dead_queue_arn(queue)},
            },
        )
    except client.exceptions.ConflictException:
        return  # an earlier run of the same work made it
