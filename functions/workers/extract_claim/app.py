"""Extracts the scope of a claim on the task `extract_claim`, once per evidence and version of the engine."""

from eal.core.table.item import load
from eal.domain.claims.scope import extracting
from eal.domain.claims.scope.messages import ExtractClaimTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    extracting.extract(load(ExtractClaimTask, message))


def consume_last(message: Message) -> None:
    """The last receive extracts nothing: evidence that killed the worker four times would kill it again."""
    extracting.fail_if_waiting(load(ExtractClaimTask, message))


def give_up(message: Message, _fault: Exception) -> None:
    extracting.give_up(load(ExtractClaimTask, message))


RETRY_POLICY = RetryPolicy(
    queue="extract_claim", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant with many claims must not delay those of others.
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="extract_claim").handler
