"""What the API takes and shows of webhook endpoints, their deliveries, and the types of events."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Literal, Self, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    RootModel,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from eal.clock import Instant
from eal.events import CATALOGUE, RESERVED, Event
from eal.feed.wire import EventView
from eal.listing import ListQuery, PageView
from eal.outbound.faults import Fault
from eal.outbound.sender import Reply
from eal.webhooks.model import (
    DEFAULT_OVERLAP_SECONDS,
    EVERY_TYPE,
    LONGEST_OVERLAP_SECONDS,
    Attempt,
    Conditions,
    Delivery,
    Endpoint,
    Reason,
    Replay,
    Status,
    Trigger,
)
from eal.wire import Wire, free_number

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_LONGEST_TEXT = 500
_LARGEST_FILTER = 16_384
_SHOWN_IN_LISTS = 200


def _one_of(names: Sequence[str]) -> Callable[[str], str]:
    def check(event_type: str) -> str:
        if event_type not in names:
            raise ValueError(f"must be one of: {', '.join(names)}")
        return event_type

    return check


def _listed(value: object) -> object:
    """`"*"` is good for `["*"]`."""
    return [value] if value == EVERY_TYPE else value


def _each_once(event_types: list[str]) -> list[str]:
    return list(dict.fromkeys(event_types))


def _scalar(value: JsonValue) -> JsonValue:
    if isinstance(value, list | dict):
        raise ValueError("must be text, a number, true, false or null")
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise ValueError(f"must have at most {_LONGEST_TEXT} characters")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return free_number(value)
    return value


def _number(value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return free_number(value)


type Url = Annotated[str, Field(min_length=1, max_length=2048, description="https, at a public address.")]
type EventType = Annotated[str, AfterValidator(_one_of(sorted(CATALOGUE)))]
type EventTypes = Annotated[
    list[Annotated[str, AfterValidator(_one_of([EVERY_TYPE, *sorted({*CATALOGUE, *RESERVED})]))]],
    BeforeValidator(_listed),
    AfterValidator(_each_once),
    Field(
        min_length=1,
        max_length=100,
        description="Event types, those too that are not available yet; `*` is all that need not be named.",
    ),
]
type Description = Annotated[str, Field(max_length=500)]
type RateLimit = Annotated[
    int, Field(ge=1, le=60_000, strict=True, description="Deliveries a minute; what is more waits.")
]
type Scalar = Annotated[
    JsonValue,
    AfterValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
type Number = Annotated[JsonValue, AfterValidator(_number), WithJsonSchema({"type": "number"})]
type Presence = Annotated[bool, Field(strict=True, description="Whether there is a value; null is none.")]


def _without_defaults(schema: dict[str, JsonValue]) -> None:
    """What is not given is not asked: a documented default would say otherwise."""
    for field in cast("dict[str, dict[str, JsonValue]]", schema["properties"]).values():
        field.pop("default", None)


class Condition(Wire):
    """What a value must fulfil: all that is given. `gt` and `lt` are for numbers."""

    model_config = ConfigDict(**_INPUT, json_schema_extra=_without_defaults)

    eq: Scalar = None
    is_in: Annotated[list[Scalar], Field(alias="in", min_length=1, max_length=100, default_factory=list)]
    exists: Presence = True
    gt: Number = 0
    lt: Number = 0

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must have one of: eq, in, exists, gt, lt")
        return self


class Filter(RootModel[dict[str, Condition]]):
    """Conditions on an event's data by path, such as `data.status`: only an event that fulfils all of them is sent.

    A path must be a field of a chosen event type. An event of a type without it does not fulfil its condition.
    """

    model_config = ConfigDict(
        defer_build=True, json_schema_extra={"examples": [{"data.status": {"in": ["qualified", "won"]}}]}
    )

    root: Annotated[dict[str, Condition], Field(max_length=20)]

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        # A change's audit record holds the filter twice, and an item of the table 400 KB.
        if len(json.dumps(self.conditions(), ensure_ascii=False).encode(errors="replace")) > _LARGEST_FILTER:
            raise ValueError(f"must have at most {_LARGEST_FILTER} bytes of JSON")
        return self

    def conditions(self) -> Conditions:
        return {
            path: condition.model_dump(mode="json", by_alias=True, exclude_unset=True)
            for path, condition in self.root.items()
        }


class WebhookCreate(Wire):
    model_config = _INPUT

    url: Url
    events: EventTypes
    description: Description | None = None
    enabled: bool = True
    rate_limit: RateLimit | None = None
    filter: Filter | None = None


class WebhookUpdate(Wire):
    """Only what is given changes; null takes the description, rate limit or filter away.

    `enabled: true` also takes up again an endpoint that was disabled because it answered 410 or kept failing.
    """

    model_config = _INPUT

    url: Url | None = None
    events: EventTypes | None = None
    description: Description | None = None
    enabled: bool | None = None
    rate_limit: RateLimit | None = None
    filter: Filter | None = None

    @field_validator("url", "events", "enabled")
    @classmethod
    def _is_not_taken_away(cls, value: object) -> object:
        if value is None:
            raise ValueError("cannot be null: leave it out to keep it")
        return value


class SecretRotate(Wire):
    model_config = ConfigDict(extra="forbid")

    may_be_left_out: ClassVar[bool] = True

    overlap_seconds: Annotated[
        int,
        Field(ge=0, le=LONGEST_OVERLAP_SECONDS, description="How long the old secret signs beside the new."),
    ] = DEFAULT_OVERLAP_SECONDS


class WebhookView(Wire):
    """An endpoint without its secret, which nobody can show again."""

    id: str
    url: str
    events: list[str]
    description: str | None
    enabled: bool
    disabled_reason: Annotated[
        Reason | None,
        Field(description="`requested` by its owner, `gone` (it answered 410), or `failing` for too long."),
    ]
    disabled_at: Instant | None
    rate_limit: Annotated[int | None, Field(description="Deliveries a minute; null is no limit of its own.")]
    filter: Annotated[dict[str, dict[str, JsonValue]], Field(description="Empty where all events are sent.")]
    secret_prefix: Annotated[str, Field(description="The secret's beginning, to tell secrets apart.")]
    previous_secret_expires_at: Annotated[
        Instant | None, Field(description="Until then the secret that a rotation replaced signs too.")
    ]
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        return cls.model_validate(_fields(endpoint))


class WebhookCreated(WebhookView):
    """An endpoint with its new secret, shown this once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: Annotated[
        str | None, Field(description="Store it now: it is shown once. Null in a replayed answer.")
    ]

    @classmethod
    def of_new(cls, endpoint: Endpoint, secret: str) -> Self:
        return cls.model_validate({**_fields(endpoint), "secret": secret})


