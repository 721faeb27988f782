"""The messages of the delivery queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from eal.core import clock
from eal.core.outbound import later
from eal.core.outbound.attempts import AttemptMessage, Lane
from eal.core.outbound.later import Delayed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.domain.webhooks.deliveries.model import Delivery

QUEUES: Mapping[Lane, str] = {"fast": "delivery", "slow": "slow_delivery"}
"""The settings' names of the queues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMessage(AttemptMessage):
    """A message of the delivery queues."""

    delivery_id: str
    webhook_id: str
    event_id: str

    @classmethod
    def next_of(cls, delivery: Delivery) -> Self:
        """The message for a delivery's next attempt."""
        return cls(
            organization_id=delivery.organization_id,
            mode=delivery.mode,
            delivery_id=delivery.id,
            webhook_id=delivery.webhook_id,
            event_id=delivery.event_id,
            attempt=delivery.attempts_made + 1,
            request_id=delivery.request_id,
        )


def enqueue_all(messages: Sequence[DeliveryMessage]) -> None:
    """Send messages whose attempts are due now."""
    now = clock.now()
    due = [
        Delayed(QUEUES["fast"], message.body(), message.webhook_id, message.delivery_id, now)
        for message in messages
    ]
    for fault in later.send_all(due, now):
        if fault:
            raise fault
