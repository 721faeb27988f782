"""The slow delivery queue: deliver to endpoints that fail or respond slowly, so that no other waits for them."""

from functools import partial

from eal.domain.webhooks.deliveries.attempt import deliver_all
from eal.domain.webhooks.deliveries.queue import DeliveryMessage
from eal.entry.queue import JointConsumer

handler = JointConsumer(DeliveryMessage.of, partial(deliver_all, lane="slow")).handler
