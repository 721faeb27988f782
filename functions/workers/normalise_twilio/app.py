"""Normalise Twilio's webhooks: reports on alerts, and people's answers to them."""

from eal.core.table.item import load
from eal.domain.integrations import inbound
from eal.domain.integrations.messages import ReceivedWebhook
from eal.entry.queue import Consumer, Message
from eal.vendors.twilio import normalising


def normalise(message: Message) -> None:
    inbound.process(load(ReceivedWebhook, message), normalising.normalise)


handler = Consumer(normalise).handler
