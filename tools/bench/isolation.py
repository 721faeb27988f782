"""Whether endpoints that hang cost their neighbours anything, on a running local stack.

From an event's commit to the first byte at each healthy endpoint, with and without others that take a request and never
answer it, in one run: without, with, without, with. Each event goes to ten of the healthy ones, by their filters, and
to all that hang: more at once would measure what the emulator can bear. The times are the emulator's and this
machine's; what counts is how little they differ.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from math import ceil
from statistics import quantiles
from typing import Any

from tools.bench.layout import ROOT, Unbuilt
from tools.bench.server import Request, Response, Server
from tools.demo.client import Answer, Stack

ROUNDS = ("without", "with", "without", "with")
HANGS_SECONDS = 20.0
"""Longer than a delivery's time-out."""
PATIENCE_SECONDS = 300.0
AT_ONCE = 10
"""Healthy endpoints that one event goes to."""
_GROUPS = 5
"""Ten healthy endpoints each, of a tenant: it can have 50."""
_THREADS = 4


class Receivers:
    """Both kinds behind one port. `seen` are the seconds from commit to arrival by event and healthy endpoint."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], float] = {}
        self.hung = 0
        self.closed = threading.Event()

    def answer(self, request: Request) -> Response:
        now = time.time()
        if request.path.startswith("/hangs"):
            self.hung += 1
            self.closed.wait(HANGS_SECONDS)
            return Response(200)
        event = json.loads(request.body)
        committed = datetime.fromisoformat(event["created_at"]).timestamp()
        self.seen.setdefault((event["data"]["id"], request.path), now - committed)
        return Response(200)


def main(healthy: int, hanging: int, events: int) -> int:
    """Print the percentiles of each round. 1 where something did not arrive."""
    path = ROOT / ".local" / "stack.json"
    if not path.exists():
        raise Unbuilt("start the local stack first: make run DETACH=1")
    stack = Stack.read(path)
    receivers = Receivers()
    server = Server(receivers.answer)
    base = f"http://127.0.0.1:{server.port}"
    groups = healthy // AT_ONCE
    ours, neighbour = [_tenant(stack) for _ in range(ceil(groups / _GROUPS))], _tenant(stack)
    webhooks = []
    for group in range(groups):
        key, only = ours[group // _GROUPS], {"data.source": {"eq": f"g{group}"}}
        wanted = [{"url": f"{base}/healthy/{group}/{number}", "filter": only} for number in range(AT_ONCE)]
        webhooks += _register(stack, key, wanted)
    webhooks += _register(stack, neighbour, [{"url": f"{base}/hangs/{number}"} for number in range(hanging)])
    _round(stack, receivers, ours, [], events=groups, groups=groups)
    print(f"{healthy} healthy endpoints, {events} events a round; seconds from commit to first byte at them")
    missing = 0
    for name in ROUNDS:
        hung = receivers.hung
        neighbours = [neighbour] if name == "with" else []
        times = _round(stack, receivers, ours, neighbours, events=events, groups=groups)
        missing += events * AT_ONCE - len(times)
        cuts = quantiles(times, n=100)
        print(
            f"{name:>8} {hanging} that hang: p50 {cuts[49]:6.2f}  p99 {cuts[98]:6.2f}  max {max(times):6.2f}"
            f"  ({len(times)} arrived, {receivers.hung - hung} requests hung)",
            flush=True,
        )
    receivers.closed.set()
    for key, webhook_id in webhooks:
        stack.call("DELETE", f"/webhooks/{webhook_id}", key=key)
    server.close()
    return int(missing > 0)


def _tenant(stack: Stack) -> str:
    """A new organization's admin key without a limit that the benchmark would reach."""
    child = _ok(stack.call("POST", "/organizations", key=stack.keys["live_admin"], body={"name": "Bench"}))
    body = {"name": "bench", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    made = _ok(stack.call("POST", "/api-keys", key=child["admin_key"]["key"], body=body))
    return str(made["key"])


def _register(stack: Stack, key: str, wanted: list[dict[str, Any]]) -> list[tuple[str, str]]:
    def register(one: dict[str, Any]) -> tuple[str, str]:
        body = {**one, "events": ["lead.created"]}
        return key, str(_ok(stack.call("POST", "/webhooks", key=key, body=body))["id"])

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(register, wanted))


def _round(
    stack: Stack, receivers: Receivers, ours: list[str], neighbours: list[str], *, events: int, groups: int
) -> list[float]:
    """The seconds at the healthy endpoints, once all are there or patience is at its end."""
    leads = set()
    for number in range(events):
        for neighbour in neighbours:
            _lead(stack, neighbour, "api")
        group = number % groups
        leads.add(_lead(stack, ours[group // _GROUPS], f"g{group}"))
        _wait(receivers, leads, len(leads) * AT_ONCE)
    return [seconds for (lead, _), seconds in list(receivers.seen.items()) if lead in leads]


def _lead(stack: Stack, key: str, source: str) -> str:
    body = {"email": f"{uuid.uuid4().hex}@example.com", "source": source}
    return str(_ok(stack.call("POST", "/leads", key=key, body=body))["id"])


def _wait(receivers: Receivers, leads: set[str], enough: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if sum(lead in leads for lead, _ in list(receivers.seen)) >= enough:
            return
        time.sleep(0.05)


def _ok(answer: Answer) -> Any:
    if answer.status >= 300:
        raise Unbuilt(f"the stack answered {answer.status}: {answer.body.decode()}")
    return answer.json
