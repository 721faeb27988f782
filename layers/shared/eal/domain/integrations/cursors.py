"""Position up to which a connection is reconciled, and the outcome of its latest run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from eal.core.clock import Instant  # noqa: TC001 - pydantic reads the annotations of stored items
from eal.core.table.keys import Key, key
from eal.domain.integrations.model import ConnectionHealth, Failure

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The position of a connection's reconciliation. No record before `through` is missing. `began_at` and `place`
    belong to an interrupted walk: when it began, and the position at which it continues. `full_at` is when the latest
    complete walk over all records began, of a vendor whose records can disappear.

    `succeeded_at` is the latest run without a fault; `failure` is that of the run after it, if one failed.
    """

    through: Instant
    next_at: Instant
    version: int = 0
    began_at: Instant | None = None
    place: str | None = None
    full_at: Instant | None = None
    succeeded_at: Instant | None = None
    failure: Failure | None = None

    def done(self, through: datetime) -> Self:
        return replace(self, through=max(through, self.through), began_at=None, place=None)

    def interrupted(self, began_at: datetime, position: str | None) -> Self:
        return replace(self, began_at=began_at, place=position)

    def succeeded(self, at: datetime) -> Self:
        return replace(self, succeeded_at=at, failure=None)

    def failed(self, at: datetime, reason: str) -> Self:
        return replace(self, failure=Failure(at=at, reason=reason))

    def health(self) -> ConnectionHealth:
        """The health of a vendor that has no receiver."""
        return ConnectionHealth(last_event_at=self.succeeded_at, last_failure=self.failure)


def cursor_key(tenant: Tenant, vendor: str) -> Key:
    """`org_…#live#RECONCILIATION`, `callrail`."""
    return key(tenant, "RECONCILIATION", vendor)
