"""Enqueue stored inbound webhooks for their normalisers: each message is an S3 event notification.

S3 cannot set a message group, and the queues of the vendors are fair among connections.
"""

from typing import TypedDict, cast
from urllib.parse import unquote_plus

from eal.domain.integrations import inbound
from eal.entry.queue import Consumer, Message


class _Object(TypedDict):
    key: str


class _Stored(TypedDict):
    object: _Object


class S3Record(TypedDict):
    s3: _Stored


def consume(message: Message) -> None:
    """S3's test message, which the configuration of notifications causes, has no records."""
    for record in cast("list[S3Record]", message.get("Records", [])):
        inbound.enqueue_stored(unquote_plus(record["s3"]["object"]["key"]))


handler = Consumer(consume, concurrency=10).handler
