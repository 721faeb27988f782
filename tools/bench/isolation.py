"""Whether hanging endpoints delay the deliveries to healthy endpoints, on a running local stack.

The benchmark measures the time from the commit of an event to the first byte at each healthy endpoint. The load is
constant: every EVENT_SECONDS an event for ten healthy endpoints, which their filters select, and every
NEIGHBOUR_SECONDS one for all endpoints of their neighbours. From round to round more of the neighbours' endpoints hang:
they accept a request and do not respond. The others respond at once. Each round runs for a minute before it is
measured, because until then the new endpoints are not known to hang. The times depend on the emulator and the machine;
the result is their ratio.
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
from tools.fixtures.client import ApiResponse, Stack

HANGS_SECONDS = 20.0
"""Longer than the time-out of a delivery."""
EVENT_SECONDS = 1.0
NEIGHBOUR_SECONDS = 10.0
MAX_WAIT_SECONDS = 60.0
"""Maximum wait for the deliveries of a round's last events."""
GROUP_ENDPOINTS = 10
"""The healthy endpoints that receive the same event."""
_TENANT_ENDPOINTS = 50
"""The limit of a tenant."""
_THREADS = 4
_NEIGHBOUR = "/neighbour/"


class Receivers:
    """The healthy endpoints and the neighbours' on one port. Of the latter, those with numbers below `hanging` hang.

    `seen` has the seconds from commit to arrival at a healthy endpoint, by lead and endpoint.
    """

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], float] = {}
        self.hanging = self.hung = 0
        self.closed = threading.Event()

    def respond(self, request: Request) -> Response:
        now = time.time()
        if request.path.startswith(_NEIGHBOUR):
            if int(request.path.removeprefix(_NEIGHBOUR)) < self.hanging:
                self.hung += 1
                self.closed.wait(HANGS_SECONDS)
            return Response(200)
        event = json.loads(request.body)
        committed = datetime.fromisoformat(event["created_at"]).timestamp()
        self.seen.setdefault((event["data"]["id"], request.path), now - committed)
        return Response(200)


def main(healthy: int, levels: tuple[int, ...], settling: float, seconds: float) -> int:
    """Print the percentiles of each round. Returns 1 if an event did not arrive."""
    path = ROOT / ".local" / "stack.json"
    if not path.exists():
        raise SetupFailed("start the local stack first: make run DETACH=1")
    stack = Stack.read(path)
    receivers = Receivers()
    server = Server(receivers.respond)
    base = f"http://127.0.0.1:{server.port}"
    ours = [_tenant(stack) for _ in range(ceil(healthy / _TENANT_ENDPOINTS))]
    neighbours = [_tenant(stack) for _ in range(ceil(max(levels) / _TENANT_ENDPOINTS))]
    webhooks = []
    groups = [
        (ours[number * GROUP_ENDPOINTS // _TENANT_ENDPOINTS], f"g{number}")
        for number in range(healthy // GROUP_ENDPOINTS)
    ]
    for key, group in groups:
        endpoints = [
            {"url": f"{base}/healthy/{group}/{number}", "filter": {"data.source": {"eq": group}}}
            for number in range(GROUP_ENDPOINTS)
        ]
        webhooks += _register(stack, key, endpoints)
    print(
        f"{healthy} healthy endpoints; seconds from commit to first byte, after {settling:.0f} s of the same load"
    )
    for number in range(max(levels)):
        key = neighbours[number // _TENANT_ENDPOINTS]
        webhooks += _register(stack, key, [{"url": f"{base}{_NEIGHBOUR}{number}"}])
    missing, first = 0, 0.0
    for level in sorted(levels):
        receivers.hanging, hung = level, receivers.hung
        _load(stack, groups, neighbours, settling)
        leads = _load(stack, groups, neighbours, seconds)
        times = _times(receivers, leads)
        missing += len(leads) * GROUP_ENDPOINTS - len(times)
        cuts = quantiles(times, n=100)
        first = first or cuts[98]
        print(
            f"{level:4} hanging: p50 {cuts[49]:6.2f}  p99 {cuts[98]:6.2f}  max {max(times):6.2f}  p99 ratio "
            f"{cuts[98] / first:.2f}  ({len(times)} arrived, {receivers.hung - hung} requests hung)",
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


def _load(stack: Stack, groups: list[tuple[str, str]], neighbours: list[str], seconds: float) -> set[str]:
    """The constant load, for so many seconds. Returns the leads of the events for healthy endpoints."""
    leads: set[str] = set()
    start = time.monotonic()
    for number in range(round(seconds / EVENT_SECONDS)):
        time.sleep(max(0.0, start + number * EVENT_SECONDS - time.monotonic()))
        if number % round(NEIGHBOUR_SECONDS / EVENT_SECONDS) == 0:
            for neighbour in neighbours:
                _lead(stack, neighbour, "api")
        key, group = groups[number % len(groups)]
        leads.add(_lead(stack, key, group))
    return leads


def _times(receivers: Receivers, leads: set[str]) -> list[float]:
    """The seconds to the healthy endpoints, after all events arrived or MAX_WAIT_SECONDS passed."""
    end, times = time.monotonic() + MAX_WAIT_SECONDS, list[float]()
    while time.monotonic() < end:
        times = [seconds for (lead, _), seconds in list(receivers.seen.items()) if lead in leads]
        if len(times) >= len(leads) * GROUP_ENDPOINTS:
            break
        time.sleep(0.05)
    return times


def _lead(stack: Stack, key: str, source: str) -> str:
    body = {"email": f"{uuid.uuid4().hex}@example.com", "source": source}
    return str(_ok(stack.call("POST", "/leads", key=key, body=body))["id"])


def _ok(response: ApiResponse) -> Any:
    if response.status >= 300:
        raise SetupFailed(f"the stack returned {response.status}: {response.body.decode()}")
    return response.json
