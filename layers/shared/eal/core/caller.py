"""Who is asking, for which tenant and mode, and the one write that the request or the work will commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from eal.core import clock
from eal.core.audit import Actor, Source
from eal.core.cursor import CursorScope
from eal.core.table.write import Write
from eal.core.tenancy import Mode

type Scope = Literal["read", "write", "admin"]

SCOPES: tuple[Scope, ...] = ("read", "write", "admin")


def includes(held: Scope, needed: Scope) -> bool:
    """Whether a scope is enough: admin includes write includes read."""
    return SCOPES.index(held) >= SCOPES.index(needed)


@dataclass(slots=True, kw_only=True)
class Caller:
    """An authenticated request, or one unit of a worker's work.

    `at` is the request's one time: everything that it writes carries it. `cursor_scope` is set where the endpoint
    lists. `answer_status` is for an endpoint whose answer may have another status than its usual one. `expires_at` and
    `allowed_cidrs` are its key's. A worker has the scope `write` and no key. `reads_for_child`: the caller is a parent,
    `organization_id` is its child, and nothing may be written.
    """

    organization_id: str
    mode: Mode
    actor: Actor
    scope: Scope
    request_id: str
    at: datetime
    write: Write
    rate_limit_remaining: int = 0
    expires_at: datetime | None = None
    allowed_cidrs: tuple[str, ...] | None = None
    cursor_scope: CursorScope | None = None
    answer_status: int | None = None
    reads_for_child: bool = False

    @classmethod
    def with_write(
        cls,
        *,
        organization_id: str,
        mode: Mode,
        actor: Actor,
        source: Source,
        scope: Scope,
        request_id: str,
        at: datetime,
    ) -> Self:
        """A caller with an empty write of the same tenant, actor and time."""
        write = Write(
            organization_id=organization_id,
            mode=mode,
            actor=actor,
            source=source,
            request_id=request_id,
            at=at,
        )
        return cls(
            organization_id=organization_id,
            mode=mode,
            actor=actor,
            scope=scope,
            request_id=request_id,
            at=at,
            write=write,
        )

    def scope_of_cursors(self) -> CursorScope:
        """What the cursors of this request's list are bound to."""
        if self.cursor_scope is None:
            raise AssertionError("a list needs a query parameter model that the entry class binds cursors to")
        return self.cursor_scope


def worker(name: str, organization_id: str, mode: Mode, request_id: str) -> Caller:
    """The caller that a worker acts as: its audit records name the worker, its source and the first request's id."""
    return _internal(Actor(type="worker", id=name), "worker", organization_id, mode, request_id)


def vendor(name: str, organization_id: str, mode: Mode, request_id: str) -> Caller:
    """The caller that a vendor's webhook acts as."""
    return _internal(Actor(type="vendor", id=name), "webhook", organization_id, mode, request_id)


def system(name: str, organization_id: str, request_id: str) -> Caller:
    """The caller that an operator's tool acts as, outside of any request."""
    return _internal(Actor(type="system", id=name), "system", organization_id, "live", request_id)


def _internal(actor: Actor, source: Source, organization_id: str, mode: Mode, request_id: str) -> Caller:
    return Caller.with_write(
        organization_id=organization_id,
        mode=mode,
        actor=actor,
        source=source,
        scope="write",
        request_id=request_id,
        at=clock.now(),
    )
