"""Publishes scheduled content at its time, on the task `publish_content`, once."""

from eal.core.table.item import load
from eal.domain.content import scheduled_publication
from eal.domain.content.messages import PublishContentTask
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    scheduled_publication.publish(load(PublishContentTask, message))


handler = Consumer(consume).handler
