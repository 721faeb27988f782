"""Endpoint health: since when an endpoint fails, how slow it is, and how many attempts it may have in flight.

An endpoint is slow while its latest attempt failed or took longer than SLOW_SECONDS. Its attempts then belong to the
slow lane, so no message for another endpoint waits in a batch for them.

After MAX_TIMEOUTS time-outs in a row the endpoint is paused: nothing is sent for 1, 2, 4 and then 8 minutes, each time
followed by one attempt as a probe. A response of any status ends the doubling, and a success ends the pauses.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from eal.core.clock import Instant, rfc3339
from eal.core.json import Json
from eal.core.outbound.sender import TOTAL_SECONDS, ReceiverReply

MAX_IN_FLIGHT = 20
"""Concurrent attempts at one endpoint."""
MAX_IN_FLIGHT_FAILING = 1
"""Concurrent attempts at a failing endpoint."""
SLOW_SECONDS = 2.0
"""An endpoint is slow after an attempt that took longer."""
PATIENCE_SECONDS = TOTAL_SECONDS
"""The time-out of an attempt, by default."""
SHORT_PATIENCE_SECONDS = 5.0
"""Time-out of an attempt that follows a time-out, in seconds. A probe has PATIENCE_SECONDS again, otherwise an endpoint
that needs 8 s could never recover."""
MAX_TIMEOUTS = 3
"""Time-outs in a row after which an endpoint is paused."""
PROBE_PAUSE = timedelta(seconds=60)
"""Time from a failed probe to the next one, doubled by each further time-out in a row."""
MAX_DOUBLINGS = 3
"""Maximum number of doublings of PROBE_PAUSE. With the jitter of a deferral, the longest pause of 8 minutes fits into
SQS's delay of 15."""
DISABLED_AFTER = timedelta(days=5)
"""Failures without a success for so long disable a webhook endpoint."""
RUN_ENDS_AFTER = timedelta(hours=48)
"""Failures further apart are no run: the longest pause of a schedule is 33 hours, so nothing was sent in between."""


class Result(NamedTuple):
    """The result of an attempt. `accepted` is the fingerprint of the secret that the endpoint accepted, if any."""

    succeeded: bool
    timed_out: bool
    seconds: float
    accepted: str | None = None

    @classmethod
    def of(cls, reply: ReceiverReply, accepted: str | None = None) -> Self:
        return cls(reply.succeeded, reply.error == "timeout", reply.duration_ms / 1000, accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """`leases` are the attempts in flight, each with the expiry of its lease in Unix milliseconds.

    `accepted` is the fingerprint of the secret that the endpoint last accepted. `failing_since` is the first failure
    since the last success, `timeouts` the number of time-outs in a row. With `probe_at` (Unix milliseconds), the
    endpoint is paused, or was disabled, and has accepted nothing since: from then on, one attempt at a time probes it.
    `slow` is whether its latest attempt took longer than SLOW_SECONDS; one that fails `is_slow` too.
    """

    leases: dict[str, int] = field(default_factory=dict)
    accepted: str | None = None
    failing_since: Instant | None = None
    last_failed_at: Instant | None = None
    probe_at: int | None = None
    timeouts: int = 0
    slow: bool = False

    @property
    def is_slow(self) -> bool:
        """Whether attempts belong to the slow lane."""
        return self.slow or self.failing_since is not None or self.probe_at is not None

    @property
    def max_in_flight(self) -> int:
        """The number of attempts that may be in flight if the endpoint is not paused."""
        return MAX_IN_FLIGHT_FAILING if self.failing_since or self.probe_at is not None else MAX_IN_FLIGHT

    def pause_seconds(self, now: datetime) -> float:
        """Seconds until the endpoint may be probed; 0 if it is not paused."""
        return max(0.0, (self.probe_at - unix_ms(now)) / 1000) if self.probe_at is not None else 0.0

    @property
    def patience_seconds(self) -> float:
        """The time-out of the next attempt."""
        return SHORT_PATIENCE_SECONDS if self.timeouts and self.probe_at is None else PATIENCE_SECONDS

    def fails_for_too_long(self, now: datetime) -> bool:
        return self.failing_since is not None and now - self.failing_since >= DISABLED_AFTER

    def after(self, result: Result, now: datetime) -> Self:
        """The health after an attempt."""
        slow = result.seconds > SLOW_SECONDS
        if result.succeeded:
            return replace(
                self,
                accepted=result.accepted or self.accepted,
                failing_since=None,
                last_failed_at=None,
                probe_at=None,
                timeouts=0,
                slow=slow,
            )
        run_ended = self.last_failed_at is not None and now - self.last_failed_at > RUN_ENDS_AFTER
        failing_since = now if run_ended or self.failing_since is None else self.failing_since
        after = replace(self, failing_since=failing_since, last_failed_at=now, slow=slow)
        if self.pause_seconds(now):
            return after  # the attempt began before the pause, and is no probe
        timeouts = self.timeouts + 1 if result.timed_out else 0
        if self.probe_at is None and timeouts < MAX_TIMEOUTS:
            return replace(after, timeouts=timeouts)
        doublings = min(max(timeouts - MAX_TIMEOUTS, 0), MAX_DOUBLINGS)
        return replace(after, timeouts=timeouts, probe_at=unix_ms(now + PROBE_PAUSE * 2**doublings))

    def stored(self) -> dict[str, Json]:
        """The attributes without the leases; None for one that is not stored."""
        return {
            "accepted": self.accepted,
            "failing_since": rfc3339(self.failing_since) if self.failing_since else None,
            "last_failed_at": rfc3339(self.last_failed_at) if self.last_failed_at else None,
            "probe_at": self.probe_at,
            "timeouts": self.timeouts or None,
            "slow": self.slow or None,
        }


def unix_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
