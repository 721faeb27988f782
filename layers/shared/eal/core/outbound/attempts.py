"""Attempts at a request that is retried: from the message that signals one to its recorded outcome.

A message only signals that an attempt is due; the stored state decides which one. The next attempt is enqueued before
this one is recorded, and this one is recorded on the condition that the state has not changed. So a worker may be
killed at any line: the message or its successor is always in the queue. A message for a recorded attempt is dropped.
A receiver may get the same request twice, because a worker may be killed between sending and recording.
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol, Self

from eal.core import observe
from eal.core.errors import Unavailable
from eal.core.outbound import later
from eal.core.table.item import load
from eal.core.tenancy import Mode, TenantScoped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.observe import Count

MAX_RECORDINGS = 10
"""How often an outcome is recorded, each time over a change that somebody else made to the state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptMessage(TenantScoped):
    """A queue's message: this attempt is due, or will be."""

    organization_id: str
    mode: Mode
    request_id: str
    attempt: int

    @classmethod
    def of(cls, message: Mapping[str, Json]) -> Self:
        return load(cls, message)

    def body(self) -> str:
        return json.dumps(asdict(self))


class State(Protocol):
    """What the attempts are for, as stored. `next_attempt_at` is None if no further attempt is planned."""

    @property
    def attempts_made(self) -> int: ...

    @property
    def next_attempt_at(self) -> datetime | None: ...

    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts[M: AttemptMessage, S: State]:
    """One kind of request that is retried.

    `queue` is the setting's name and `group` a message's group there; `id_of` is the id of what a message attempts.
    `load` returns None if nothing is pending. `next_message(message, state)` signals the attempt that `state` plans.
    `counters` are the metrics by the status that an attempt leads to.
    """

    queue: str
    group: Callable[[M], str]
    id_of: Callable[[M], str]
    load: Callable[[M], S | None]
    next_message: Callable[[M, S], M]
    dropped_event: str
    attempted_event: str
    counters: Mapping[str, Count]

    def enqueue(self, message: M, at: datetime, now: datetime) -> None:
        """Send the message so that it arrives at `at`."""
        name = f"{self.id_of(message)}-{message.attempt}"
        later.send(self.queue, message.body(), group=self.group(message), name=name, at=at, now=now)

    def due(self, message: M, state: S | None, now: datetime) -> S | None:
        """The state if an attempt is due; else None, and the message is dropped or, if it came early, postponed."""
        if state is None or state.next_attempt_at is None or message.attempt <= state.attempts_made:
            observe.logger.info(self.dropped_event, attempt=message.attempt)
            return None
        if state.next_attempt_at > now:
            self.enqueue(message, state.next_attempt_at, now)
            return None
        return state

    def record(
        self,
        message: M,
        before: S,
        *,
        change: Callable[[S, float], S],
        write: Callable[[S, S], bool],
        now: datetime,
        **logged: object,
    ) -> None:
        """Enqueue the next attempt, then record this one; log it with the fields `logged`.

        `change(before, jitter)` is the state after the attempt, with a jitter from -1 to 1. `write(before, after)`
        returns False if the state is not `before` any more: if the change was no attempt, it is recorded over.

        Raises: Unavailable if the state kept changing; what `write` raises.
        """
        attempts_made = before.attempts_made
        jitter = random.uniform(-1, 1)  # noqa: S311 - no secret is made of it
        enqueued_for: datetime | None = None
        for _ in range(MAX_RECORDINGS):
            after = change(before, jitter)
            if after.next_attempt_at and after.next_attempt_at != enqueued_for:
                self.enqueue(self.next_message(message, after), after.next_attempt_at, now)
                enqueued_for = after.next_attempt_at
            if write(before, after):
                self._report(after, recorded=True, **logged)
                return
            newer = self.load(message)
            if newer is None or newer.attempts_made != attempts_made:
                self._report(after, recorded=False, **logged)
                return
            before = newer
        raise Unavailable("The state kept changing while the outcome of an attempt was recorded.")

    def _report(self, after: S, *, recorded: bool, **logged: object) -> None:
        if recorded and after.status in self.counters:
            observe.count(self.counters[after.status])
        outcome = {"attempt": after.attempts_made, "status": after.status, "recorded": recorded}
        observe.logger.info(self.attempted_event, extra={**outcome, **logged})
