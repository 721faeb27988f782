"""The run of one tenant: a bounded number of its due e-mails, oldest first, under a lease.

First the queued e-mails, then the due steps of sequences. What cannot be sent now stays where it is, and a due marker
says when it can: at the end of a pause that the vendor requests, on the next day, or when a send window opens.

A run is killed without loss at any line. It marks the end of its lease as due before it begins, so that the scheduler
starts another run then.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from eal.core import caller, clock, observe
from eal.core.clock import parse, rfc3339
from eal.core.table.lease import Held, release
from eal.core.table.read import pages
from eal.core.table.write import Stale
from eal.domain.organization_settings.outreach import outreach_in
from eal.domain.organization_settings.store import settings_of
from eal.domain.outreach.deliverability import sender
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.enrollments.store import ENROLLMENTS, due_partition
from eal.domain.outreach.sending import attempt, caps, due, lease, steps
from eal.domain.outreach.sending.attempt import SendContext
from eal.domain.outreach.sending.caps import CapReached
from eal.domain.outreach.sending.transport import Deferred
from eal.domain.outreach.sequences.schedule import is_open, next_send_at
from eal.domain.outreach.tenant_clock import ClockState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.enrollments.model import Enrollment
    from eal.domain.outreach.sending.transport import Transport

    type Connect = Callable[[Caller], Transport | None]

MAX_EMAILS = 100
MAX_TIME = timedelta(seconds=60)
"""The last e-mail is begun by then. It may take four attempts of ten seconds and three pauses of five seconds."""
RETRY_INTERVAL = timedelta(hours=1)
"""Time between two attempts for a tenant without a key of the vendor, or without a sender."""
ADVANCE_PAUSE = timedelta(seconds=3)
"""Real time for what an advance has sent: until then, indexes and simulated replies have usually arrived."""
ADVANCE_SPAN = timedelta(hours=1)
"""Simulated time that passes after the first e-mail before that pause. No step follows another one sooner."""
MAX_DEFERRED = 3
"""Requests without a clear response in a row, after which the vendor is left alone."""
_FIRST_ITEMS = MAX_EMAILS + 20
"""Items that a run usually needs, with some that cannot be sent now."""


class BudgetSpent(Exception):
    """The run has sent as much as a run may. The tenant's next message continues."""


class _Closed(Exception):
    """Nothing can be sent for the tenant until the next wake-up, or until its sender is resumed."""


@dataclass(slots=True, kw_only=True)
class SendRun:
    """`left` are the requests that may be made. `waits`: a due step depends on what becomes of an earlier e-mail."""

    context: SendContext
    state: ClockState
    ends_at: datetime
    left: int
    deferred: int = 0
    waits: bool = False
    has_sent: bool = False
    _capped: set[str] = field(default_factory=set)
    _openings: dict[tuple[str, str], datetime | None] = field(default_factory=dict)

    def send_due(self) -> None:
        """Send what is due now. Raises: BudgetSpent, Deferred."""
        self.waits = False
        for cache in (self.context.wakes, self._capped, self._openings):
            cache.clear()
        with suppress(_Closed):
            for item in due_items(EMAILS.partition(self.context.tenant, "queued"), self.context.now()):
                self._attempt(partial(attempt.send_queued, cast("str", item["id"]), self.context))
            if self.context.outreach.sender is None:
                if not self.state.advancing_to:
                    self.context.wakes.append(self.context.now() + RETRY_INTERVAL)
                return
            for item in due_items(due_partition(self.context.tenant), self.context.now()):
                enrollment = ENROLLMENTS.load(item)
                if self._can_be_sent(enrollment):
                    self._attempt(partial(steps.send_step, enrollment.id, self.context))

    def advance(self) -> timedelta | None:
        """Carry out what becomes due until the clock arrives, at the time of each. Returns the pause before the next
        message goes on with it, None if the clock has arrived.

        Raises: BudgetSpent, Deferred, Stale.
        """
        pauses_at: datetime | None = None
        while clock.now() < self.ends_at:
            self.context.awaits_outcomes = not self.state.is_stuck
            self.send_due()
            if self.waits and self.context.awaits_outcomes:
                return ADVANCE_PAUSE
            if self.has_sent and pauses_at is None:
                pauses_at = self.state.now() + ADVANCE_SPAN
            at = self._next_at()
            if at is None or at > cast("datetime", self.state.advancing_to):
                if self.has_sent:
                    return ADVANCE_PAUSE
                self.state.arrive()
                return None
            if pauses_at and at > pauses_at:
                return ADVANCE_PAUSE
            self.state.step_to(at)
        raise BudgetSpent

    def _next_at(self) -> datetime | None:
        now = self.state.now()
        times = [_next_at(self.context.tenant, now), *(at for at in self.context.wakes if at > now)]
        return min((at for at in times if at), default=None)

    def _attempt(self, send: Callable[[], bool]) -> None:
        """Raises: BudgetSpent, Deferred, _Closed."""
        if not self.left or clock.now() >= self.ends_at:
            raise BudgetSpent
        if sender.is_paused(self.context.tenant):
            raise _Closed  # by what was reported since the run began
        try:
            sent = send()
        except steps.Waits:
            self.waits = True
            self.context.wakes.append(self.context.now() + RETRY_INTERVAL)
        except Stale:
            # It changed meanwhile; the next run reads it again.
            due.mark_real(self.context.tenant, clock.now())
        except CapReached as reached:
            self._close(reached)
        except Deferred as deferred:
            self.left -= 1
            self.deferred += 1
            if deferred.is_of_all or self.deferred == MAX_DEFERRED:
                raise
            self.context.wakes.append(self.context.now() + timedelta(seconds=deferred.seconds))
        else:
            self.left -= sent
            self.has_sent |= sent
            self.deferred = 0

    def _close(self, reached: CapReached) -> None:
        """Raises: _Closed."""
        self.context.wakes.append(caps.next_day(self.context.now(), self.context.outreach))
        if reached.sequence_id is None:
            raise _Closed
        self._capped.add(reached.sequence_id)

    def _can_be_sent(self, enrollment: Enrollment) -> bool:
        """Whether the step can be sent now, by what the index has of it: this costs no read per enrollment."""
        sequence = self.context.sequence(enrollment.sequence_id)
        if sequence is None or sequence.status == "archived" or enrollment.status == "paused":
            return True  # it is stopped, or resumed
        if sequence.status != "active" or sequence.id in self._capped:
            return False  # whoever activates the sequence marks it as due
        place = (sequence.id, enrollment.time_zone)
        if place not in self._openings:
            now = self.context.now()
            self._openings[place] = (
                None
                if is_open(sequence.send_window, enrollment.time_zone, now)
                else next_send_at(sequence.send_window, enrollment.time_zone, now, sequence.id)
            )
        opening = self._openings[place]
        if opening and opening > self.context.now():
            self.context.wakes.append(opening)
            return False
        return True


