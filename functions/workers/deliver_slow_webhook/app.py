"""The slow delivery queue: deliver to endpoints that fail or respond slowly, so that no other waits for them."""

from functools import partial

from eal.core.table.item import load
from eal.domain.webhooks.deliveries.attempt import deliver_all
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
from eal.entry.queue import JointConsumer

handler = JointConsumer(partial(load, DeliverWebhookTask), partial(deliver_all, lane="slow")).handler
