"""Writes the bundle of a sign-off on the task `write_bundle`."""

from eal.core.table.item import load
from eal.domain.claims.sign_offs import writing
from eal.domain.claims.sign_offs.messages import WriteBundleTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    writing.write(load(WriteBundleTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    writing.give_up(load(WriteBundleTask, message))


RETRY_POLICY = RetryPolicy(queue="write_bundle", first_delay_seconds=30, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="write_bundle").handler
