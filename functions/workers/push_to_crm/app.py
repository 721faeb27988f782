"""The CRM queue: POST each lead whose push is due to its tenant's CRM, and record on the lead what came of it."""

from eal.domain.crm import push
from eal.domain.crm.model import PushMessage
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """One attempt of one push."""
    push.push(PushMessage.of(message))


# A batch at once: an attempt may wait for 15 s, and ten in a row would outlast the function's time.
handler = Consumer(consume, concurrency=10).handler
