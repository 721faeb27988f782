"""Request and response models for API keys."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, ClassVar, Literal, Self

from eal.core import clock
from eal.core.caller import Scope
from eal.core.clock import Instant
from eal.core.listing import PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, field_validator, model_validator
from eal.core.tenancy import Mode
from eal.core.wire import DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS, Name, Wire, without_defaults
from eal.domain.api_keys.model import (
    DEFAULT_REQUESTS_PER_MINUTE,
    MAX_REQUESTS_PER_MINUTE,
    MAX_SELF_SERVICE_REQUESTS_PER_MINUTE,
    ApiKey,
    RateLimit,
    Status,
)


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise ValueError("Must be an IPv4 or IPv6 network, such as 203.0.113.0/24.") from None


type Networks = Annotated[
    list[Annotated[str, AfterValidator(_network), Field(json_schema_extra={"format": "cidr"})]],
    Field(
        max_length=100,
        description="IPv4 or IPv6 networks (CIDR) that may use the key. Empty allows every address.",
    ),
]


class RateLimitBody(Wire):
    """A minute can have up to `burst` requests, and five minutes together five times `per_minute`."""

    model_config = ConfigDict(extra="forbid")

    per_minute: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_REQUESTS_PER_MINUTE,
            description=f"Sustained requests per minute; at most {MAX_SELF_SERVICE_REQUESTS_PER_MINUTE} unless we have "
            "raised the limit of your organization.",
        ),
    ]
    burst: Annotated[int | None, Field(ge=1, le=2 * MAX_REQUESTS_PER_MINUTE)] = None
    """The maximum number of requests in a single minute, at least `per_minute`. Defaults to twice `per_minute`."""

    @model_validator(mode="after")
    def _burst_is_not_below(self) -> Self:
        if self.burst is not None and self.burst < self.per_minute:
            raise ValueError("'burst' must be at least 'per_minute'.")
        return self

    def limit(self) -> RateLimit:
        return RateLimit(per_minute=self.per_minute, burst=self.burst or 2 * self.per_minute)


_RateLimit = Annotated[
    RateLimitBody | None,
    Field(
        description=f"Null: {DEFAULT_REQUESTS_PER_MINUTE} requests per minute, and {2 * DEFAULT_REQUESTS_PER_MINUTE} "
        "in a single minute."
    ),
]


class ApiKeyCreate(Wire):
    """The new key's expiry and networks cannot exceed those of the calling key."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Name
    """Your own name for the key, such as that of the program that uses it."""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)]
    """Scopes of the key. `admin` includes `write`, and `write` includes `read`."""
    mode: Mode | None = None
    """Defaults to the mode of the calling key."""
    expires_at: Instant | None = None
    """Must be in the future. Defaults to the expiry of the calling key, or to none if it has none."""
    rate_limit: _RateLimit = None
    allowed_cidrs: Networks | None = None
    """IPv4 or IPv6 networks (CIDR) that may use the key. If null or empty, those of the calling key, or every address
    if it has none."""


class ApiKeyUpdate(Wire):
    """Only the fields present change. Null removes the expiry or the networks, and restores the default rate limit."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra=without_defaults("name")
    )

    name: Name | None = None
    """Your own name for the key, such as that of the program that uses it."""
    expires_at: Instant | None = None
    """Must be in the future. Null if the key does not expire."""
    rate_limit: _RateLimit = None
    allowed_cidrs: Networks | None = None

    @field_validator("name")
    @classmethod
    def _has_a_name(cls, name: str | None) -> str:
        if name is None:
            raise ValueError("Must not be null: a key needs a name.")
        return name


class ApiKeyRotate(Wire):
    model_config = ConfigDict(extra="forbid")

    may_be_left_out: ClassVar[bool] = True

    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP_SECONDS)] = DEFAULT_OVERLAP_SECONDS
    """Seconds for which the old key keeps working; 0 revokes it at once."""


class LastUsed(Wire):
    at: Instant
    """When the key last authenticated a request."""
    ip: str
    """The IP address that sent that request."""


class RateLimitView(Wire):
    per_minute: int
    """Sustained requests per minute, averaged over five minutes."""
    burst: int
    """The maximum number of requests in a single minute."""


class CreatedBy(Wire):
    type: str
    """`api_key`, `member`, or `system` for an operator of this API."""
    id: str
    """The id of the API key or member, or the name of the operator's tool."""


class ApiKeyView(Wire):
    """An API key without its text, which cannot be retrieved again."""

    changes_by_itself: ClassVar[bool] = True  # neither a use nor an expiry makes a new version

    id: str
    name: str
    """Your own name for the key. A rotation passes it on to the new key."""
    prefix: Literal["eal_live_", "eal_test_"]
    """The beginning of the key, which shows its mode."""
    last_four: str
    """The last four characters of the key."""
    scopes: list[Scope]
    """The scopes as requested. `admin` includes `write`, and `write` includes `read`."""
    mode: Mode
    status: Status
    """`rotating`: replaced by another key, but still valid until `expires_at`."""
    rate_limit: RateLimitView
    """How many requests the key can make."""
    allowed_cidrs: list[str]
    """The networks that may use the key. Empty if every address may."""
    expires_at: Instant | None
    """When the key expires. Null if it does not."""
    last_used: LastUsed | None
    """The last use of the key. Null if it was never used."""
    replaced_by: str | None
    """The id of the key that replaced this one in a rotation."""
    rotated_at: Instant | None
    """When a rotation replaced the key. Null if none has."""
    revoked_at: Instant | None
    """When the key was revoked. Null if it was not."""
    created_at: Instant
    created_by: CreatedBy
    """Who created the key, directly or by rotating its predecessor."""
    version: int

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls.model_validate(_fields(key))


class ApiKeyCreated(ApiKeyView):
    """A new API key with its text, shown only once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"key"})

    key: str | None
    """The key, shown only in this response: store it now. Null in an idempotent replay."""

    @classmethod
    def of_new(cls, key: ApiKey, text: str) -> Self:
        return cls.model_validate({**_fields(key), "key": text})


class ApiKeyPage(PageView[ApiKeyView]):
    pass


def _fields(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": f"eal_{key.mode}_",
        "last_four": key.last_four,
        "scopes": key.scopes,
        "mode": key.mode,
        "status": key.status_at(clock.now()),
        "rate_limit": RateLimitView.of(key),
        "allowed_cidrs": key.allowed_cidrs or (),
        "expires_at": key.expires_at,
        "last_used": {"at": key.last_used_at, "ip": key.last_used_ip} if key.last_used_at else None,
        "replaced_by": key.replaced_by,
        "rotated_at": key.rotated_at,
        "revoked_at": key.revoked_at,
        "created_at": key.created_at,
        "created_by": CreatedBy.of(key.created_by),
        "version": key.version,
    }
