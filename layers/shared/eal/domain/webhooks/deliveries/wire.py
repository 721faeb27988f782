"""Request and response models for deliveries, test events and replays."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from eal.core.clock import Instant
from eal.core.events.catalogue import CATALOGUE
from eal.core.events.envelope import Event
from eal.core.listing import ListQuery, PageView
from eal.core.outbound.faults import Fault
from eal.core.outbound.sender import ReceiverReply
from eal.core.schema import ConfigDict, Field
from eal.core.wire import Wire
from eal.domain.events.wire import EventView
from eal.domain.webhooks.deliveries.messages import ReplayDeliveriesTask
from eal.domain.webhooks.deliveries.model import DeliveryStatus, Trigger
from eal.domain.webhooks.endpoints.wire import EventType

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_MAX_LISTED_RESPONSE_CHARACTERS = 200


class DeliveryQuery(ListQuery):
    order: Literal["asc", "desc"] = "desc"
    """By the time of the event; newest first by default."""
    created_after: Instant | None = None
    """Only deliveries of events created at or after this time."""
    created_before: Instant | None = None
    """Only deliveries of events created before this time."""
    status: DeliveryStatus | None = None
    """The current status."""
    event_type: EventType | None = None
    """Only deliveries of events of this type."""


class AttemptView(Wire):
    """One delivery attempt. `status_code` and `response` are what the receiver returned; `error` says why there was no
    valid response.
    """

    number: int
    """The number of the attempt within the delivery, from 1."""
    at: Instant
    """When the attempt began."""
    trigger: Trigger
    """Cause of the attempt: the retry `schedule`, a `manual` retry, or a `replay`."""
    status_code: int | None
    """The HTTP status that the receiver returned. Null if there was no response."""
    duration_ms: int
    """The time from the start of the attempt to its end, in milliseconds."""
    response: str | None
    """The first 4 KiB of the response body of the newest attempt, and the first 200 characters of an older one's; in
    lists, 200 characters of each."""
    error: Fault | None
    """Why there was no valid response. Null if there was one."""


class DeliveryView(Wire):
    """The delivery of one event to one endpoint."""

    id: str
    event_id: str
    """The id of the event, which the receiver gets as `webhook-id`."""
    event_type: Annotated[str, Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})]
    """The type of the event, such as `lead.created`."""
    webhook_id: str
    """The id of the endpoint."""
    status: DeliveryStatus
    """`pending`: an attempt is to come. `succeeded`: the receiver returned 2xx. `failed`: it did not, and no attempt is
    to come. `skipped`: the endpoint was disabled or deleted, or the event had expired."""
    next_attempt_at: Instant | None
    """When the next attempt is due. Null if no attempt is to come."""
    attempts: list[AttemptView]
    """The latest 25 attempts, oldest first."""
    created_at: Instant
    """When the delivery was created; a replay can create it long after the event."""
    updated_at: Instant
    version: int

    def abridged(self) -> Self:
        """The delivery in the form for lists: the whole responses of 200 deliveries would exceed what Lambda may
        return."""
        for attempt in self.attempts:
            attempt.response = attempt.response and attempt.response[:_MAX_LISTED_RESPONSE_CHARACTERS]
        return self


class DeliveryPage(PageView[DeliveryView]):
    pass


class WebhookTest(Wire):
    model_config = _INPUT

    may_be_left_out: ClassVar[bool] = True
    acts_at_once: ClassVar[bool] = True

    type: EventType = "lead.created"
    """The event type to send an example of."""


class WebhookTested(Wire):
    """The result of a test event. Its `sequence` is 0, which no real event has."""

    succeeded: bool
    """Whether the receiver returned 2xx."""
    status_code: int | None
    """The HTTP status that the receiver returned. Null if there was no response."""
    duration_ms: int
    """The time from the start of the request to its end, in milliseconds."""
    response: str | None
    """The first 4 KiB of the response body."""
    error: Fault | None
    """Why there was no valid response. Null if there was one."""
    event: EventView
    """The event that was sent."""

    @classmethod
    def of_test(cls, event: Event, reply: ReceiverReply) -> Self:
        return cls.model_validate(
            {
                "succeeded": reply.succeeded,
                "status_code": reply.status_code,
                "duration_ms": reply.duration_ms,
                "response": reply.response,
                "error": reply.error,
                "event": EventView.of(event),
            }
        )


class ReplayCreate(Wire):
    model_config = _INPUT

    since: Instant
    """The start of the time range, inclusive."""
    until: Instant | None = None
    """The end of the time range, exclusive. Defaults to now."""
    types: Annotated[list[EventType] | None, Field(min_length=1, max_length=100)] = None
    """The types to replay, to all of which the endpoint must be subscribed. Defaults to all its types."""
    only: Literal["failed", "missing"] | None = None
    """`failed`: events whose delivery failed, or is pending and more than an hour late. `missing`: events that have no
    delivery to the endpoint, or a skipped one. By default, every event, except those whose delivery is pending and not
    late."""
    dry_run: bool = False
    """Whether to only count the deliveries and send nothing."""


class ReplayView(Wire):
    """The replay as requested. A dry run has a count and no id."""

    id: str | None
    """The id of the replay. Null for a dry run."""
    webhook_id: str
    """The id of the endpoint."""
    since: Instant
    """The start of the time range, inclusive."""
    until: Instant
    """The end of the time range, exclusive. The time of the request if none was given."""
    types: list[Annotated[str, Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})]] | None
    """The types that are replayed. Null for all types of the endpoint."""
    only: Literal["failed", "missing"] | None
    """Selected events, as requested: `failed` or `missing`. Null for all except those whose delivery is pending and not
    late."""
    dry_run: bool
    """Whether the deliveries were only counted, and nothing is sent."""
    count: int | None
    """The number of deliveries that the replay would make. Null unless `dry_run` is true."""
    counts_all: bool | None
    """False if the range has more events than a dry run reads (5,000): the real number is at least `count`. Null unless
    `dry_run`."""

    @classmethod
    def of(cls, replay: ReplayDeliveriesTask) -> Self:
        return cls.model_validate(_fields(replay))

    @classmethod
    def of_dry_run(cls, replay: ReplayDeliveriesTask, count: int, counts_all: bool) -> Self:
        counted = {"id": None, "dry_run": True, "count": count, "counts_all": counts_all}
        return cls.model_validate({**_fields(replay), **counted})


def _fields(replay: ReplayDeliveriesTask) -> dict[str, object]:
    return {
        "id": replay.replay_id,
        "webhook_id": replay.webhook_id,
        "since": replay.since,
        "until": replay.until,
        "types": replay.types,
        "only": replay.only,
        "dry_run": False,
        "count": None,
        "counts_all": None,
    }
