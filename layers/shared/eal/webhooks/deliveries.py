"""Deliveries as they are kept, and the queue that carries them.

A delivery is progress and not a customer's state: see `eal.table.progress`.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from eal import aws, events, ids, settings
from eal.audit import AuditRecord
from eal.audit_log.wire import AuditRecordView
from eal.caller import Caller
from eal.events import FEED_DAYS, Event
from eal.outbound import later
from eal.table import progress
from eal.table.item import Item, dump, load
from eal.table.keys import Key, Mode, key, partition
from eal.table.read import get_all
from eal.webhooks import store
from eal.webhooks.model import Delivery, Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.errors import Json

_KIND = "DELIVERY"
_MOST_IN_A_BATCH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
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


class Work(NamedTuple):
    """All that an attempt needs, as it was at one moment. None is what is not there any more."""

    endpoint: Endpoint | None
    delivery: Delivery | None
    event: Event | None


def read(due: Due) -> Work:
    """Endpoint, delivery and event, in one transaction."""
    endpoint, delivery, event = get_all(
        [
            store.place(due.organization_id, due.mode, due.webhook_id),
            _place(due.organization_id, due.mode, due.delivery_id),
            event_at(due.organization_id, due.mode, due.event_id),
        ]
    )
    return Work(
        store.of_item(endpoint) if endpoint else None,
        load(Delivery, delivery) if delivery else None,
        event_of(event) if event else None,
    )


def event_at(organization_id: str, mode: Mode, event_id: str) -> Key:
    """Where an event lies: an audit record is told from its own item."""
    return key(organization_id, mode, "AUDIT" if ids.is_id("aud", event_id) else "EVENT", event_id)


def advance(before: Delivery, after: Delivery) -> bool:
    """Record what has become of a delivery. False where another worker was quicker."""
    return progress.advance(item(after), was=before.version)


def retry(delivery: Delivery, by: Caller) -> Delivery:
    """Add to the write: one more attempt, now, beside those of the schedule."""
    after = delivery.retried(by.at)
    by.write.replace(item(after), was=delivery.version)
    by.write.audit("delivery.retried", after.id)
    by.write.ask("deliver_webhook", cast("Item", asdict(Due.next_of(after))))
    return after


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
                {"Id": str(index), "MessageBody": _body(one), "MessageGroupId": one.webhook_id}
                for index, one in enumerate(due[start : start + _MOST_IN_A_BATCH])
            ],
        )
        if failed := answer.get("Failed"):
            raise RuntimeError(f"the queue refused {len(failed)} messages: {failed[0]['Code']}")


def item(delivery: Delivery) -> Item:
    """The delivery with its key, its place in its endpoint's list, and the end of its time."""
    end = delivery.created_at + timedelta(days=FEED_DAYS)
    return {
        **_place(delivery.organization_id, delivery.mode, delivery.id)._asdict(),
        "kind": _KIND,
        "gsi1pk": partition(delivery.organization_id, delivery.mode, _KIND, "webhook", delivery.webhook_id),
        "gsi1sk": delivery.id,
        "ttl": int(end.timestamp()),
        **dump(delivery),
    }


def _place(organization_id: str, mode: Mode, delivery_id: str) -> Key:
    return key(organization_id, mode, _KIND, delivery_id)


def event_of(stored: Item) -> Event:
    """The event as it was published, whether it lies there as one or as an audit record."""
    return _audit_event(stored) if stored["kind"] == "AUDIT" else events.of_item(stored)


def _audit_event(stored: Item) -> Event:
    """An audit record as the event that tells of it: with the record's own id and number."""
    record = load(AuditRecord, stored)
    return Event(
        id=record.id,
        type="audit.log.event",
        created_at=record.created_at,
        tenant_id=record.organization_id,
        mode=record.mode,
        sequence=cast("int", record.seq),
        data=AuditRecordView.of(record).model_dump(mode="json", by_alias=True),
    )


def _body(due: Due) -> str:
    return json.dumps(asdict(due))
