"""Create or find the lead of a qualified call, on `call.classified` with `qualified` true."""

from eal.core.messages import ResourceEvent
from eal.core.table.item import load
from eal.domain.calls import qualifying
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    qualifying.qualify(load(ResourceEvent, message))


handler = Consumer(consume).handler
