"""Inspects uploaded photos of claims: each message is an S3 event notification, or a photo."""

from eal.core import uploads
from eal.core.messages import KeepsFailing
from eal.core.table.item import load
from eal.domain.claims.photos import inspection
from eal.domain.claims.photos.messages import InspectPhotoTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    if "photo_id" in message:
        inspection.inspect(load(InspectPhotoTask, message))
    else:
        inspection.enqueue_uploaded(uploads.in_notification(message))


def consume_last(message: Message) -> None:
    """The last receive inspects nothing: a file that killed the worker four times would kill it again."""
    if "photo_id" in message:
        raise KeepsFailing
    inspection.enqueue_uploaded(uploads.in_notification(message))


def give_up(message: Message, _fault: Exception) -> None:
    """A notification that cannot be enqueued changes nothing, because redriving it does all that is left to do."""
    if "photo_id" in message:
        inspection.give_up(load(InspectPhotoTask, message))


RETRY_POLICY = RetryPolicy(queue="photo", first_delay_seconds=30, give_up=give_up, consume_last=consume_last)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
