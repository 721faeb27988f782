"""Events from the bus: one delivery for each webhook endpoint that subscribes to the event."""

from eal.core.table.item import load
from eal.domain.webhooks.deliveries.fan_out import PublishedEvent, fan_out_all
from eal.domain.webhooks.deliveries.messages import FanOutEvent
from eal.entry.queue import BatchConsumer, Message


def consume(messages: list[Message]) -> None:
    """Fan out events. Attempts read their bodies from the table, not from these messages."""
    fan_out_all([_event(message) for message in messages])


def _event(message: Message) -> PublishedEvent:
    event = load(FanOutEvent, message)
    # The data, which can be large, is passed on unparsed: only filters read it.
    return PublishedEvent(event.id, event.type, event.tenant, event.request_id, message.get("data"))


handler = BatchConsumer(consume).handler
