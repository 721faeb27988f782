"""The way in: what a vendor says is kept as it came, then queued for the vendor's normaliser.

Receivers take it, and so do the workers that ask a vendor for what its webhooks have left out: whatever comes this way
is treated alike, however often it comes.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast

from eal import aws, caller, clock, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.caller import Caller
    from eal.errors import Json
    from eal.integrations.connections import Connection
    from eal.table.keys import Mode


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
    send(message)


def send(message: Mapping[str, Json], *, delay: int = 0) -> None:
    """Send a message to its vendor's queue, in its connection's group: so one tenant's flood holds up no other's.

    The groups make a fair queue of a standard one, which keeps no order.
    """
    aws.sqs().send_message(
        QueueUrl=settings.queue(cast("str", message["vendor"])),
        MessageBody=json.dumps(message),
        MessageGroupId=cast("str", message["connection_id"]),
        DelaySeconds=delay,
    )


def caller_of(message: Mapping[str, Json]) -> Caller:
    """The vendor, as who changes what its message tells of."""
    return caller.vendor(
        cast("str", message["vendor"]),
        cast("str", message["organization_id"]),
        cast("Mode", message["mode"]),
        cast("str", message["request_id"]),
    )


def raw(place: str) -> bytes:
    """The body, as it came."""
    return aws.s3().get_object(Bucket=settings.inbound_bucket(), Key=place)["Body"].read()
