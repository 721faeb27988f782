"""Writes or revises a content item on the task `write_content`, once."""

from eal.core.table.item import load
from eal.domain.content import writing
from eal.domain.content.messages import WriteContentTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    writing.write(load(WriteContentTask, message))


def consume_last(message: Message) -> None:
    """The last receive writes nothing: a brief that killed the worker four times would kill it again."""
    writing.fail_if_waiting(load(WriteContentTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    writing.give_up(load(WriteContentTask, message))


RETRY_POLICY = RetryPolicy(
    queue="write_content", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant that has much content written must not delay others.
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="write_content").handler
