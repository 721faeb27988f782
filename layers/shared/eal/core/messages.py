"""The fields that messages to workers share. The messages of a resource are in `eal.domain.<resource>.messages`."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from eal.core import caller
from eal.core.caller import Caller
from eal.core.tenancy import Mode, TenantScoped


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantMessage(TenantScoped):
    """The fields of every message for a tenant, and the whole of one that only names the tenant."""

    organization_id: str
    mode: Mode
    request_id: str

    def as_worker(self, name: str) -> Caller:
        """The caller that the worker of this name acts as."""
        return caller.worker(name, self.tenant, self.request_id)


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """A resource by id. Its current state is read from the table."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEvent(TenantMessage):
    """An event about a resource."""

    data: ResourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptMessage(TenantMessage):
    """A message that an attempt at a request is due, or will be (`eal.core.outbound.attempts`). `deferrals` counts how
    often it was deferred."""

    attempt: int
    deferrals: int = 0

    def body(self) -> str:
        return json.dumps(asdict(self))

    def deferred(self) -> Self:
        return replace(self, deferrals=self.deferrals + 1)


class KeepsFailing(Exception):
    """Raised on the last receive instead of running the work again: all earlier ones failed, or were killed."""
