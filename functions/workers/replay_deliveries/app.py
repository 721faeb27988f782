"""Replays of events to an endpoint. If one run does not finish a replay, another message continues it."""

from eal.core.table.item import load
from eal.domain.webhooks.deliveries import replay as replays
from eal.domain.webhooks.deliveries import replay_lease
from eal.domain.webhooks.deliveries.messages import ReplayDeliveriesTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    replays.run(load(ReplayDeliveriesTask, message))


def give_up(message: Message, fault: Exception) -> None:
    """Let the customer request another replay. A redrive of the message, now a dead letter, continues this one."""
    replay_lease.release(load(ReplayDeliveriesTask, message))


RETRY_POLICY = RetryPolicy(queue="replay", first_delay_seconds=20, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="replay").handler
