"""Events from the bus: one delivery for each webhook endpoint that subscribes to the event."""

from eal.core.table.item import load
from eal.domain.webhooks.deliveries.fan_out import PublishedEvent, fan_out
from eal.entry.messages.fan_out_events import BusEvent
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """Fan out an event. Attempts read its body from the table, not from this message."""
    event = load(BusEvent, message)
    # The data, which can be large, is passed on unparsed: only filters read it.
    fan_out(PublishedEvent(event.id, event.type, event.tenant, event.request_id, message.get("data")))


handler = Consumer(consume).handler
