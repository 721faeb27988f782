"""Warm receivers: the time from a vendor's event to the response, relative to a bare function that only responds.

A receiver verifies the connection and the signature, and stores the body before it returns 202. The bare function
returns 202. Both run under Lambda's runtime client at the same time and receive the same signed event
in turn. The fake AWS responds at once, so the difference is our code and its three round trips on loopback.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

from tools.bench import cold, functions, layout, samples
from tools.bench.fake_aws import FakeAws
from tools.bench.items import Tables
from tools.bench.runtime import running
from tools.bench.server import Server

if TYPE_CHECKING:
    from tools.bench.functions import Function
    from tools.bench.layout import Layout

BARE = """def handler(event, context):
    return {"statusCode": 202, "headers": {"Content-Type": "application/json"}, "body": '{"received": true}'}
"""
WARM_UP_INVOCATIONS = 50
"""The first invocations of each, which open connections and fill caches."""


@dataclass(frozen=True, slots=True)
class Row:
    folder: str
    ours: tuple[float, float]
    bare: tuple[float, float]


def main(invocations: int) -> int:
    """Print the table."""
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = [
        function for function in functions.of_template(endpoint) if function.folder.startswith("inbound/")
    ]
    built = layout.lay_out([function.folder for function in measured])
    rows = [_measure(built, fake_aws, function, invocations) for function in measured]
    server.close()
    print(f"{invocations} invocations of each, in turn")
    print(f"{'receiver':20} {'':4} {'ours ms':>8} {'bare ms':>8} {'ratio':>6}")
    for row in rows:
        for name, ours, bare in zip(("p50", "p99"), row.ours, row.bare, strict=True):
            print(f"{row.folder:20} {name:4} {ours * 1000:8.3f} {bare * 1000:8.3f} {ours / bare:6.2f}")
    return 0


def _measure(built: Layout, fake_aws: FakeAws, function: Function, invocations: int) -> Row:
    bare = layout.add_task(built, f"bare/{function.folder}", BARE)
    times: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as stack:
        pair = [
            stack.enter_context(running(built, task, function.environment, layout.SCRATCH / log))
            for task, log in ((built.task(function.folder), "function.log"), (bare, "bare.log"))
        ]
        for number in range(WARM_UP_INVOCATIONS + invocations):
            event = samples.sample(function.folder)
            for runtime, seconds in zip(pair, times, strict=True):
                fake_aws.requests.clear()
                invocation = runtime.invoke(event)
                cold.check(function.folder, invocation.response)
                if number >= WARM_UP_INVOCATIONS:
                    seconds.append(invocation.seconds)
            # The pause lets a function finish its clean-up before the other one runs.
            time.sleep(0.001)
    return Row(function.folder, _p50_p99(times[0]), _p50_p99(times[1]))


def _p50_p99(seconds: list[float]) -> tuple[float, float]:
    cuts = quantiles(seconds, n=100)
    return cuts[49], cuts[98]
