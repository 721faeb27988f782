"""Events from the bus: one delivery for each webhook endpoint that wants the event."""

from typing import TYPE_CHECKING, cast

from eal.entry.consumer import Consumer, Message
from eal.webhooks.fan_out import Published, fan_out

if TYPE_CHECKING:
    from eal.table.keys import Mode


def consume(message: Message) -> None:
    """An event as the relay published it. Each attempt reads the body from the table, not from here."""
    fan_out(
        Published(
            id=cast("str", message["id"]),
            type=cast("str", message["type"]),
            organization_id=cast("str", message["organization_id"]),
            mode=cast("Mode", message["mode"]),
            request_id=cast("str", message["request_id"]),
            data=message.get("data"),
        )
    )


handler = Consumer(consume).handler
