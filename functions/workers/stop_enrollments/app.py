"""Stops enrollments on the task `stop_enrollments`: that of a converted prospect, or all of an archived sequence."""

from eal.core.table.item import load
from eal.domain.outreach.enrollments import stopping
from eal.domain.outreach.enrollments.messages import StopEnrollmentsTask
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    stopping.stop(load(StopEnrollmentsTask, message))


# A tenant that archives a long sequence must not delay the conversions of others.
handler = Consumer(consume, fair_queue="stop").handler
