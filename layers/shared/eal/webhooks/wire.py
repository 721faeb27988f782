"""What the API takes and shows of webhook endpoints."""

from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from eal.clock import Instant
from eal.events import CATALOGUE
from eal.listing import PageView
from eal.webhooks.model import EVERY_TYPE, Endpoint
from eal.wire import Wire


def _known(event_type: str) -> str:
    if event_type != EVERY_TYPE and event_type not in CATALOGUE:
        raise ValueError(f"must be '{EVERY_TYPE}' or one of: {', '.join(sorted(CATALOGUE))}")
    return event_type


def _listed(value: object) -> object:
    """`"*"` is good for `["*"]`."""
    return [value] if value == EVERY_TYPE else value


def _each_once(event_types: list[str]) -> list[str]:
    return list(dict.fromkeys(event_types))


class WebhookCreate(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    url: Annotated[str, Field(min_length=1, max_length=2048, description="https, at a public address.")]
    events: Annotated[
        list[Annotated[str, AfterValidator(_known)]],
        BeforeValidator(_listed),
        AfterValidator(_each_once),
        Field(min_length=1, max_length=100, description="Event types; `*` is all that need not be named."),
    ]
    description: Annotated[str | None, Field(max_length=500)] = None
    enabled: bool = True


class WebhookView(Wire):
    """An endpoint without its secret, which nobody can show again."""

    id: str
    url: str
    events: list[str]
    description: str | None
    enabled: bool
    secret_prefix: Annotated[str, Field(description="The secret's beginning, to tell secrets apart.")]
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        return cls.model_validate(_fields(endpoint))


class WebhookCreated(WebhookView):
    """A new endpoint with its secret, shown this once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: Annotated[
        str | None, Field(description="Store it now: it is shown once. Null in a replayed answer.")
    ]

    @classmethod
    def of_new(cls, endpoint: Endpoint, secret: str) -> Self:
        return cls.model_validate({**_fields(endpoint), "secret": secret})


class WebhookPage(PageView[WebhookView]):
    pass


def _fields(endpoint: Endpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "enabled": endpoint.enabled,
        "secret_prefix": endpoint.secret_prefix,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
        "version": endpoint.version,
    }
