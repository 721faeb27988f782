"""The test clock: the time of a test tenant's outreach, which the tenant can move forward.

Live mode has the real time. While a clock advances, it stands at the moment that is being carried out, as a test clock
of Stripe does, so that a sequence of three weeks is tried in a minute with each e-mail at its own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.core.clock import Instant  # noqa: TC001 - pydantic reads the annotations of stored items
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.read import get

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class TestClock:
    """It showed `shows` at `set_at`, in real time, and has run since then, or stands while it advances.

    `moved_at` is the real time of the last step of an advance.
    """

    shows: Instant
    set_at: Instant
    version: int = 0
    advancing_to: Instant | None = None
    moved_at: Instant | None = None

    def now(self, real_now: datetime) -> datetime:
        """The tenant's time at a real time."""
        return self.shows if self.advancing_to else self.shows + (real_now - self.set_at)


def clock_key(tenant: Tenant) -> Key:
    """`org_…#test#TEST_CLOCK`, `clock`."""
    return key(tenant, "TEST_CLOCK", "clock")


def find(tenant: Tenant) -> TestClock | None:
    """The clock of a test tenant that has moved it. A live tenant has none, and its time costs no read."""
    item = get(clock_key(tenant)) if tenant.mode == "test" else None
    return load(TestClock, item) if item else None


def now_of(tenant: Tenant, real_now: datetime) -> datetime:
    """The time of the tenant's outreach."""
    moved = find(tenant)
    return moved.now(real_now) if moved else real_now
