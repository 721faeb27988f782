"""The way in: what a vendor says is kept as it came, then queued for the vendor's normaliser.

Receivers take it, and so do the workers that ask a vendor for what its webhooks have left out: whatever comes this way
is treated alike, however often it comes.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from eal import aws, clock, settings

if TYPE_CHECKING:
    from eal.errors import Json
    from eal.integrations.connections import Connection


def take_in(
    connection: Connection,
    connection_id: str,
    kind: str,
    body: bytes,
    *,
    request_id: str,
    delivery_id: str = "",
) -> None:
    """Put the body to S3, then a message with its place to the vendor's queue: when this returns, both are durable.

    The object's key is the body's own hash, so that a duplicate lands on itself.
    """
    vendor = connection.vendor
    place = f"inbound/{vendor}/{connection_id}/{kind}/{hashlib.sha256(body).hexdigest()}"
    aws.s3().put_object(
        Bucket=settings.inbound_bucket(), Key=place, Body=body, ContentType="application/json"
    )
    message: dict[str, Json] = {
        "vendor": vendor,
        "kind": kind,
        "organization_id": connection.organization_id,
        "mode": connection.mode,
        "connection_id": connection_id,
        "delivery_id": delivery_id,
        "raw": place,
        "received_at": clock.rfc3339(clock.now()),
        "request_id": request_id,
    }
    aws.sqs().send_message(QueueUrl=settings.queue(vendor), MessageBody=json.dumps(message))


def raw(place: str) -> bytes:
    """The body, as it came."""
    return aws.s3().get_object(Bucket=settings.inbound_bucket(), Key=place)["Body"].read()
