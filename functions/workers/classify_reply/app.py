"""Matches a received e-mail with the e-mail that it answers, classifies it, and carries out what follows."""

from eal.core.table.item import load
from eal.domain.outreach.replies import handling
from eal.domain.outreach.replies.messages import ClassifyReplyTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    handling.handle(load(ClassifyReplyTask, message))


def consume_last(message: Message) -> None:
    """The last receive classifies nothing: a mail that killed the worker four times would kill it again."""
    handling.fail_if_waiting(load(ClassifyReplyTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    handling.give_up(load(ClassifyReplyTask, message))


RETRY_POLICY = RetryPolicy(
    queue="classify_reply", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant with many replies must not delay the wishes to get no more mail of others.
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="classify_reply").handler
