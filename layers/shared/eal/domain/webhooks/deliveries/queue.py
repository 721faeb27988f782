"""The queue that carries deliveries: its messages, and how they are sent."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from eal.core import aws, settings
from eal.core.outbound import later
from eal.core.table.item import load
from eal.core.tenancy import Mode, TenantScoped
from eal.domain.webhooks.model import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.core.json import Json

_MOST_IN_A_BATCH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(TenantScoped):
    """A message of the delivery queue: this attempt of this delivery is due, or will be."""

    organization_id: str
    mode: Mode
    delivery_id: str
    webhook_id: str
    event_id: str
    attempt: int
    request_id: str
    deferrals: int = 0

    @classmethod
    def of(cls, message: "Mapping[str, Json]") -> Self:
        return load(cls, message)

    @classmethod
    def next_of(cls, delivery: Delivery) -> Self:
        """The message for a delivery's next attempt."""
        return cls(
            organization_id=delivery.organization_id,
            mode=delivery.mode,
            delivery_id=delivery.id,
            webhook_id=delivery.webhook_id,
            event_id=delivery.event_id,
            attempt=delivery.made + 1,
            request_id=delivery.request_id,
        )

    def deferred(self) -> Self:
        """The same attempt, put off once more."""
        return replace(self, deferrals=self.deferrals + 1)


def enqueue(due: Due, at: datetime, now: datetime) -> None:
    """Send the message so that it comes at `at`."""
    later.send(
        "delivery",
        _body(due),
        group=due.webhook_id,
        name=f"{due.delivery_id}-{due.attempt}",
        at=at,
        now=now,
    )


def enqueue_all(due: "Sequence[Due]") -> None:
    """Send messages that are due now."""
    for start in range(0, len(due), _MOST_IN_A_BATCH):
        answer = aws.sqs().send_message_batch(
            QueueUrl=settings.queue("delivery"),
            Entries=[
                {"Id": str(index), "MessageBody": _body(message), "MessageGroupId": message.webhook_id}
                for index, message in enumerate(due[start : start + _MOST_IN_A_BATCH])
            ],
        )
        if failed := answer.get("Failed"):
            raise RuntimeError(f"the queue refused {len(failed)} messages: {failed[0]['Code']}")


def _body(due: Due) -> str:
    return json.dumps(asdict(due))
