"""The queue that carries deliveries: its messages, and how they are sent."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from eal.core import aws, settings
from eal.core.outbound.attempts import AttemptMessage
from eal.domain.webhooks.model import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence


_MOST_IN_A_BATCH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(AttemptMessage):
    """A message of the delivery queue. `deferrals` counts how often this attempt was put off."""

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
        """The same attempt, put off once more."""
        return replace(self, deferrals=self.deferrals + 1)


def enqueue_all(due: "Sequence[Due]") -> None:
    """Send messages that are due now."""
    for start in range(0, len(due), _MOST_IN_A_BATCH):
        answer = aws.sqs().send_message_batch(
            QueueUrl=settings.queue("delivery"),
            Entries=[
                {"Id": str(index), "MessageBody": message.body(), "MessageGroupId": message.webhook_id}
                for index, message in enumerate(due[start : start + _MOST_IN_A_BATCH])
            ],
        )
        if failed := answer.get("Failed"):
            raise RuntimeError(f"the queue refused {len(failed)} messages: {failed[0]['Code']}")
