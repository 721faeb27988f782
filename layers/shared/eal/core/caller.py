"""The caller of a request: actor, tenant and mode, scope, and the time."""

from datetime import datetime
from typing import Literal, NamedTuple, Self

from eal.core import clock
from eal.core.audit import Actor, Source
from eal.core.tenancy import Mode, Tenant
from eal.core.transaction import Transaction

type Scope = Literal["read", "write", "admin"]

SCOPES: tuple[Scope, ...] = ("read", "write", "admin")

type Role = Literal["owner", "admin", "member", "viewer"]
"""Role of a member of an organization."""

ROLES: tuple[Role, ...] = ("viewer", "member", "admin", "owner")
"""The lowest first."""


def includes(held: Scope, needed: Scope) -> bool:
    """Whether a scope is enough: admin includes write includes read."""
    return SCOPES.index(held) >= SCOPES.index(needed)


class KeyBounds(NamedTuple):
    """Limits of the caller's key. A key can't create or change a credential beyond its own end and networks.

    `member_id` is the member from whom the key descends, because they created it or a key that did: it may do to owners
    what this member may do. None for a key of the operator, or of the parent that created the organization.
    """

    expires_at: datetime | None = None
    allowed_cidrs: tuple[str, ...] | None = None
    rate_limit_remaining: int = 0
    member_id: str | None = None


UNBOUNDED = KeyBounds()


class SignIn(NamedTuple):
    """The session of a member. `auth_time` is when the person last proved who they are."""

    session_id: str
    fingerprint: str
    person: str
    auth_time: datetime
    role: Role


class Visitor(NamedTuple):
    """The sender of an unauthenticated request. `ip` and `user_agent` may be empty."""

    request_id: str
    ip: str
    user_agent: str


class Caller(NamedTuple):
    """An authenticated request, or one unit of a worker's work.

    `at` is the request's one time: everything that it writes carries it. A worker has the scope `write` and no key.
    `reads_for_child`: the caller is a parent, the tenant is its child, and nothing may be written. `transaction`
    collects what this caller changes. `sign_in` is set for a member, who uses the API through the dashboard.
    """

    tenant: Tenant
    actor: Actor
    scope: Scope
    request_id: str
    at: datetime
    transaction: Transaction
    key: KeyBounds = UNBOUNDED
    sign_in: SignIn | None = None
    reads_for_child: bool = False

    @classmethod
    def of(
        cls,
        *,
        tenant: Tenant,
        actor: Actor,
        source: Source,
        scope: Scope,
        request_id: str,
        at: datetime,
        key: KeyBounds = UNBOUNDED,
        sign_in: SignIn | None = None,
    ) -> Self:
        """A caller with an empty transaction."""
        transaction = Transaction(tenant=tenant, actor=actor, source=source, request_id=request_id, at=at)
        return cls(
            tenant=tenant,
            actor=actor,
            scope=scope,
            request_id=request_id,
            at=at,
            transaction=transaction,
            key=key,
            sign_in=sign_in,
        )

    @property
    def organization_id(self) -> str:
        return self.tenant.organization_id

    @property
    def mode(self) -> Mode:
        return self.tenant.mode

    @property
    def member_id(self) -> str | None:
        """The member who acts, or from whom the caller's key descends."""
        return self.actor.id if self.sign_in else self.key.member_id

    @property
    def credential_id(self) -> str:
        """The id of the session or of the API key, or the name of the worker."""
        return self.sign_in.session_id if self.sign_in else self.actor.id

    def with_new_transaction(self) -> Self:
        """This caller with an empty transaction, to run the request again from its first read."""
        return self._replace(transaction=self.transaction.restarted())


def worker(name: str, tenant: Tenant, request_id: str) -> Caller:
    """The caller that a worker acts as: its audit records name the worker, its source and the first request's id."""
    return _internal(Actor(type="worker", id=name), "worker", tenant, request_id)


def vendor(name: str, tenant: Tenant, request_id: str) -> Caller:
    """The caller that a vendor's webhook acts as."""
    return _internal(Actor(type="vendor", id=name), "webhook", tenant, request_id)


def system(name: str, organization_id: str, request_id: str, mode: Mode = "live") -> Caller:
    """The caller that an operator's tool acts as, outside of any request."""
    return _internal(Actor(type="system", id=name), "system", Tenant(organization_id, mode), request_id)


def _internal(actor: Actor, source: Source, tenant: Tenant, request_id: str) -> Caller:
    return Caller.of(
        tenant=tenant,
        actor=actor,
        source=source,
        scope="write",
        request_id=request_id,
        at=clock.now(),
    )
