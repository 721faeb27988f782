"""Enqueue stored inbound webhooks for their normalisers: each message is an S3 event notification.

S3 cannot set a message group, and the queues of the vendors are fair among connections.
"""

from eal.core import uploads
from eal.domain.integrations import inbound
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    for upload in uploads.in_notification(message):
        inbound.enqueue_stored(upload.key)


handler = Consumer(consume, concurrency=10).handler
