"""Inbound webhooks: a vendor's body is stored unchanged, then enqueued for the vendor's normaliser.

Receivers ingest webhooks, and reconciliation ingests the records that webhooks left out. The normaliser treats both
alike, and recognises duplicates. S3 notifies the worker `enqueue_inbound` of each stored body, so no body is stored
without a message, wherever a receiver is killed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from eal.core import aws, clock, observe, settings
from eal.core.table.item import load
from eal.domain.integrations import connections
from eal.domain.integrations.messages import ReceivedWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.domain.integrations.connections import VendorConnection

_METADATA = "message"
"""The name of an object's metadata that has the message of the body."""


def ingest(
    connection: VendorConnection,
    connection_id: str,
    kind: str,
    body: bytes,
    *,
    request_id: str,
    delivery_id: str = "",
) -> ReceivedWebhook:
    """Put the body into S3, with its message as metadata. Both are durable on return. Returns the message.

    The object key contains the hash of the body, so a duplicate overwrites itself.
    """
    vendor = connection.vendor
    digest = hashlib.sha256(delivery_id.encode() + body).hexdigest()
    object_key = f"inbound/{vendor}/{connection_id}/{kind}/{digest}"
    received = ReceivedWebhook(
        vendor=vendor,
        kind=kind,
        organization_id=connection.organization_id,
        mode=connection.mode,
        connection_id=connection_id,
        delivery_id=delivery_id,
        raw=object_key,
        received_at=clock.now(),
        request_id=request_id,
    )
    aws.s3().put_object(
        Bucket=settings.inbound_bucket(),
        Key=object_key,
        Body=body,
        ContentType="application/octet-stream",
        Metadata={_METADATA: _message(received)},
    )
    return received


def enqueue_stored(object_key: str) -> None:
    """Enqueue the message of a stored body for its vendor's normaliser."""
    stored = aws.s3().head_object(Bucket=settings.inbound_bucket(), Key=object_key)
    received = load(ReceivedWebhook, json.loads(stored["Metadata"][_METADATA]))
    observe.bind(**received.tenant._asdict(), vendor=received.vendor, request_id=received.request_id)
    send(received)


def send(received: ReceivedWebhook, *, delay: int = 0) -> None:
    """Send a message to its vendor's queue after `delay` seconds. The message group is the connection, so that a burst
    of one tenant does not delay others.

    Groups make a standard queue fair, but do not keep order.
    """
    aws.sqs().send_message(
        QueueUrl=settings.queue(received.vendor),
        MessageBody=_message(received),
        MessageGroupId=received.connection_id,
        DelaySeconds=delay,
    )


def _message(received: ReceivedWebhook) -> str:
    """ASCII, as S3 requires of metadata, and less than its 2 KB."""
    # Without pydantic: a receiver's cold start would pay for the model.
    return json.dumps({**asdict(received), "received_at": clock.rfc3339(received.received_at)})


def process(received: ReceivedWebhook, normalise: Callable[[ReceivedWebhook, bytes], None]) -> None:
    """Call `normalise` with the message and the stored body, then stamp the connection."""
    stored = aws.s3().get_object(Bucket=settings.inbound_bucket(), Key=received.raw)
    normalise(received, stored["Body"].read())
    connections.stamp_event(received.connection_id, received.received_at)
