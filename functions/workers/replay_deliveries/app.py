"""Replays of events to an endpoint. If one run does not finish a replay, another message continues it.

Messages from the bus are only forwarded: EventBridge cannot set a message group per tenant, and the queue is fair among
groups.
"""

from eal.core.table.item import load
from eal.domain.webhooks.deliveries import replay as replays
from eal.domain.webhooks.deliveries import replay_lease
from eal.domain.webhooks.deliveries.model import Replay
from eal.entry.queue import Consumer, Message, RetryPolicy

MAX_RECEIVES = 5
"""The queue's maxReceiveCount."""


def consume(message: Message) -> None:
    replay = load(Replay, message)
    if "task" in message:
        replays.enqueue(replay)
    else:
        replays.run(replay)


def give_up(message: Message, fault: Exception) -> None:
    """Let the customer request another replay. A redrive of the message, now a dead letter, continues this one."""
    replay_lease.release(load(Replay, message))


RETRY_POLICY = RetryPolicy(queue="replay", first_delay_seconds=20, max_receives=MAX_RECEIVES, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
