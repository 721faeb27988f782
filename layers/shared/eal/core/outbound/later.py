"""Delayed messages to our queues: with the delay of SQS up to 15 minutes, with EventBridge Scheduler beyond.

A schedule fires once and deletes itself. Its name is that of the message with the second of its time, so a worker that
is killed and runs again creates no second schedule. A message that Scheduler cannot deliver goes to the queue's
dead-letter queue.

If Scheduler accepts no schedule, or does not respond, the message takes SQS's longest delay instead and arrives early.
Its consumer then postpones it again. An error would be worse: the request has been made, and would be repeated without
a record. A message may arrive twice, because a call without a response may have been carried out.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from itertools import batched
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from eal.core import aws, observe, settings, sqs
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_REFUSALS = ("ThrottlingException", "ServiceQuotaExceededException", "InternalServerException")
"""Errors of CreateSchedule that have nothing to do with the request."""


class Delayed(NamedTuple):
    """A message that arrives at `at`, or early without a schedule. `name` is unique within the queue."""

    queue: str
    body: str
    group: str
    name: str
    at: datetime


class NotSent(Exception):
    """A queue refused a message."""


def send_all(messages: Sequence[Delayed], now: datetime) -> list[Exception | None]:
    """Send messages. Returns for each one None, or why it was not sent: one that fails holds up no other.

    One whose call has no response counts as not sent.
    """
    results: dict[int, Exception] = {}
    by_queue: dict[str, list[int]] = {}
    scheduler_responds = True
    for number, message in enumerate(messages):
        is_scheduled = False
        try:
            if scheduler_responds and _seconds(message, now) > MAX_SQS_DELAY_SECONDS:
                is_scheduled = _schedule(message)
        except aws.Unreachable as fault:
            # Only one message waits for the time-outs: with ten of them, the worker would be killed before it records.
            scheduler_responds = False
            observe.logger.warning("scheduler_unreachable", fault=str(fault), schedule=message.name)
        except aws.Refused as fault:
            results[number] = fault
            continue
        if not is_scheduled:
            by_queue.setdefault(message.queue, []).append(number)
    for queue, numbers in by_queue.items():
        for batch in batched(numbers, sqs.MAX_BATCH_MESSAGES, strict=False):
            results |= _send_batch(queue, {number: messages[number] for number in batch}, now)
    return [results.get(number) for number in range(len(messages))]


def send(message: Delayed, now: datetime) -> None:
    """Send a message."""
    (fault,) = send_all([message], now)
    if fault:
        raise fault


def _send_batch(queue: str, messages: Mapping[int, Delayed], now: datetime) -> dict[int, Exception]:
    entries = [
        sqs.QueueEntry(message.body, message.group, min(_seconds(message, now), MAX_SQS_DELAY_SECONDS))
        for message in messages.values()
    ]
    try:
        codes = sqs.send_batch(queue, entries)
    except (aws.Refused, aws.Unreachable) as fault:
        return dict.fromkeys(messages, fault)
    return {number: NotSent(f"{queue}: {code}") for number, code in zip(messages, codes, strict=True) if code}


def _seconds(message: Delayed, now: datetime) -> int:
    return max(ceil((message.at - now).total_seconds()), 0)


def _schedule(message: Delayed) -> bool:
    """Create the schedule. False if Scheduler is throttled, full or faulty. Raises: aws.Refused, aws.Unreachable."""
    second = message.at.astimezone(UTC).replace(microsecond=0, tzinfo=None) + timedelta(
        seconds=message.at.microsecond > 0
    )
    client = aws.scheduler()
    try:
        client.create_schedule(
            Name=f"{message.name}-{second:%Y%m%dT%H%M%S}",
            GroupName=settings.schedules(),
            ScheduleExpression=f"at({second.isoformat()})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            # No message group: a queue target accepts one for FIFO queues only (Scheduler's API reference,
            # SqsParameters), and the local stack's emulator lacks the universal target, which accepts any.
            Target={
                "Arn": settings.queue_arn(message.queue),
                "RoleArn": settings.schedules_role(),
                "Input": message.body,
                "DeadLetterConfig": {"Arn": settings.dead_queue_arn(message.queue)},
            },
        )
    except client.exceptions.ConflictException:
        return True  # an earlier run of the same message created it
    except aws.Refused as refused:
        if refused.code not in _REFUSALS:
            raise
        observe.logger.warning("schedule_refused", code=refused.code, schedule=message.name)
        return False
    return True
