"""Writes the bundle of a sign-off on the task `write_bundle`."""

from eal.core.table.item import load
from eal.domain.claims.sign_offs import writing
from eal.domain.claims.sign_offs.messages import WriteBundleTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    task = load(WriteBundleTask, message)
    writing.write(task.ref, task.as_worker("write_bundle"))


def give_up(message: Message, _fault: Exception) -> None:
    """Mark the sign-off's bundle as failed. A redrive of its message, now a dead letter, still writes it."""
    task = load(WriteBundleTask, message)
    writing.give_up(task.ref, task.as_worker("write_bundle"))


RETRY_POLICY = RetryPolicy(queue="write_bundle", first_delay_seconds=30, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="write_bundle").handler
