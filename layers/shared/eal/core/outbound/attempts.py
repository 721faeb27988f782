"""Attempts at a request that is retried: from the message that signals one to its recorded outcome.

A message only signals that an attempt is due; the stored state decides which one. The next attempt is enqueued before
this one is recorded, and this one is recorded on the condition that the state has not changed. So a worker may be
killed at any line: the message or its successor is always in the queue. A message for a recorded attempt is dropped.
A receiver may get the same request twice, because a worker may be killed between sending and recording.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from eal.core import observe
from eal.core.errors import Unavailable
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from eal.core.messages import AttemptMessage
    from eal.core.observe import Count
    from eal.core.outbound.slots import NoSlot

MAX_RECORDINGS = 10
"""Maximum number of attempts to record an outcome, each over a change that somebody else made to the state."""

type Lane = Literal["fast", "slow"]
"""The queue of a message. Attempts at a slow endpoint (`health`) are made in the slow lane, by its own workers."""

_MAX_DEFERRAL_SECONDS = 300.0
_MAX_EXPONENT = 5
"""4**5 s already exceeds the longest deferral; larger exponents would overflow a float."""
_DEFERRALS_PER_READ = 20
"""Deferrals from one read of the state to the next: about 75 minutes, or four hours if the endpoint is paused."""


class State(Protocol):
    """Stored state of the resource that the attempts deliver. `next_attempt_at` is None if no further attempt is
    planned."""

    @property
    def attempts_made(self) -> int: ...

    @property
    def next_attempt_at(self) -> datetime | None: ...

    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts[M: AttemptMessage, S: State]:
    """One kind of request that is retried.

    `queues` are the settings' names by lane, and `group` is a message's group there; `id_of` is the id of what a
    message attempts. `load` returns None if nothing is pending. `next_message(message, state)` signals the attempt that
    `state` plans. `counters` are the metrics by the status that an attempt leads to.
    """

    queues: Mapping[Lane, str]
    group: Callable[[M], str]
    id_of: Callable[[M], str]
    load: Callable[[M], S | None]
    next_message: Callable[[M, S], M]
    dropped_event: str
    deferred_event: str
    attempted_event: str
    deferred_counter: Count
    counters: Mapping[str, Count]

    def delayed(self, message: M, at: datetime, lane: Lane) -> Delayed:
        """The message as it is sent to arrive at `at`."""
        name = f"{self.id_of(message)}-{message.attempt}"
        return Delayed(self.queues[lane], message.body(), self.group(message), name, at)

    def pending(self, message: M, state: S | None) -> S | None:
        """The state if the message's attempt is still to be made; None if the message is to be dropped."""
        if state is None or state.next_attempt_at is None or message.attempt <= state.attempts_made:
            observe.logger.info(self.dropped_event, attempt=message.attempt)
            return None
        return state

    def without_slot(self, message: M, none: NoSlot, lane: Lane, now: datetime) -> Delayed:
        """The message for later, or for the slow lane. A pause of the endpoint comes in addition to the backoff."""
        if none.is_slow and lane == "fast":
            observe.logger.info("moved_to_slow_lane", attempt=message.attempt)
            return self.delayed(message, now + timedelta(seconds=none.pause_seconds), "slow")
        longest = min(4.0 ** min(message.deferrals, _MAX_EXPONENT), _MAX_DEFERRAL_SECONDS)
        seconds = longest * random.uniform(0.5, 1)  # noqa: S311 - no secret is made of it
        if none.pause_seconds:
            # The messages of a paused endpoint must not all return at its end: one of them is its probe.
            seconds = none.pause_seconds + seconds
        return self.deferred(message, seconds, lane, now)

    def deferred(self, message: M, seconds: float, lane: Lane, now: datetime) -> Delayed:
        """The message to enqueue again with a delay: no slot is free, or this minute's rate limit is used up.

        No longer than one SQS delay: a change of the endpoint must also apply to deferred messages.
        """
        observe.count(self.deferred_counter)
        observe.logger.info(self.deferred_event, attempt=message.attempt, deferrals=message.deferrals + 1)
        seconds = min(seconds, MAX_SQS_DELAY_SECONDS)
        return self.delayed(message.deferred(), now + timedelta(seconds=seconds), lane)

    def is_read_at(self, message: M) -> bool:
        """Whether this deferral reads the state, to see if it is overdue. The others save that read."""
        return message.deferrals % _DEFERRALS_PER_READ == _DEFERRALS_PER_READ - 1

    def record(
        self,
        message: M,
        before: S,
        *,
        change: Callable[[S], S],
        write: Callable[[S, S], bool],
        lane: Lane,
        now: datetime,
        **logged: object,
    ) -> None:
        """Enqueue the next attempt in a lane, then record this one; log it with the fields `logged`.

        `change(before)` is the state after the attempt. `write(before, after)` returns False if the state is not
        `before` any more: if the change was no attempt, it is recorded over.

        Raises: Unavailable if the state kept changing; what `write` raises.
        """
        attempts_made, enqueued_for = before.attempts_made, None
        for _ in range(MAX_RECORDINGS):
            after = change(before)
            if after.next_attempt_at and after.next_attempt_at != enqueued_for:
                following = self.next_message(message, after)
                later.send(self.delayed(following, after.next_attempt_at, lane), now)
                enqueued_for = after.next_attempt_at
            if write(before, after):
                self.report(after, recorded=True, **logged)
                return
            newer = self.load(message)
            if newer is None or newer.attempts_made != attempts_made:
                self.report(after, recorded=False, **logged)
                return
            before = newer
        raise Unavailable("The state kept changing while the outcome of an attempt was recorded.")

    def report(self, after: S, *, recorded: bool, **logged: object) -> None:
        """Count and log an attempt."""
        if recorded and after.status in self.counters:
            observe.count(self.counters[after.status])
        outcome = {"attempt": after.attempts_made, "status": after.status, "recorded": recorded}
        observe.logger.info(self.attempted_event, extra={**outcome, **logged})


def jitter() -> float:
    """Random number from -1 to 1."""
    return random.uniform(-1, 1)  # noqa: S311 - no secret is made of it
