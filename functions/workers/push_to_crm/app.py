"""The CRM queue: POST each lead with a due push to its tenant's CRM and record the outcome on the lead."""

from eal.core.table.item import load
from eal.domain.crm import push
from eal.domain.crm.messages import PushToCrmTask
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """One attempt of one push."""
    push.push(load(PushToCrmTask, message), "fast")


# The whole batch at once: an attempt may take 15 s, and ten in a row would exceed the function's timeout.
handler = Consumer(consume, concurrency=10, fair_queue="crm").handler
