"""Warm requests: the processor time of our handler, relative to bare handlers that only make the same AWS calls.

A bare handler has no authentication, validation, audit, logs or metrics. It parses JSON, makes the recorded calls with
the same payloads, and serialises JSON. One has a botocore client with the settings of ours, as most people would write
it; the other has our own client of AWS, which shows what our code adds to the calls. All run under Lambda's runtime
client at the same time and receive events in turn. The time is that of the handler, without the runtime client and
without waiting.
"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tools.bench import cold, functions, layout, metered, samples
from tools.bench.fake_aws import FakeAws
from tools.bench.items import Tables
from tools.bench.layout import SetupFailed
from tools.bench.runtime import Runtime, running
from tools.bench.server import Server

if TYPE_CHECKING:
    from pathlib import Path

    from tools.bench.functions import Function
    from tools.bench.layout import Layout
    from tools.bench.samples import Event

MEASURED = {
    "leads/get": "GET lead",
    "leads/list": "list of 50 leads",
    "leads/create": "POST lead, Idempotency-Key",
}
OURS, BARE, BARE_OURS, DIVIDED = "ours", "bare botocore", "bare, our client", "divided"
WARM_UP_INVOCATIONS = 100
"""The first invocations of each, which open connections and fill caches."""
PARTS = 10
"""A figure is the median of those of so many parts of the run."""
COUNTED_INVOCATIONS = 20
"""Invocations whose instructions are counted. They are the same each time, so few are enough."""
_INSTRUCTIONS = re.compile(r"I\s+refs:\s+([\d,]+)")

type Report = dict[str, float]
"""Microseconds of processor time per invocation, by component."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    calls: int
    ours: float
    bare: float
    bare_ours: float
    ratio: float
    ratio_to_our_client: float
    components: Report


def main(invocations: int, budget: float, *, with_instructions: bool) -> int:
    """Print the tables. Returns 1 if a ratio to the bare botocore handler exceeds the budget."""
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = [function for function in functions.of_template(endpoint) if function.folder in MEASURED]
    measured.sort(key=lambda function: list(MEASURED).index(function.folder))
    built = layout.lay_out([function.folder for function in measured])
    rows = [_measure(built, fake_aws, function, invocations) for function in measured]
    _print_ratios(rows, invocations)
    _print_components(rows)
    if with_instructions:
        _print_instructions(built, measured)
    server.close()
    worst = max(row.ratio for row in rows)
    print(f"worst {worst:.2f}, budget {budget:.2f}: {'exceeded' if worst > budget else 'met'}")
    return int(worst > budget)


def _print_ratios(rows: list[Row], invocations: int) -> None:
    print(
        f"processor time per request in microseconds; median of {PARTS} parts of {invocations} invocations, in turn"
    )
    print(f"{'handler':28} {'AWS calls':>9} {OURS:>8} {BARE:>14} {'ratio':>6} {BARE_OURS:>17} {'ratio':>6}")
    for row in rows:
        print(
            f"{row.name:28} {row.calls:9} {row.ours:8.0f} {row.bare:14.0f} {row.ratio:6.2f}"
            f" {row.bare_ours:17.0f} {row.ratio_to_our_client:6.2f}"
        )


def _print_components(rows: list[Row]) -> None:
    """The sum is above the time of the undivided handler by the meters, about a microsecond for each call."""
    print(f"{'of it, by component':28}" + "".join(f"{row.name.partition(',')[0]:>18}" for row in rows))
    names = sorted(
        {name for row in rows for name in row.components},
        key=lambda name: -max(row.components.get(name, 0.0) for row in rows),
    )
    for name in names:
        print(f"{name:28}" + "".join(f"{row.components.get(name, 0.0):18.0f}" for row in rows))


def _print_instructions(built: Layout, measured: list[Function]) -> None:
    """Instructions vary by less than a percent between runs, whatever else the machine does."""
    print(f"thousands of instructions per request, of {COUNTED_INVOCATIONS} invocations under valgrind")
    print(f"{'handler':28} {OURS:>8} {BARE:>14} {'ratio':>6} {BARE_OURS:>17} {'ratio':>6}")
    for function in measured:
        ours, bare, bare_ours = (
            _instructions(built, function, name) / 1000 for name in (OURS, BARE, BARE_OURS)
        )
        print(
            f"{MEASURED[function.folder]:28} {ours:8.0f} {bare:14.0f} {ours / bare:6.2f}"
            f" {bare_ours:17.0f} {ours / bare_ours:6.2f}"
        )


