"""What the API takes and shows of keys."""

from ipaddress import ip_network
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from eal import clock
from eal.caller import Scope
from eal.clock import Instant
from eal.keys.model import ApiKey, RateLimit, Status
from eal.listing import PageView
from eal.table.keys import Mode
from eal.wire import DEFAULT_OVERLAP_SECONDS, LONGEST_OVERLAP_SECONDS, Name, Wire, without_defaults


def _network(text: str) -> str:
    return str(ip_network(text, strict=False))


type Networks = Annotated[
    list[Annotated[str, AfterValidator(_network), Field(json_schema_extra={"format": "cidr"})]],
    Field(max_length=100, description="IPv4 or IPv6 networks; none means any address."),
]


MOST_PER_MINUTE = 6000
"""A fifth of what the stage lets in for all tenants together (template.yaml, MethodSettings)."""


class RateLimitBody(Wire):
    """`burst` is twice `per_minute` where it is not given."""

    model_config = ConfigDict(extra="forbid")

    per_minute: Annotated[int, Field(ge=1, le=MOST_PER_MINUTE)]
    burst: Annotated[int | None, Field(ge=1, le=2 * MOST_PER_MINUTE)] = None

    @model_validator(mode="after")
    def _burst_is_not_below(self) -> Self:
        if self.burst is not None and self.burst < self.per_minute:
            raise ValueError("burst must be at least per_minute")
        return self

    def limit(self) -> RateLimit:
        return RateLimit(per_minute=self.per_minute, burst=self.burst or 2 * self.per_minute)


class ApiKeyCreate(Wire):
    """A key that has an end or an address list itself gives what it makes the same, or less."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)]
    mode: Annotated[Mode | None, Field(description="The calling key's own mode where it is not given.")] = (
        None
    )
    expires_at: Instant | None = None
    rate_limit: RateLimitBody | None = None
    allowed_cidrs: Networks | None = None


class ApiKeyUpdate(Wire):
    """Only what is given changes. Null lifts the address list and the end, and sets the usual rate limit."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra=without_defaults("name")
    )

    name: Name | None = None
    expires_at: Instant | None = None
    rate_limit: RateLimitBody | None = None
    allowed_cidrs: Networks | None = None

    @field_validator("name")
    @classmethod
    def _has_a_name(cls, name: str | None) -> str:
        if name is None:
            raise ValueError("must be text: a key cannot lose its name")
        return name


class ApiKeyRotate(Wire):
    model_config = ConfigDict(extra="forbid")

    may_be_left_out: ClassVar[bool] = True

    overlap_seconds: Annotated[
        int, Field(ge=0, le=LONGEST_OVERLAP_SECONDS, description="How long the old key lives on.")
    ] = DEFAULT_OVERLAP_SECONDS


class LastUsed(Wire):
    at: Instant
    ip: str


class RateLimitView(Wire):
    per_minute: int
    burst: int


class CreatedBy(Wire):
    type: str
    id: str


class ApiKeyView(Wire):
    """A key without its text, which nobody can show again."""

    changes_by_itself: ClassVar[bool] = True  # its use and its end make no new version

    id: str
    name: str
    prefix: Literal["eal_live_", "eal_test_"]
    last_four: str
    scopes: list[Scope]
    mode: Mode
    status: Status
    rate_limit: RateLimitView
    allowed_cidrs: list[str]
    expires_at: Instant | None
    last_used: LastUsed | None
    replaced_by: Annotated[str | None, Field(description="The key that a rotation put in this one's place.")]
    rotated_at: Instant | None
    revoked_at: Instant | None
    created_at: Instant
    created_by: CreatedBy
    version: int

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls.model_validate(_fields(key))


class ApiKeyCreated(ApiKeyView):
    """A new key with its text, shown this once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"key"})

    key: Annotated[
        str | None, Field(description="Store it now: it is shown once. Null in a replayed answer.")
    ]

    @classmethod
    def of_new(cls, key: ApiKey, text: str) -> Self:
        return cls.model_validate({**_fields(key), "key": text})


class ApiKeyPage(PageView[ApiKeyView]):
    pass


def _fields(key: ApiKey) -> dict[str, object]:
    used = key.last_used_at is not None
    return {
        "id": key.id,
        "name": key.name,
        "prefix": f"eal_{key.mode}_",
        "last_four": key.last_four,
        "scopes": key.scopes,
        "mode": key.mode,
        "status": key.at_time(clock.now()),
        "rate_limit": {"per_minute": key.per_minute, "burst": key.burst},
        "allowed_cidrs": key.allowed_cidrs or (),
        "expires_at": key.expires_at,
        "last_used": {"at": key.last_used_at, "ip": key.last_used_ip} if used else None,
        "replaced_by": key.replaced_by,
        "rotated_at": key.rotated_at,
        "revoked_at": key.revoked_at,
        "created_at": key.created_at,
        "created_by": {"type": key.created_by.type, "id": key.created_by.id},
        "version": key.version,
    }
