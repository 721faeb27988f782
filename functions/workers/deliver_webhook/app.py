"""The delivery queue: POST each due event to its endpoint and record the response."""

from eal.domain.webhooks.deliveries import attempt
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """One attempt of one delivery."""
    attempt.deliver(DeliveryMessage.of(message))


# The whole batch at once: an attempt may take 15 s, and ten in a row would exceed the function's timeout.
handler = Consumer(consume, concurrency=10).handler
