"""The delivery queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import clock
from eal.core.outbound import later
from eal.core.outbound.later import Delayed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.core.outbound.attempts import Lane
    from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask

QUEUES: Mapping[Lane, str] = {"fast": "delivery", "slow": "slow_delivery"}
"""The settings' names of the queues."""


def enqueue_all(messages: Sequence[DeliverWebhookTask]) -> None:
    """Send messages whose attempts are due now."""
    now = clock.now()
    due = [
        Delayed(QUEUES["fast"], message.body(), message.webhook_id, message.delivery_id, now)
        for message in messages
    ]
    for fault in later.send_all(due, now):
        if fault:
            raise fault
