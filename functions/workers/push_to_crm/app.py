"""The CRM queue: POST each lead with a due push to its tenant's CRM and record the outcome on the lead."""

from eal.domain.crm import push
from eal.domain.crm.model import PushMessage
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """One attempt of one push."""
    push.push(PushMessage.of(message), "fast")


# The whole batch at once: an attempt may take 15 s, and ten in a row would exceed the function's timeout.
handler = Consumer(consume, concurrency=10, fair_queue="crm").handler
