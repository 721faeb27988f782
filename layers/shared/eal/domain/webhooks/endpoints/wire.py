"""Request and response models for webhook endpoints and event types."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal, Self

from eal.core.clock import Instant
from eal.core.events.catalogue import CATALOGUE
from eal.core.listing import ListQuery, PageView
from eal.core.schema import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    field_validator,
)
from eal.core.wire import DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS, Wire, prose, without_defaults
from eal.domain.webhooks.endpoints.model import EVERY_TYPE, DisabledReason, Endpoint
from eal.domain.webhooks.filters.wire import Filter

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _one_of(names: Sequence[str], event_type: str) -> str:
    if event_type not in names:
        raise ValueError(f"Must be one of: {', '.join(names)}.")
    return event_type


def _as_list(value: object) -> object:
    """Accept `"*"` for `["*"]`."""
    return [value] if value == EVERY_TYPE else value


def _without_repeats(event_types: list[str]) -> list[str]:
    return list(dict.fromkeys(event_types))


type Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        description="An https URL. The host must be public: a private or reserved address, or Xactimate's, returns "
        "422 with the type `blocked_address`.",
        json_schema_extra={"format": "uri", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]://\S+$"},
    ),
]
type EventType = Annotated[
    str,
    AfterValidator(partial(_one_of, sorted(CATALOGUE))),
    Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]}),
]
_SUBSCRIBABLE = [EVERY_TYPE, *sorted(CATALOGUE)]
type SubscribedType = Annotated[
    str, AfterValidator(partial(_one_of, _SUBSCRIBABLE)), Field(json_schema_extra={"enum": [*_SUBSCRIBABLE]})
]
type EventTypes = Annotated[
    list[SubscribedType],
    Field(
        min_length=1,
        max_length=100,
        description="Event types to send. `*` means every type, including types added later, except "
        '`audit.log.event`, which must be listed explicitly. The string `"*"` is accepted for `["*"]`.',
    ),
    BeforeValidator(_as_list),
    AfterValidator(_without_repeats),
]
type Description = Annotated[
    str, Field(max_length=500, description="Your own words about the endpoint."), AfterValidator(prose)
]
type RateLimit = Annotated[
    int,
    Field(
        ge=1,
        le=60_000,
        strict=True,
        description="Maximum number of deliveries per minute; further deliveries wait.",
    ),
]


_ENABLED = Field(
    description="If false, nothing is sent. Events published meanwhile can be replayed once it is enabled."
)


class WebhookCreate(Wire):
    model_config = _INPUT

    url: Url
    events: EventTypes
    description: Description | None = None
    enabled: Annotated[bool, _ENABLED] = True
    rate_limit: RateLimit | None = None
    filter: Filter | None = None


class WebhookUpdate(Wire):
    """Only the fields present change. Null removes the description, rate limit or filter.

    `enabled: true` also enables an endpoint again that was disabled because it returned 410 or kept failing.
    """

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults("url", "events", "enabled"))

    url: Url | None = None
    events: EventTypes | None = None
    description: Description | None = None
    enabled: Annotated[bool | None, _ENABLED] = None
    rate_limit: RateLimit | None = None
    filter: Filter | None = None

    @field_validator("url", "events", "enabled")
    @classmethod
    def _is_not_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("Must not be null. Omit the field to keep its value.")
        return value


class SecretRotate(Wire):
    model_config = ConfigDict(extra="forbid")

    may_be_left_out: ClassVar[bool] = True

    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP_SECONDS)] = DEFAULT_OVERLAP_SECONDS
    """Seconds for which deliveries are signed with both the old and the new secret; 0 drops the old one at once."""


class WebhookView(Wire):
    """A webhook endpoint without its secret, which cannot be retrieved again."""

    id: str
    url: str
    """The address that events are sent to. The event `webhook.disabled` shows it without its query."""
    events: list[Annotated[str, Field(json_schema_extra={"enum": [*_SUBSCRIBABLE]})]]
    """The event types that are sent. `*` means every type, including types added later, except `audit.log.event`."""
    description: str | None
    """Your own description of the endpoint. Null if there is none."""
    enabled: bool
    """If false, nothing is sent. Events published meanwhile can be replayed once it is enabled."""
    disabled_reason: DisabledReason | None
    """`requested`: disabled through the API. `gone`: the endpoint returned 410. `failing`: its deliveries failed for
    five days."""
    disabled_at: Instant | None
    """When the endpoint was disabled. Null if it is enabled."""
    rate_limit: int | None
    """The maximum number of deliveries per minute. Null if the endpoint has no limit of its own."""
    filter: dict[str, dict[str, JsonValue]]
    """The conditions on the event's data. Empty if every event is sent."""
    secret_prefix: str
    """The first characters of the secret, to identify it."""
    previous_secret_expires_at: Instant | None
    """Time until which deliveries are also signed with the previous secret."""
    created_at: Instant
    updated_at: Instant
    version: int


class WebhookCreated(WebhookView):
    """A webhook endpoint with its new secret, shown only once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: str | None
    """The signing secret, shown only in this response: store it now. Null in an idempotent replay."""

    @classmethod
    def of_new(cls, endpoint: Endpoint, secret: str) -> Self:
        return cls.model_validate({**dict(WebhookView.of(endpoint)), "secret": secret})


class WebhookPage(PageView[WebhookView]):
    pass


class EventTypeQuery(ListQuery):
    order: Literal["asc", "desc"] = "asc"
    """By name; ascending by default."""


class EventTypeView(Wire):
    name: str
    """The type, such as `lead.created`."""
    description: str
    """Description of the event type."""
    available: bool
    """Whether the type is sent. Currently always true."""
    json_schema: Annotated[dict[str, JsonValue], Field(alias="schema")]
    """The JSON Schema (2020-12) of the whole event."""
    example: dict[str, JsonValue]
    """An event as it is sent."""


class EventTypePage(PageView[EventTypeView]):
    pass
