"""Cold starts: the time from process start to the first response, for every function, relative to a no-op.

Both run under Lambda's runtime client, one directly after the other, so that the load of the machine affects both. The
ratio of a function is the median of the ratios of its pairs. The fake AWS responds at once and without TLS. Neither
time includes the creation of Lambda's sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tools.bench import functions, layout, samples
from tools.bench.fake_aws import FakeAws
from tools.bench.items import Tables
from tools.bench.runtime import RunFailed, Runtime
from tools.bench.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tools.bench.functions import Function
    from tools.bench.layout import Layout

NO_OP = """def handler(event, context):
    return {"statusCode": 204, "headers": {}, "body": ""}
"""

SIZES = (256, 512, 1024)
MEGABYTES_OF_A_PROCESSOR = 1769
"""The memory size with one whole vCPU (Lambda's guide, "Configure Lambda function memory")."""

SUCCEEDED = (200, 201, 202, 204)
FOUND_NOTHING = (403, 404, 405, 409, 503)
"""Returned by functions whose item the fake tables do not have, and by those that want a session and get a key. Only
their first read is measured."""


@dataclass(frozen=True, slots=True)
class Start:
    """A cold start: seconds to the first response, those of them in the request, seconds of processor time, and memory.

    Before the request, Lambda initialises the process, with more processor time than its memory size pays for.
    """

    wall: float
    request: float
    processor: float
    megabytes: float

    @property
    def initialisation(self) -> float:
        return self.wall - self.request

    def at(self, megabytes: int) -> float:
        """The time with this memory size. The request waits for nothing here, so it is all processor time."""
        return self.initialisation + self.request * max(1.0, MEGABYTES_OF_A_PROCESSOR / megabytes)


@dataclass(frozen=True, slots=True)
class Row:
    folder: str
    start: Start
    ratio: float
    processor_ratio: float
    error: int | None


def main(rounds: int, budget: float, only: list[str] | None) -> int:
    """Print the table. Returns 1 if a ratio exceeds the budget."""
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = [
        function
        for function in functions.of_template(endpoint)
        if only is None or any(text in function.folder for text in only)
    ]
    built = layout.lay_out([function.folder for function in measured])
    pairs, errors = _measure(built, fake_aws, measured, rounds)
    server.close()
    floor = _middle([no_op for starts in pairs.values() for no_op, _ in starts])
    rows = [
        Row(
            folder,
            _middle([start for _, start in starts]),
            median(start.wall / no_op.wall for no_op, start in starts),
            median(start.processor / no_op.processor for no_op, start in starts),
            errors.get(folder),
        )
        for folder, starts in pairs.items()
    ]
    print(
        f"median of {rounds} rounds, from process start to the first response; processor time; resident memory"
    )
    print(
        "at 256, 512, 1024 MB: the time in ms if the request has the share of a processor that Lambda gives it"
    )
    sizes = "".join(f"{f'{size} MB':>8}" for size in SIZES)
    print(
        f"{'function':34} {'ms':>6} {'ratio':>6} {'init ms':>8} {'request ms':>10}{sizes}"
        f" {'cpu ms':>7} {'ratio':>6} {'MB':>5}"
    )
    print(_line("(no-op)", floor, 1, 1))
    for row in sorted(rows, key=lambda row: row.ratio):
        print(
            _line(row.folder, row.start, row.ratio, row.processor_ratio)
            + (f"  returns {row.error}" if row.error else "")
        )
    processor = [row.processor_ratio for row in rows]
    print(f"processor time: median {median(processor):.2f}, worst {max(processor):.2f} times the no-op")
    worst = max(row.ratio for row in rows)
    print(f"worst {worst:.2f}, budget {budget:.1f}: {'exceeded' if worst > budget else 'met'}")
    return int(worst > budget)


def _line(name: str, start: Start, ratio: float, processor_ratio: float) -> str:
    sizes = "".join(f"{start.at(size) * 1000:8.0f}" for size in SIZES)
    return (
        f"{name:34} {start.wall * 1000:6.1f} {ratio:6.2f} {start.initialisation * 1000:8.1f}"
        f" {start.request * 1000:10.1f}{sizes}"
        f" {start.processor * 1000:7.1f} {processor_ratio:6.2f} {start.megabytes:5.1f}"
    )


def _measure(
    built: Layout, fake_aws: FakeAws, measured: list[Function], rounds: int
) -> tuple[dict[str, list[tuple[Start, Start]]], dict[str, int]]:
    """The starts of every function, each with the start of the no-op directly before it; and the errors of those that
    find no item.
    """
    no_op = layout.add_task(built, "no_op", NO_OP)
    pairs: dict[str, list[tuple[Start, Start]]] = {function.folder: [] for function in measured}
    errors = {}
    for round_number in range(rounds + 1):
        for function in measured:
            event = samples.sample(function.folder)
            fake_aws.requests.clear()
            baseline, _ = _first_response(built, no_op, function.environment, event)
            start, response = _first_response(built, built.task(function.folder), function.environment, event)
            if round_number:
                pairs[function.folder].append((baseline, start))
            else:  # not measured: the first round reads files from the disk instead of the page cache
                check(function.folder, response, (*SUCCEEDED, *FOUND_NOTHING))
                if isinstance(response, dict) and response.get("statusCode") in FOUND_NOTHING:
                    errors[function.folder] = response["statusCode"]
    return pairs, errors


def _middle(starts: list[Start]) -> Start:
    return Start(
        median(start.wall for start in starts),
        median(start.request for start in starts),
        median(start.processor for start in starts),
        median(start.megabytes for start in starts),
    )


def _first_response(
    built: Layout, folder: Path, environment: Mapping[str, str], event: object
) -> tuple[Start, Any]:
    runtime = Runtime(built, folder, environment, layout.SCRATCH / "function.log")
    try:
        first = runtime.invoke(event)
    finally:
        usage = runtime.close()
    elapsed = first.responded_at - runtime.spawned_at
    return Start(elapsed, first.seconds, usage.processor, usage.megabytes), first.response


def check(folder: str, response: Any, statuses: tuple[int, ...] = SUCCEEDED) -> None:
    """Raises: RunFailed if the response has none of the statuses, so that the measurement would be meaningless."""
    if isinstance(response, dict) and "statusCode" in response:
        is_expected = response["statusCode"] in statuses
    else:
        is_expected = response is None or response == {"batchItemFailures": []}
    if not is_expected:
        log = (layout.SCRATCH / "function.log").read_text(errors="replace")
        raise RunFailed(f"{folder} returned {response}\n{log[-3000:]}")
