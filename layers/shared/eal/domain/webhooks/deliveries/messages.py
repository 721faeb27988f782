"""Messages to the workers of deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from eal.core.clock import Instant  # noqa: TC001 - pydantic reads the annotations of messages
from eal.core.messages import AttemptMessage, TenantMessage

if TYPE_CHECKING:
    from eal.domain.webhooks.deliveries.model import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWebhookTask(AttemptMessage):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutEvent(TenantMessage):
    """An event of any type. Its data, which can be large, is passed on unparsed."""

    id: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDeliveriesTask(TenantMessage):
    """A request to send the events of a time range again, and its message. `after` is the last event that was read."""

    replay_id: str
    webhook_id: str
    since: Instant
    until: Instant
    requested_at: Instant
    types: tuple[str, ...] | None = None
    only: Literal["failed", "missing"] | None = None
    after: str | None = None