def run(tenant: Tenant, request_id: str, connect: Connect) -> timedelta | None:
    """Send the tenant's due e-mails. Returns after which time its next message is to go on, or None."""
    now = clock.now()
    state = ClockState(tenant)
    if not state.advancing_to and not _has_due(tenant, state.now()):
        _mark_next(tenant, state.now())
        return None
    held = lease.acquire(tenant, now)
    if isinstance(held, Held):
        due.mark_real(tenant, held.until)
        return None
    due.mark_real(tenant, now + lease.DURATION)
    free_at = now
    try:
        return _send(tenant, request_id, connect, state)
    except BudgetSpent:
        return timedelta()
    except Deferred as deferred:
        free_at = clock.now() + timedelta(seconds=deferred.seconds)
        due.mark_real(tenant, free_at)
        observe.logger.warning("sending_deferred", seconds=round(deferred.seconds))
        return None
    finally:
        release(held, free_at)


def _send(tenant: Tenant, request_id: str, connect: Connect, state: ClockState) -> timedelta | None:
    """Raises: BudgetSpent, Deferred."""

    def act() -> Caller:
        return caller.worker("send_emails", tenant, request_id)

    if sender.is_paused(tenant):
        observe.logger.info("sender_is_paused")  # resuming it marks the tenant as due
        state.arrive()
        return None
    transport = connect(act())
    if transport is None:
        observe.logger.warning("sending_without_key")
        due.mark_real(tenant, clock.now() + RETRY_INTERVAL)
        return None
    outreach = outreach_in(settings_of(tenant.organization_id))
    context = SendContext(tenant=tenant, transport=transport, outreach=outreach, act=act, now=state.now)
    current = SendRun(context=context, state=state, ends_at=clock.now() + MAX_TIME, left=MAX_EMAILS)
    pause = None
    if state.advancing_to:
        pause = current.advance()
    else:
        current.send_due()
    for at in context.wakes:
        due.mark(tenant, at)
    _mark_next(tenant, state.now())
    return pause


def _has_due(tenant: Tenant, now: datetime) -> bool:
    partitions = (EMAILS.partition(tenant, "queued"), due_partition(tenant))
    return any(next(due_items(partition, now, 1), None) for partition in partitions)


def _mark_next(tenant: Tenant, now: datetime) -> None:
    """Mark the earliest later work, so that each run leads to the next one, whatever became of other markers."""
    if at := _next_at(tenant, now):
        due.mark(tenant, at)


def _next_at(tenant: Tenant, now: datetime) -> datetime | None:
    values = {":start": f"{rfc3339(now)}$"}
    times = []
    for partition in (EMAILS.partition(tenant, "queued"), due_partition(tenant)):
        condition = "gsi2pk = :pk AND gsi2sk > :start"
        first = next(pages(condition, {**values, ":pk": partition}, index="gsi2", limit=1))
        times += [parse(cast("str", item["gsi2sk"]).partition("#")[0]) for item in first]
    return min(times, default=None)


def due_items(partition: str, now: datetime, limit: int = _FIRST_ITEMS) -> Iterator[Item]:
    """The items of an index that are due, oldest first: `limit` in the first query, a megabyte in each later one."""
    condition = "gsi2pk = :pk AND gsi2sk BETWEEN :start AND :end"
    values = {":pk": partition, ":start": "0", ":end": f"{rfc3339(now)}$"}
    first = next(pages(condition, values, index="gsi2", limit=limit))
    yield from first
    if len(first) == limit:
        values[":start"] = f"{first[-1]['gsi2sk']}$"
        for items in pages(condition, values, index="gsi2"):
            yield from items
