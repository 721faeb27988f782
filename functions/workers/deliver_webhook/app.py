"""The delivery queue: POST each due event to its endpoint and record the response."""

from functools import partial

from eal.core.table.item import load
from eal.domain.webhooks.deliveries.attempt import deliver_all
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
from eal.entry.queue import JointConsumer

handler = JointConsumer(partial(load, DeliverWebhookTask), partial(deliver_all, lane="fast")).handler
