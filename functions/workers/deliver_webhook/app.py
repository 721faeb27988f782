"""The delivery queue: POST each due event to its endpoint and record the response."""

from functools import partial

from eal.domain.webhooks.deliveries.attempt import deliver_all
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.entry.queue import JointConsumer

handler = JointConsumer(DeliveryMessage.of, partial(deliver_all, lane="fast")).handler
