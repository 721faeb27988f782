"""The way in: what a vendor says is kept as it came, then queued for the vendor's normaliser.

Receivers take it, and so do the workers that ask a vendor for what its webhooks have left out: whatever comes this way
is treated alike, however often it comes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from eal.core import aws, caller, clock, settings
from eal.core.caller import Caller
from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.table.item import load
from eal.core.tenancy import Mode, TenantScoped
from eal.domain.integrations import connections
from eal.domain.integrations.connections import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(TenantScoped):
    """A message of a vendor's queue: what came, and for whom. `raw` is where its body is kept."""

    vendor: str
    kind: str
    organization_id: str
    mode: Mode
    connection_id: str
    delivery_id: str
    raw: str
    received_at: Instant
    request_id: str

    def as_caller(self) -> Caller:
        """The vendor, as who changes what it tells of."""
        return caller.vendor(self.vendor, self.tenant, self.request_id)


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
    received = Received(
        vendor=vendor,
        kind=kind,
        organization_id=connection.organization_id,
        mode=connection.mode,
        connection_id=connection_id,
        delivery_id=delivery_id,
        raw=place,
        received_at=clock.now(),
        request_id=request_id,
    )
    send(received)


def send(received: Received, *, delay: int = 0) -> None:
    """Send a message to its vendor's queue, in its connection's group: so one tenant's flood holds up no other's.

    The groups make a fair queue of a standard one, which keeps no order.
    """
    # Not by pydantic: a receiver's cold start would pay for the model.
    message = {**asdict(received), "received_at": clock.rfc3339(received.received_at)}
    aws.sqs().send_message(
        QueueUrl=settings.queue(received.vendor),
        MessageBody=json.dumps(message),
        MessageGroupId=received.connection_id,
        DelaySeconds=delay,
    )


def normaliser(normalise: Callable[[Received, bytes], None]) -> Callable[[Mapping[str, Json]], None]:
    """What the vendor's `Consumer` runs: `normalise` with the message and the body as it came, and then the
    connection is known to be alive."""

    def consume(message: Mapping[str, Json]) -> None:
        received = load(Received, message)
        stored = aws.s3().get_object(Bucket=settings.inbound_bucket(), Key=received.raw)
        normalise(received, stored["Body"].read())
        connections.stamp_event(received.connection_id, received.received_at)

    return consume
