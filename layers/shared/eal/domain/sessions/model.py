"""A session: what it may do, and when it ends."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from eal.core.caller import Role, Scope
from eal.core.clock import Instant
from eal.core.tenancy import Mode, TenantScoped

IDLE = timedelta(minutes=60)
"""A session ends if it is not used for this long."""
ABSOLUTE = timedelta(hours=12)
"""A session ends this long after its member has signed in, however much it is used."""
REQUESTS_PER_MINUTE = 600
"""Rate limit of one session. A page of the dashboard makes several requests; they count against no API key."""
MAX_SESSIONS = 10
"""Maximum number of sessions of one member. One more sign-in ends the session that was used least recently."""

SCOPES: dict[Role, Scope] = {"viewer": "read", "member": "write", "admin": "admin", "owner": "admin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(TenantScoped):
    """`auth_time` is when the person last proved who they are. `ip` and `user_agent` are those of the sign-in.

    `person` is the key of the person's memberships (`eal.domain.members.people`). `ttl` lets DynamoDB
    delete the item, up to days late.
    """

    id: str
    organization_id: str
    mode: Mode
    member_id: str
    role: Role
    person: str
    fingerprint: str
    auth_time: Instant
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant
    ttl: int
    ip: str | None = None
    user_agent: str | None = None
    last_used_ip: str | None = None
    version: int = 1
    per_minute: int = field(default=REQUESTS_PER_MINUTE)
    burst: int = field(default=REQUESTS_PER_MINUTE)

    @property
    def scope(self) -> Scope:
        return SCOPES[self.role]

    @property
    def idle_expires_at(self) -> datetime:
        """The time at which the session ends if it is not used again."""
        return min(self.last_used_at + IDLE, self.expires_at)

    def is_alive(self, now: datetime) -> bool:
        return now < self.idle_expires_at
