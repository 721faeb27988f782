"""The delivery queue: POST each due event to its endpoint, and record what the receiver said."""

from eal.domain.webhooks.deliveries import attempt
from eal.domain.webhooks.deliveries.queue import Due
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """One attempt of one delivery."""
    attempt.deliver(Due.of(message))


# A batch at once: an attempt may wait for 15 s, and ten in a row would outlast the function's time.
handler = Consumer(consume, concurrency=10).handler
