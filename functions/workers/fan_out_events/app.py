"""Events from the bus: one delivery for each webhook endpoint that wants the event."""

from dataclasses import dataclass

from eal.core.table.item import load
from eal.domain.webhooks.deliveries.fan_out import Published, fan_out
from eal.entry.queue import Consumer, Message, TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class BusEvent(TenantMessage):
    id: str
    type: str


def consume(message: Message) -> None:
    """An event as the relay published it. Each attempt reads the body from the table, not from here."""
    event = load(BusEvent, message)
    # The data, which can be large, is passed on as it is: only filters read it.
    fan_out(Published(event.id, event.type, event.tenant, event.request_id, message.get("data")))


handler = Consumer(consume).handler
