"""Erases what refers to an erased lead, prospect, call, claim or content item, on the tasks `erase_…`."""

from typing import cast

from eal.core.table.item import load
from eal.domain.erasure import traces
from eal.domain.erasure.messages import TASKS
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    traces.erase(load(TASKS[cast("str", message["task"])], message))


handler = Consumer(consume).handler
