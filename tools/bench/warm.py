"""Warm requests: our handler, relative to a bare handler that only makes the same AWS calls with the same payloads.

The bare handler has no authentication, validation, audit, logs or metrics. It parses JSON, makes the recorded calls
with a botocore client of the same settings, and serialises JSON. Both run under Lambda's runtime client at the same
time and receive events in turn.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tools.bench import cold, functions, layout, samples
from tools.bench.fake_aws import FakeAws
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
WARM_UP_INVOCATIONS = 100
"""The first invocations of each, which open connections and fill caches."""


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
    """Print the table. Returns 1 if a ratio exceeds the budget."""
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = [function for function in functions.of_template(endpoint) if function.folder in MEASURED]
    built = layout.lay_out([function.folder for function in measured])
    rows = [_measure(built, fake_aws, function, invocations) for function in measured]
    server.close()
    print(f"median of {invocations} invocations of each, in turn")
    print(f"{'handler':28} {'AWS calls':>9} {'ours ms':>8} {'bare ms':>8} {'ratio':>6}")
    for row in sorted(rows, key=lambda row: row.ratio):
        print(f"{row.name:28} {row.calls:9} {row.ours * 1000:8.3f} {row.bare * 1000:8.3f} {row.ratio:6.2f}")
    worst = max(row.ratio for row in rows)
    print(f"worst {worst:.2f}, budget {budget:.2f}: {'exceeded' if worst > budget else 'met'}")
    return int(worst > budget)


def _measure(built: Layout, fake_aws: FakeAws, function: Function, invocations: int) -> Row:
    event = samples.sample(function.folder)
    bare = layout.add_task(
        built, f"bare/{function.folder}", (layout.ROOT / "tools/bench/bare.py").read_text()
    )
    (bare / "calls.json").write_text(json.dumps(_recorded(built, fake_aws, function, event)))
    ours_log, bare_log = layout.SCRATCH / "function.log", layout.SCRATCH / "bare.log"
    times: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as stack:
        pair = (
            stack.enter_context(running(built, built.task(function.folder), function.environment, ours_log)),
            stack.enter_context(running(built, bare, function.environment, bare_log)),
        )
        for number in range(WARM_UP_INVOCATIONS + invocations):
            for runtime, seconds in zip(pair, times, strict=True):
                fake_aws.requests.clear()
                invocation = runtime.invoke(event)
                cold.check(function.folder, invocation.response)
                if number >= WARM_UP_INVOCATIONS:
                    seconds.append(invocation.seconds)
            # The pause lets a function finish its clean-up before the other one runs.
            time.sleep(0.001)
    return Row(MEASURED[function.folder], len(fake_aws.requests), median(times[0]), median(times[1]))


def _recorded(
    built: Layout, fake_aws: FakeAws, function: Function, event: Event
) -> list[tuple[str, dict[str, Any]]]:
    """The AWS calls of the warm handler."""
    with running(
        built, built.task(function.folder), function.environment, layout.SCRATCH / "function.log"
    ) as runtime:
        runtime.invoke(event)
        fake_aws.requests.clear()
        runtime.invoke(event)
        return list(fake_aws.requests)
