"""The delivery queue: POST each due event to its endpoint, and record what the receiver said."""

from eal.entry.consumer import Consumer, Message
from eal.webhooks import attempt
from eal.webhooks.delivery_queue import Due


def consume(message: Message) -> None:
    """One attempt of one delivery."""
    attempt.deliver(Due.of(message))


# A batch at once: an attempt may wait for 15 s, and ten in a row would outlast the function's time.
handler = Consumer(consume, concurrency=10).handler