class WebhookPage(PageView[WebhookView]):
    pass


class DeliveryQuery(ListQuery):
    status: Status | None = None
    event_type: EventType | None = None


class AttemptView(Wire):
    """One try: `status_code` and `response` are what was answered, `error` is why there is no usable answer."""

    number: int
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
    event_type: str
    webhook_id: str
    status: Status
    next_attempt_at: Instant | None
    attempts: Annotated[list[AttemptView], Field(description="The latest 25, oldest first.")]
    created_at: Instant
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
    types: list[str] | None
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


class EventTypeQuery(ListQuery):
    order: Annotated[Literal["asc", "desc"], Field(description="By name.")] = "asc"


class EventTypeView(Wire):
    name: str
    description: str
    available: Annotated[
        bool, Field(description="False where nothing sends this type yet: an endpoint can choose it already.")
    ]
    json_schema: Annotated[
        dict[str, JsonValue],
        Field(
            alias="schema",
            description="JSON Schema (2020-12) of the whole event; empty while the type is not available.",
        ),
    ]
    example: Annotated[
        dict[str, JsonValue],
        Field(description="An event as it is sent; empty while the type is not available."),
    ]


class EventTypePage(PageView[EventTypeView]):
    pass


def _fields(endpoint: Endpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": endpoint.disabled_at,
        "rate_limit": endpoint.rate_limit,
        "filter": endpoint.filter,
        "secret_prefix": endpoint.secret_prefix,
        "previous_secret_expires_at": endpoint.previous_secret_expires_at,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
        "version": endpoint.version,
    }


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
