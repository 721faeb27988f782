"""Warm requests: our handler over a bare one that makes the same AWS calls with the same payloads, and nothing else.

The bare handler has no authentication, validation, audit, log or metric: json in, the recorded calls through a
botocore client of the same settings, json out. Both run under Lambda's runtime client at the same time and get
events in turn.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tools.bench import cold, functions, layout, samples
from tools.bench.answers import Canned
from tools.bench.items import Tables
from tools.bench.runtime import running
from tools.bench.server import Server

if TYPE_CHECKING:
    from tools.bench.functions import Function
    from tools.bench.layout import Layout
    from tools.bench.samples import Event

MEASURED = {
    "leads/get": "GET lead",
    "leads/list": "list leads",
    "leads/create": "POST lead, Idempotency-Key",
}
UNCOUNTED = 100
"""First invocations of each, in which connections are made and caches filled."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    calls: int
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def main(invocations: int, budget: float) -> int:
    """Print the table. 1 where the worst handler is over the budget."""
    canned = Canned()
    server = Server(canned.answer)
    endpoint = f"http://127.0.0.1:{server.port}"
    canned.tables = Tables(hooks=f"{endpoint}/hooks")
    wanted = [one for one in functions.of_template(endpoint) if one.folder in MEASURED]
    built = layout.lay_out([one.folder for one in wanted])
    rows = [_measure(built, canned, one, invocations) for one in wanted]
    server.close()
    print(f"median of {invocations} invocations of each, in turn")
    print(f"{'handler':28} {'AWS calls':>9} {'ours ms':>8} {'bare ms':>8} {'ratio':>6}")
    for row in sorted(rows, key=lambda row: row.ratio):
        print(f"{row.name:28} {row.calls:9} {row.ours * 1000:8.3f} {row.bare * 1000:8.3f} {row.ratio:6.2f}")
    worst = max(row.ratio for row in rows)
    print(f"worst {worst:.2f}, budget {budget:.2f}: {'over' if worst > budget else 'kept'}")
    return int(worst > budget)


def _measure(built: Layout, canned: Canned, one: Function, invocations: int) -> Row:
    event = samples.sample(one.folder)
    bare = layout.add_task(built, f"bare/{one.folder}", (layout.ROOT / "tools/bench/bare.py").read_text())
    (bare / "calls.json").write_text(json.dumps(_recorded(built, canned, one, event)))
    ours_log, bare_log = layout.SCRATCH / "function.log", layout.SCRATCH / "bare.log"
    times: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as stack:
        pair = (
            stack.enter_context(running(built, built.task(one.folder), one.environment, ours_log)),
            stack.enter_context(running(built, bare, one.environment, bare_log)),
        )
        for number in range(UNCOUNTED + invocations):
            for runtime, seconds in zip(pair, times, strict=True):
                canned.requests.clear()
                invocation = runtime.invoke(event)
                cold.check(one.folder, invocation.answer)
                if number >= UNCOUNTED:
                    seconds.append(invocation.seconds)
            # A pause keeps one from running in the other's clean-up.
            time.sleep(0.001)
    return Row(MEASURED[one.folder], len(canned.requests), median(times[0]), median(times[1]))


def _recorded(built: Layout, canned: Canned, one: Function, event: Event) -> list[tuple[str, dict[str, Any]]]:
    """What the handler asks AWS for when it is warm."""
    with running(built, built.task(one.folder), one.environment, layout.SCRATCH / "function.log") as runtime:
        runtime.invoke(event)
        canned.requests.clear()
        runtime.invoke(event)
        return list(canned.requests)
