"""Classifies and decides a call on the task `classify_call`, once per input."""

from eal.core.table.item import load
from eal.domain.calls import classifying
from eal.domain.calls.messages import ClassifyCallTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    classifying.classify(load(ClassifyCallTask, message))


def consume_last(message: Message) -> None:
    """The last receive classifies nothing: a transcript that killed the worker four times would kill it again."""
    classifying.fail_if_waiting(load(ClassifyCallTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    classifying.give_up(load(ClassifyCallTask, message))


RETRY_POLICY = RetryPolicy(
    queue="classify", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant with many long calls must not delay the emergencies of others.
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="classify").handler
