"""What GET /health shows: a pulse of the key and the tenant, no data."""

from typing import Literal, Self

from eal.caller import SCOPES, Caller, Scope, includes
from eal.clock import Instant
from eal.tenancy import Mode
from eal.wire import Wire


class HealthView(Wire):
    status: Literal["ok"] = "ok"
    version: Literal["v1"] = "v1"
    tenant_id: str
    environment: Mode
    scopes: list[Scope]
    rate_limit_remaining: int
    timestamp: Instant

    @classmethod
    def of(cls, caller: Caller) -> Self:
        return cls(
            tenant_id=caller.organization_id,
            environment=caller.mode,
            scopes=[scope for scope in SCOPES if includes(caller.scope, scope)],
            rate_limit_remaining=caller.rate_limit_remaining,
            timestamp=caller.at,
        )
