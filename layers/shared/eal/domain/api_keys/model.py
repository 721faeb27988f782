"""API keys: their limits and their state."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Literal

from eal.core.audit import Actor
from eal.core.caller import SCOPES, Scope
from eal.core.clock import Instant
from eal.core.tenancy import Mode

DEFAULT_REQUESTS_PER_MINUTE = 60
MAX_SELF_SERVICE_REQUESTS_PER_MINUTE = 300
"""The highest limit that a tenant can give a key, unless the operator has raised it for the organization."""
MAX_REQUESTS_PER_MINUTE = 6000
"""The highest limit that the operator can allow: a fifth of what API Gateway accepts for one method of all tenants
together (template.yaml, MethodSettings)."""

type Status = Literal["active", "rotating", "expired", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """`burst` is the maximum of a single minute; five minutes together stay within five times `per_minute`."""

    per_minute: int = DEFAULT_REQUESTS_PER_MINUTE
    burst: int = 2 * DEFAULT_REQUESTS_PER_MINUTE

    def is_within(self, per_minute: int) -> bool:
        """Whether a highest limit of `per_minute` allows this one."""
        return self.per_minute <= per_minute and self.burst <= 2 * per_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPointer:
    """The item by which an organization finds its key: the Access table knows a key by its fingerprint alone."""

    id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`status` is the stored status; `status_at` also considers the expiry. `member_id` is the member from whom the key
    descends (`eal.core.caller.KeyBounds`).
    """

    id: str
    organization_id: str
    mode: Mode
    name: str
    scopes: tuple[Scope, ...]
    last_four: str
    status: Literal["active", "rotating", "revoked"]
    created_at: Instant
    created_by: Actor
    version: int
    fingerprint: str
    member_id: str | None = None
    per_minute: int = DEFAULT_REQUESTS_PER_MINUTE
    burst: int = 2 * DEFAULT_REQUESTS_PER_MINUTE
    allowed_cidrs: tuple[str, ...] | None = None
    expires_at: Instant | None = None
    replaced_by: str | None = None
    rotated_at: Instant | None = None
    revoked_at: Instant | None = None
    last_used_at: Instant | None = None
    last_used_ip: str | None = None

    @property
    def scope(self) -> Scope:
        """The highest scope, which includes the others."""
        return max(self.scopes, key=SCOPES.index)

    @property
    def is_permanent_admin(self) -> bool:
        """A live, active admin key without an expiry. An organization always keeps one: see `store.revoke`."""
        return (
            self.mode == "live"
            and self.scope == "admin"
            and self.status == "active"
            and self.expires_at is None
        )

    def status_at(self, now: datetime) -> Status:
        """The effective status at `now`."""
        if self.status != "revoked" and self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return self.status

    def allows(self, ip: str) -> bool:
        """Whether a caller's address is in one of the allowed networks. Without a list, every address is allowed."""
        if not self.allowed_cidrs:
            return True

        try:
            address = ip_address(ip)
        except ValueError:
            return False
        return any(address in ip_network(cidr) for cidr in self.allowed_cidrs)
