"""What the API takes and shows of deliveries: attempts, test events and replays."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field

from eal.core.clock import Instant
from eal.core.events.catalogue import CATALOGUE, Event
from eal.core.listing import ListQuery, PageView
from eal.core.outbound.faults import Fault
from eal.core.outbound.sender import Reply
from eal.core.wire import Wire
from eal.domain.events.wire import EventView
from eal.domain.webhooks.endpoints.wire import EventType
from eal.domain.webhooks.model import Attempt, Delivery, Replay, Status, Trigger

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_SHOWN_IN_LISTS = 200


class DeliveryQuery(ListQuery):
    order: Annotated[
        Literal["asc", "desc"], Field(description="By the time of the events; the newest first by default.")
    ] = "desc"
    created_after: Annotated[Instant | None, Field(description="Of the event; inclusive.")] = None
    created_before: Annotated[Instant | None, Field(description="Of the event; exclusive.")] = None
    status: Status | None = None
    event_type: EventType | None = None


class AttemptView(Wire):
    """One try: `status_code` and `response` are what was answered, `error` is why there is no usable answer."""

    number: Annotated[int, Field(description="From 1, over all attempts of the delivery.")]
    at: Instant
    trigger: Annotated[
        Trigger, Field(description="The `schedule`, a retry by hand (`manual`), or a `replay`.")
    ]
    status_code: int | None
    duration_ms: int
    response: Annotated[str | None, Field(description="The answer's first 4 KiB; in lists its beginning.")]
    error: Fault | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls.model_validate(
            {
                "number": attempt.number,
                "at": attempt.at,
                "trigger": attempt.trigger,
                "status_code": attempt.status_code,
                "duration_ms": attempt.duration_ms,
                "response": attempt.response,
                "error": attempt.error,
            }
        )


class DeliveryView(Wire):
    """An event on its way to an endpoint. `skipped` is one that came while the endpoint was disabled, or is gone."""

    id: str
    event_id: str
    event_type: Annotated[str, Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})]
    webhook_id: str
    status: Status
    next_attempt_at: Annotated[Instant | None, Field(description="Null where none is to come.")]
    attempts: Annotated[list[AttemptView], Field(description="The latest 25, oldest first.")]
    created_at: Annotated[
        Instant, Field(description="When it was put on its way, which a replay may do long after its event.")
    ]
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls.model_validate(
            {
                "id": delivery.id,
                "event_id": delivery.event_id,
                "event_type": delivery.event_type,
                "webhook_id": delivery.webhook_id,
                "status": delivery.status,
                "next_attempt_at": delivery.next_attempt_at,
                "attempts": [AttemptView.of(attempt) for attempt in delivery.attempts],
                "created_at": delivery.created_at,
                "updated_at": delivery.updated_at,
                "version": delivery.version,
            }
        )

    def abridged(self) -> Self:
        """For lists: two hundred deliveries with all that was answered to them are more than Lambda may answer."""
        for attempt in self.attempts:
            attempt.response = attempt.response and attempt.response[:_SHOWN_IN_LISTS]
        return self


class DeliveryPage(PageView[DeliveryView]):
    pass


class WebhookTest(Wire):
    model_config = _INPUT

    may_be_left_out: ClassVar[bool] = True
    acts_at_once: ClassVar[bool] = True

    type: Annotated[EventType, Field(description="The example's event type.")] = "lead.created"


class WebhookTested(Wire):
    """What came of a test event. It has the sequence 0, which no real event has."""

    succeeded: bool
    status_code: int | None
    duration_ms: int
    response: Annotated[str | None, Field(description="The answer's first 4 KiB.")]
    error: Annotated[Fault | None, Field(description="Why there is no usable answer.")]
    event: EventView

    @classmethod
    def of(cls, event: Event, reply: Reply) -> Self:
        return cls.model_validate(
            {
                "succeeded": reply.status_code is not None and 200 <= reply.status_code < 300,
                "status_code": reply.status_code,
                "duration_ms": reply.duration_ms,
                "response": reply.response,
                "error": reply.error,
                "event": EventView.of(event),
            }
        )


class ReplayCreate(Wire):
    model_config = _INPUT

    since: Annotated[Instant, Field(description="Events from here on; inclusive.")]
    until: Annotated[Instant | None, Field(description="To here, exclusive; now, if it is not given.")] = None
    types: Annotated[
        list[EventType] | None,
        Field(min_length=1, max_length=100, description="Only these of the endpoint's event types."),
    ] = None
    only: Annotated[
        Literal["failed", "missing"] | None,
        Field(description="Only what failed, or was never tried; all but what is on its way, if not given."),
    ] = None
    dry_run: Annotated[bool, Field(description="Count, and send nothing.")] = False


class ReplayView(Wire):
    """What was asked for. A dry run has a count and no id."""

    id: str | None
    webhook_id: str
    since: Instant
    until: Instant
    types: list[Annotated[str, Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})]] | None
    only: Literal["failed", "missing"] | None
    dry_run: bool
    count: Annotated[int | None, Field(description="The deliveries that there would be; of a dry run only.")]
    counts_all: Annotated[
        bool | None,
        Field(description="False where the range has more events than a dry run looks at: `count` and more."),
    ]

    @classmethod
    def of(cls, asked: Replay) -> Self:
        return cls.model_validate(_asked(asked))

    @classmethod
    def of_dry_run(cls, asked: Replay, count: int, counts_all: bool) -> Self:
        counted = {"id": None, "dry_run": True, "count": count, "counts_all": counts_all}
        return cls.model_validate({**_asked(asked), **counted})


def _asked(replay: Replay) -> dict[str, object]:
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
