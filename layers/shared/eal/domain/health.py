"""The responses of GET /health, with the key's tenant, mode and scopes and its rate limit, and of GET /status."""

from typing import Literal, Self

from eal.core.caller import SCOPES, Caller, Scope, includes
from eal.core.clock import Instant
from eal.core.table import read
from eal.core.table.keys import Key
from eal.core.tenancy import Mode
from eal.core.wire import Wire


class HealthView(Wire):
    status: Literal["ok"] = "ok"
    """Always `ok`; a request that fails returns an error instead."""
    version: Literal["v1"] = "v1"
    """The version of the API."""
    tenant_id: str
    """The id of the key's organization."""
    environment: Mode
    """The key's mode: `live` or `test`."""
    scopes: list[Scope]
    """The key's scopes, with those that its highest one includes."""
    rate_limit_remaining: int
    """The number of requests that remain in the current minute, as in `X-RateLimit-Remaining`."""
    timestamp: Instant
    """The time of the request."""

    @classmethod
    def of(cls, caller: Caller) -> Self:
        return cls(
            tenant_id=caller.organization_id,
            environment=caller.mode,
            scopes=[scope for scope in SCOPES if includes(caller.scope, scope)],
            rate_limit_remaining=caller.key.rate_limit_remaining,
            timestamp=caller.at,
        )


_STATUS_KEY = Key("STATUS", "STATUS")
"""Key that no item has. The role of the function can read no other partition (template.yaml)."""


class StatusView(Wire):
    status: Literal["ok"] = "ok"
    """Always `ok`; if the API does not work, the response is an error instead."""


def look() -> None:
    """Read from the State table, on which every request depends.

    Raises: aws.Refused or aws.Unreachable, as every other request would.
    """
    read.get(_STATUS_KEY)
