"""Whether hanging endpoints delay the deliveries to healthy endpoints, on a running local stack.

The benchmark measures the time from the commit of an event to the first byte at each healthy endpoint. It alternates
rounds without and with endpoints that accept a request and do not respond. Each event is delivered to ten healthy
endpoints, selected by their filters, and to all hanging ones; more at once would measure the capacity of the emulator.
The times depend on the emulator and the machine; the result is their difference.
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

from tools.bench.layout import ROOT, SetupFailed
from tools.bench.server import Request, Response, Server
from tools.fixtures.client import Answer, Stack

ROUNDS = ("without", "with", "without", "with")
HANGS_SECONDS = 20.0
"""Longer than the time-out of a delivery."""
MAX_WAIT_SECONDS = 300.0
GROUP_ENDPOINTS = 10
"""The healthy endpoints that receive the same event."""
_TENANT_GROUPS = 5
"""The groups of a tenant, which can have 50 endpoints."""
_THREADS = 4


class Receivers:
    """Both kinds of endpoints on one port. `seen` has the seconds from commit to arrival, by lead and endpoint."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], float] = {}
        self.hung = 0
        self.closed = threading.Event()

    def respond(self, request: Request) -> Response:
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
    """Print the percentiles of each round. Returns 1 if an event did not arrive."""
    path = ROOT / ".local" / "stack.json"
    if not path.exists():
        raise SetupFailed("start the local stack first: make run DETACH=1")
    stack = Stack.read(path)
    receivers = Receivers()
    server = Server(receivers.respond)
    base = f"http://127.0.0.1:{server.port}"
    groups = healthy // GROUP_ENDPOINTS
    ours, neighbour = [_tenant(stack) for _ in range(ceil(groups / _TENANT_GROUPS))], _tenant(stack)
    webhooks = []
    for group in range(groups):
        key, by_source = ours[group // _TENANT_GROUPS], {"data.source": {"eq": f"g{group}"}}
        endpoints = [
            {"url": f"{base}/healthy/{group}/{number}", "filter": by_source}
            for number in range(GROUP_ENDPOINTS)
        ]
        webhooks += _register(stack, key, endpoints)
    webhooks += _register(stack, neighbour, [{"url": f"{base}/hangs/{number}"} for number in range(hanging)])
    _round(stack, receivers, ours, [], events=groups, groups=groups)
    print(f"{healthy} healthy endpoints, {events} events per round; seconds from commit to first byte")
    missing = 0
    for name in ROUNDS:
        hung = receivers.hung
        neighbours = [neighbour] if name == "with" else []
        times = _round(stack, receivers, ours, neighbours, events=events, groups=groups)
        missing += events * GROUP_ENDPOINTS - len(times)
        cuts = quantiles(times, n=100)
        print(
            f"{name:>8} {hanging} hanging: p50 {cuts[49]:6.2f}  p99 {cuts[98]:6.2f}  max {max(times):6.2f}"
            f"  ({len(times)} arrived, {receivers.hung - hung} requests hung)",
            flush=True,
        )
    receivers.closed.set()
    for key, webhook_id in webhooks:
        stack.call("DELETE", f"/webhooks/{webhook_id}", key=key)
    server.close()
    return int(missing > 0)


def _tenant(stack: Stack) -> str:
    """The admin key of a new organization, with a rate limit that the benchmark does not reach."""
    child = _ok(stack.call("POST", "/organizations", key=stack.keys["live_admin"], body={"name": "Bench"}))
    body = {"name": "bench", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    api_key = _ok(stack.call("POST", "/api-keys", key=child["admin_key"]["key"], body=body))
    return str(api_key["key"])


def _register(stack: Stack, key: str, endpoints: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Create webhook endpoints. Returns the key and the id of each."""

    def register(endpoint: dict[str, Any]) -> tuple[str, str]:
        body = {**endpoint, "events": ["lead.created"]}
        return key, str(_ok(stack.call("POST", "/webhooks", key=key, body=body))["id"])

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(register, endpoints))


def _round(
    stack: Stack, receivers: Receivers, ours: list[str], neighbours: list[str], *, events: int, groups: int
) -> list[float]:
    """The seconds at the healthy endpoints, after all events arrived or MAX_WAIT_SECONDS passed."""
    leads = set()
    for number in range(events):
        for neighbour in neighbours:
            _lead(stack, neighbour, "api")
        group = number % groups
        leads.add(_lead(stack, ours[group // _TENANT_GROUPS], f"g{group}"))
        _wait(receivers, leads, len(leads) * GROUP_ENDPOINTS)
    return [seconds for (lead, _), seconds in list(receivers.seen.items()) if lead in leads]


def _lead(stack: Stack, key: str, source: str) -> str:
    body = {"email": f"{uuid.uuid4().hex}@example.com", "source": source}
    return str(_ok(stack.call("POST", "/leads", key=key, body=body))["id"])


def _wait(receivers: Receivers, leads: set[str], expected: int) -> None:
    end = time.monotonic() + MAX_WAIT_SECONDS
    while time.monotonic() < end:
        if sum(lead in leads for lead, _ in list(receivers.seen)) >= expected:
            return
        time.sleep(0.05)


def _ok(response: Answer) -> Any:
    if response.status >= 300:
        raise SetupFailed(f"the stack returned {response.status}: {response.body.decode()}")
    return response.json
