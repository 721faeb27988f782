"""Several messages to one of our queues in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eal.core import aws, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MAX_BATCH_MESSAGES = 10
"""SQS's limit of a SendMessageBatch."""


class QueueEntry(NamedTuple):
    """A message of a batch. Without `delay_seconds`, the delay of the queue applies."""

    body: str
    group: str | None = None
    delay_seconds: int | None = None


def send_batch(queue: str, messages: Sequence[QueueEntry]) -> list[str | None]:
    """Send up to 10 messages. `queue` is the settings' name of the queue.

    Returns an error code for each message, None for those that the queue accepted.
    """
    response = aws.sqs().send_message_batch(
        QueueUrl=settings.queue(queue),
        Entries=[_entry(number, message) for number, message in enumerate(messages)],
    )
    codes = {failed["Id"]: failed["Code"] for failed in response.get("Failed", [])}
    return [codes.get(str(number)) for number in range(len(messages))]


def _entry(number: int, message: QueueEntry) -> SendMessageBatchRequestEntryTypeDef:
    entry: SendMessageBatchRequestEntryTypeDef = {"Id": str(number), "MessageBody": message.body}
    if message.group is not None:
        entry["MessageGroupId"] = message.group
    if message.delay_seconds is not None:
        entry["DelaySeconds"] = message.delay_seconds
    return entry
