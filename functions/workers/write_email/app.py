"""Writes a draft on the task `write_email`, once."""

from eal.core.table.item import load
from eal.domain.outreach.drafts import writing
from eal.domain.outreach.drafts.messages import WriteEmailTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    writing.write(load(WriteEmailTask, message))


def consume_last(message: Message) -> None:
    """The last receive writes nothing: instructions that killed the worker four times would kill it again."""
    writing.fail_if_waiting(load(WriteEmailTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    writing.give_up(load(WriteEmailTask, message))


RETRY_POLICY = RetryPolicy(
    queue="write_email", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant that has many drafts written must not delay others.
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="write_email").handler
