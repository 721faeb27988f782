"""A simulation of the delivery queues: how long messages of healthy endpoints wait next to endpoints that hang.

It runs the code's own health (`eal.core.outbound.health`) with the retry schedule, and the concurrency and batch sizes
of the template, on a simulated clock: the same figures on every machine. An invocation ends with its slowest message.
Assumptions: a healthy endpoint responds in 0.3 s, calls to AWS take no time, messages are received in the order of
their arrival, and a hanging endpoint has an event a minute.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import TYPE_CHECKING

from eal.core.outbound.health import EndpointHealth, Result
from eal.core.outbound.schedule import RETRY_SECONDS
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = (0, 25, 50, 100)
HEALTHY_PER_SECOND = 100
HEALTHY_SECONDS = 0.3
EVENT_SECONDS = 60.0
"""Time between two events of a hanging endpoint."""
MINUTES = 15
SETTLING_SECONDS = 60.0
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Message:
    """`endpoint` is None for a healthy one, `attempt` counts from 1."""

    endpoint: Endpoint | None
    arrived: float
    attempt: int = 1
    deferrals: int = 0


@dataclass(slots=True)
class Endpoint:
    """A hanging endpoint."""

    health: EndpointHealth = field(default_factory=EndpointHealth)
    in_flight: int = 0


@dataclass(slots=True)
class Lane:
    """A queue with its workers."""

    free: int
    batch: int
    waiting: deque[Message] = field(default_factory=deque)


class Simulation:
    """`fast` and `slow` are the concurrency of the lanes."""

    def __init__(self, hanging: int, fast: Lane, slow: Lane, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret is made of it
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._now = 0.0
        self._lanes = {"fast": fast, "slow": slow}
        self._hanging = [Endpoint() for _ in range(hanging)]
        self.waits: list[float] = []
        self.attempts_at_hanging = 0

    def run(self, minutes: float) -> None:
        end = minutes * 60
        for endpoint in self._hanging:
            self._after(self._random.uniform(0, EVENT_SECONDS), partial(self._event, endpoint))
        self._after(0, self._arrival)
        while self._events and self._events[0][0] <= end:
            self._now, _, act = heapq.heappop(self._events)
            act()

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self._now + seconds, self._random.getrandbits(60), act))

    def _arrival(self) -> None:
        self._send("fast", Message(None, self._now))
        self._after(self._random.expovariate(HEALTHY_PER_SECOND), self._arrival)

    def _event(self, endpoint: Endpoint) -> None:
        self._send("fast", Message(endpoint, self._now))
        self._after(EVENT_SECONDS, lambda: self._event(endpoint))

    def _send(self, lane: str, message: Message) -> None:
        self._lanes[lane].waiting.append(message)
        self._receive(lane)

    def _receive(self, name: str) -> None:
        lane = self._lanes[name]
        while lane.free and lane.waiting:
            batch = [lane.waiting.popleft() for _ in range(min(lane.batch, len(lane.waiting)))]
            lane.free -= 1
            self._after(max(self._seconds(message, name) for message in batch), lambda: self._free(name))

    def _free(self, name: str) -> None:
        self._lanes[name].free += 1
        self._receive(name)

    def _seconds(self, message: Message, lane: str) -> float:
        """The time for which a message occupies its invocation."""
        endpoint = message.endpoint
        if endpoint is None:
            if self._now >= SETTLING_SECONDS:
                self.waits.append(self._now - message.arrived + HEALTHY_SECONDS)
            return HEALTHY_SECONDS
        health, pause = endpoint.health, endpoint.health.pause_seconds(self._at)
        if lane == "fast" and health.is_slow:
            self._after(pause, lambda: self._send("slow", message))
            return 0.0
        if pause or endpoint.in_flight >= health.max_in_flight:
            message.deferrals += 1
            backoff = min(4.0 ** min(message.deferrals - 1, 5), 300) * self._random.uniform(0.5, 1)
            self._after(pause + backoff, lambda: self._send(lane, message))
            return 0.0
        endpoint.in_flight += 1
        self.attempts_at_hanging += 1
        patience = health.patience_seconds
        self._after(patience, lambda: self._time_out(endpoint, message, patience))
        return patience

    def _time_out(self, endpoint: Endpoint, message: Message, seconds: float) -> None:
        endpoint.in_flight -= 1
        result = Result(succeeded=False, timed_out=True, seconds=seconds)
        endpoint.health = endpoint.health.after(result, self._at)
        if message.attempt <= len(RETRY_SECONDS):
            following = Message(endpoint, self._now, message.attempt + 1)
            self._after(RETRY_SECONDS[message.attempt - 1], lambda: self._send("slow", following))

    @property
    def _at(self) -> datetime:
        return _START + timedelta(seconds=self._now)


def main() -> int:
    """Print the percentiles for each number of hanging endpoints, and the ratio of the last p99 to the first."""
    print(
        f"{HEALTHY_PER_SECOND} deliveries a second to healthy endpoints, {MINUTES} minutes without the first one; "
        "seconds from enqueued to the response"
    )
    first = 0.0
    for hanging in LEVELS:
        simulation = Simulation(hanging, _lane("WorkersDeliverWebhook"), _lane("WorkersDeliverSlowWebhook"))
        simulation.run(MINUTES)
        cuts = quantiles(simulation.waits, n=100)
        first = first or cuts[98]
        print(
            f"{hanging:4} hanging: p50 {cuts[49]:6.2f}  p99 {cuts[98]:6.2f}  max {max(simulation.waits):6.2f}"
            f"  p99 ratio {cuts[98] / first:.2f}  ({simulation.attempts_at_hanging} attempts hung)"
        )
    return 0


def _lane(function: str) -> Lane:
    """The concurrency and the batch size in the template."""
    (event,) = functions()[function]["Events"].values()
    properties = event["Properties"]
    return Lane(properties["ScalingConfig"]["MaximumConcurrency"], properties["BatchSize"])
