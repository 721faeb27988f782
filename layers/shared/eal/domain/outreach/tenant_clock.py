"""The clock of a tenant's outreach, which a test tenant can move forward: the test clock.

Live mode has the real time. While a clock advances, it shows the time of the step in progress, as a test clock of
Stripe does, so that a sequence of three weeks is tried in a minute with each e-mail at its own time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, clock
from eal.core.clock import Instant, rfc3339
from eal.core.errors import Conflict, NotFound
from eal.core.table import progress
from eal.core.table.item import dump, load
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.table.write import Stale

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant

MAX_ADVANCE = timedelta(days=366)
STUCK_AFTER = timedelta(seconds=60)
"""An advance no longer waits, after this real time, for what becomes of an e-mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedClock:
    """A clock that its tenant has moved. It showed `shows` at `set_at`, in real time, and has run since then; while it
    advances, it stands at `shows`. `set_at` is then the real time of its last step.
    """

    shows: Instant
    set_at: Instant
    version: int = 0
    advancing_to: Instant | None = None

    def now(self, real_now: datetime) -> datetime:
        """The tenant's time at a real time."""
        return self.shows if self.advancing_to else self.shows + (real_now - self.set_at)


def clock_key(tenant: Tenant) -> Key:
    """`org_…#test#TEST_CLOCK`, `clock`."""
    return key(tenant, "TEST_CLOCK", "clock")


def find(tenant: Tenant) -> MovedClock | None:
    """The clock of a test tenant that has moved it. A live tenant has none, and its time costs no read."""
    item = get(clock_key(tenant)) if tenant.mode == "test" else None
    return load(MovedClock, item) if item else None


def now_of(tenant: Tenant, real_now: datetime) -> datetime:
    """The time of the tenant's outreach."""
    moved = find(tenant)
    return moved.now(real_now) if moved else real_now


def current(by: Caller) -> MovedClock:
    """The caller's clock. Raises: NotFound in live mode."""
    if by.mode == "live":
        raise NotFound("Live mode has no test clock. Use a test key.")
    return find(by.tenant) or MovedClock(shows=by.at, set_at=by.at)


def advance(target: Callable[[datetime], datetime], by: Caller) -> MovedClock:
    """Begin to advance the caller's clock, in its transaction. The sender carries out what becomes due until then.
    `target` makes the new time of the clock's.

    Raises: NotFound, Conflict.
    """
    before = current(by)
    if before.advancing_to:
        raise Conflict(
            f"The test clock is advancing to {rfc3339(before.advancing_to)}. Wait until it has arrived."
        )
    now = before.now(by.at)
    to = target(now)
    if not now < to <= now + MAX_ADVANCE:
        raise Conflict(
            f"The test clock shows {rfc3339(now)}. It can only advance, by at most {MAX_ADVANCE.days} days."
        )
    after = MovedClock(shows=now, set_at=by.at, version=before.version + 1, advancing_to=to)
    by.transaction.put_version(_item(by.tenant, after), was=before.version)
    by.transaction.audit(
        "test_clock.advanced", by.organization_id, audit.changes({}, {"advance_to": rfc3339(to)})
    )
    by.transaction.enqueue_task("send_emails", {})
    return after


class ClockState:
    """The state of a tenant's clock during one run. The clock is read once, and moved by nobody else while it
    advances."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._moved = find(tenant)

    @property
    def advancing_to(self) -> datetime | None:
        return self._moved.advancing_to if self._moved else None

    @property
    def is_stuck(self) -> bool:
        """Whether the last step of an advance was so long ago that nothing more will come of it."""
        return self._moved is not None and clock.now() - self._moved.set_at > STUCK_AFTER

    def now(self) -> datetime:
        return self._moved.now(clock.now()) if self._moved else clock.now()

    def step_to(self, at: datetime) -> None:
        """Move an advancing clock to the time of what is carried out next. Raises: Stale."""
        self._put(shows=at, advancing_to=self.advancing_to)

    def arrive(self) -> None:
        """End the advance. The clock runs on from there. Raises: Stale."""
        if self.advancing_to:
            self._put(shows=self.advancing_to, advancing_to=None)

    def _put(self, *, shows: datetime, advancing_to: datetime | None) -> None:
        if self._moved is None:
            raise AssertionError("only a clock that advances is moved")
        before = self._moved
        self._moved = replace(
            before, shows=shows, set_at=clock.now(), advancing_to=advancing_to, version=before.version + 1
        )
        if not progress.advance(_item(self._tenant, self._moved), was=before.version):
            raise Stale


def _item(tenant: Tenant, moved: MovedClock) -> Item:
    key_and_kind = {**clock_key(tenant)._asdict(), "kind": "TEST_CLOCK"}
    return {**key_and_kind, "id": tenant.organization_id, **dump(moved)}