def _measure(built: Layout, fake_aws: FakeAws, function: Function, invocations: int) -> Row:
    event = samples.sample(function.folder)
    _add_programs(built, fake_aws, function, event)
    reports: dict[str, list[Report]] = {name: [] for name in (OURS, BARE, BARE_OURS, DIVIDED)}
    with ExitStack() as stack:
        programs = {
            name: stack.enter_context(
                running(built, _folder(built, function, name), function.environment, _log(name))
            )
            for name in reports
        }
        for part in range(PARTS + 1):
            count = invocations // PARTS if part else WARM_UP_INVOCATIONS
            for _ in range(count):
                for runtime in programs.values():
                    fake_aws.requests.clear()
                    cold.check(function.folder, runtime.invoke(event).response)
            for name, runtime in programs.items():
                report = runtime.invoke(metered.REPORT).response
                if part:
                    reports[name].append({key: spent / count for key, spent in report.items()})
    totals = {name: [sum(report.values()) for report in parts] for name, parts in reports.items()}
    divided = reports[DIVIDED]
    return Row(
        name=MEASURED[function.folder],
        calls=len(fake_aws.requests),
        ours=median(totals[OURS]),
        bare=median(totals[BARE]),
        bare_ours=median(totals[BARE_OURS]),
        ratio=_ratio(totals[OURS], totals[BARE]),
        ratio_to_our_client=_ratio(totals[OURS], totals[BARE_OURS]),
        components={key: median(report.get(key, 0.0) for report in divided) for key in divided[0]},
    )


def _ratio(ours: list[float], bare: list[float]) -> float:
    return median(our_time / other for our_time, other in zip(ours, bare, strict=True))


def _add_programs(built: Layout, fake_aws: FakeAws, function: Function, event: Event) -> None:
    """Add the function with meters, and the two bare handlers with the AWS calls of the warm function."""
    code = (layout.ROOT / "tools/bench/metered.py").read_text()
    bare = (layout.ROOT / "tools/bench/bare.py").read_text()
    calls = _recorded(built, fake_aws, function, event)
    for name in (OURS, BARE, BARE_OURS, DIVIDED):
        folder = layout.add_task(built, f"{name}/{function.folder}", code)
        if name in (OURS, DIVIDED):
            shutil.copy(built.task(function.folder) / "app.py", folder / "program.py")
        else:
            (folder / "program.py").write_text(bare)
            client = "botocore" if name == BARE else "eal"
            (folder / "bare.json").write_text(json.dumps({"client": client, "calls": calls}))
        if name == DIVIDED:
            (folder / "components.json").write_text("{}")


def _folder(built: Layout, function: Function, name: str) -> Path:
    return built.task(f"{name}/{function.folder}")


def _log(name: str) -> Path:
    return layout.SCRATCH / ("function.log" if name == OURS else f"{name}.log")


def _instructions(built: Layout, function: Function, name: str) -> float:
    """Instructions per request, from two runs that differ in their number of invocations."""
    fewer, more = (
        _all_instructions(built, function, name, count)
        for count in (COUNTED_INVOCATIONS, 2 * COUNTED_INVOCATIONS)
    )
    return (more - fewer) / COUNTED_INVOCATIONS


def _all_instructions(built: Layout, function: Function, name: str, invocations: int) -> int:
    """The instructions of a process in user space."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SetupFailed("--instructions needs valgrind")
    event, log = samples.sample(function.folder), _log(name)
    runtime = Runtime(
        built,
        _folder(built, function, name),
        {**function.environment, "PYTHONHASHSEED": "0"},
        log,
        under=(valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"),
    )
    for _ in range(invocations):
        runtime.invoke(event)
    runtime.invoke(metered.EXIT)
    runtime.wait()
    found = _INSTRUCTIONS.search(log.read_text(errors="replace"))
    if found is None:
        raise SetupFailed(f"valgrind did not count instructions\n{runtime.log_tail()}")
    return int(found[1].replace(",", ""))


def _recorded(
    built: Layout, fake_aws: FakeAws, function: Function, event: Event
) -> list[tuple[str, dict[str, Any]]]:
    """The AWS calls of the warm handler."""
    with running(built, built.task(function.folder), function.environment, _log(OURS)) as runtime:
        runtime.invoke(event)
        fake_aws.requests.clear()
        runtime.invoke(event)
        return list(fake_aws.requests)
