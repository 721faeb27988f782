"""Receivers, warm: from a vendor's event to its answer, over a bare function that only answers.

Ours checks connection and signature, stores the body and queues its message before it says 202; the bare one says 202.
Both run under Lambda's runtime client at the same time and get the same signed event in turn. AWS answers at once, so
the difference is our own work and its four round trips on loopback.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

from tools.bench import cold, functions, layout, samples
from tools.bench.answers import Canned
from tools.bench.items import Tables
from tools.bench.runtime import running
from tools.bench.server import Server

if TYPE_CHECKING:
    from tools.bench.functions import Function
    from tools.bench.layout import Layout

BARE = """def handler(event, context):
    return {"statusCode": 202, "headers": {"Content-Type": "application/json"}, "body": '{"received": true}'}
"""
UNCOUNTED = 50


@dataclass(frozen=True, slots=True)
class Row:
    folder: str
    ours: tuple[float, float]
    bare: tuple[float, float]


def main(invocations: int) -> int:
    """Print the table."""
    canned = Canned()
    server = Server(canned.answer)
    endpoint = f"http://127.0.0.1:{server.port}"
    canned.tables = Tables(hooks=f"{endpoint}/hooks")
    wanted = [one for one in functions.of_template(endpoint) if one.folder.startswith("inbound/")]
    built = layout.lay_out([one.folder for one in wanted])
    rows = [_measure(built, canned, one, invocations) for one in wanted]
    server.close()
    print(f"{invocations} invocations of each, in turn")
    print(f"{'receiver':20} {'':4} {'ours ms':>8} {'bare ms':>8} {'ratio':>6}")
    for row in rows:
        for name, ours, bare in zip(("p50", "p99"), row.ours, row.bare, strict=True):
            print(f"{row.folder:20} {name:4} {ours * 1000:8.3f} {bare * 1000:8.3f} {ours / bare:6.2f}")
    return 0


def _measure(built: Layout, canned: Canned, one: Function, invocations: int) -> Row:
    bare = layout.add_task(built, f"bare/{one.folder}", BARE)
    times: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as stack:
        pair = [
            stack.enter_context(running(built, task, one.environment, layout.SCRATCH / log))
            for task, log in ((built.task(one.folder), "function.log"), (bare, "bare.log"))
        ]
        for number in range(UNCOUNTED + invocations):
            event = samples.sample(one.folder)
            for runtime, seconds in zip(pair, times, strict=True):
                canned.requests.clear()
                invocation = runtime.invoke(event)
                cold.check(one.folder, invocation.answer)
                if number >= UNCOUNTED:
                    seconds.append(invocation.seconds)
            # A pause keeps one from running in the other's clean-up.
            time.sleep(0.001)
    return Row(one.folder, _p50_p99(times[0]), _p50_p99(times[1]))


def _p50_p99(seconds: list[float]) -> tuple[float, float]:
    cuts = quantiles(seconds, n=100)
    return cuts[49], cuts[98]
