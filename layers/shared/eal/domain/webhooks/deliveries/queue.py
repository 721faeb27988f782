"""The messages of the delivery queue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import batched
from typing import TYPE_CHECKING, Self

from eal.core import aws, settings
from eal.core.outbound.attempts import AttemptMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.domain.webhooks.deliveries.model import Delivery

_MAX_BATCH_MESSAGES = 10
"""SQS's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMessage(AttemptMessage):
    """A message of the delivery queue. `deferrals` counts how often this attempt was deferred."""

    delivery_id: str
    webhook_id: str
    event_id: str
    deferrals: int = 0

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

    def deferred(self) -> Self:
        return replace(self, deferrals=self.deferrals + 1)


def enqueue_all(messages: Sequence[DeliveryMessage]) -> None:
    """Send messages whose attempts are due now."""
    for batch in batched(messages, _MAX_BATCH_MESSAGES, strict=False):
        answer = aws.sqs().send_message_batch(
            QueueUrl=settings.queue("delivery"),
            Entries=[
                {"Id": str(index), "MessageBody": message.body(), "MessageGroupId": message.webhook_id}
                for index, message in enumerate(batch)
            ],
        )
        if failed := answer.get("Failed"):
            raise RuntimeError(f"the queue refused {len(failed)} messages: {failed[0]['Code']}")
