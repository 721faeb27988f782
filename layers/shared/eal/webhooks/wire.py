"""What the API takes and shows of webhook endpoints and the types of events."""

from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    field_validator,
)

from eal.clock import Instant
from eal.events import CATALOGUE, RESERVED
from eal.listing import ListQuery, PageView
from eal.webhooks.filters_wire import Filter
from eal.webhooks.model import (
    EVERY_TYPE,
    Endpoint,
    Reason,
)
from eal.wire import DEFAULT_OVERLAP_SECONDS, LONGEST_OVERLAP_SECONDS, Wire, prose, without_defaults

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)


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


type Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        description="https, at a public address.",
        json_schema_extra={"format": "uri", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]://\S+$"},
    ),
]
type EventType = Annotated[
    str, AfterValidator(_one_of(sorted(CATALOGUE))), Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})
]
_WANTED = [EVERY_TYPE, *sorted({*CATALOGUE, *RESERVED})]
type WantedType = Annotated[
    str, AfterValidator(_one_of(_WANTED)), Field(json_schema_extra={"enum": [*_WANTED]})
]
type EventTypes = Annotated[
    list[WantedType],
    BeforeValidator(_listed),
    AfterValidator(_each_once),
    Field(
        min_length=1,
        max_length=100,
        description="`*` is every type, those of later versions too, but for `audit.log.event`, which must be named. "
        'A bare `"*"` is good for `["*"]`. Types that are not sent yet can be named too.',
    ),
]
type Description = Annotated[str, Field(max_length=500), AfterValidator(prose)]
type RateLimit = Annotated[
    int, Field(ge=1, le=60_000, strict=True, description="Deliveries a minute; what is more waits.")
]


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

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults("url", "events", "enabled"))

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
    events: list[Annotated[str, Field(json_schema_extra={"enum": [*_WANTED]})]]
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
