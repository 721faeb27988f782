"""Takes a call to the next person on call if nobody acknowledges it, on the task `escalate_dispatch`."""

from eal.core.table.item import load
from eal.domain.calls import escalating
from eal.domain.calls.messages import EscalateDispatchTask
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    escalating.escalate(load(EscalateDispatchTask, message))


handler = Consumer(consume).handler
