"""Whether anything is lost or doubled on a running local stack while its functions are killed at random.

A mixed load of requests, signed webhooks of CallRail and an import runs for some minutes. Every few seconds, a process
of a function with an invocation in progress is killed. Then the queues drain, and each change that the stack accepted
must be in the audit log, in the feed without a gap, and at each receiver that accepts requests.

SQS delivers the message of a killed worker again after the visibility timeout of its queue, minutes later. The
benchmark shortens these timeouts, so discard the stack afterwards.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

from tools.bench import accepted, load, processes
from tools.bench.layout import ROOT, SetupFailed
from tools.bench.server import Server
from tools.fixtures.client import Stack
from tools.stack import server
from tools.stack.instance import Instance

if TYPE_CHECKING:
    from tools.bench.accepted import Comparison
    from tools.bench.load import Customer, Load, Receivers

CUSTOMERS = 3
REQUESTS_PER_SECOND = 6.0
KILL_SECONDS = 3.0
VISIBILITY_SECONDS = 45
IMPORT_VISIBILITY_SECONDS = 120
MAX_DRAIN_SECONDS = 600.0
_POLL_SECONDS = 10.0
_COLUMNS = (
    "minute", "requests", "of them repeated", "accepted changes", "kills",
    "emulator, MB", "environments", "all of them, MB", "largest, MB",
)  # fmt: skip


def main(minutes: int) -> int:
    """Print the minutes and the comparison as markdown. Returns 1 if anything is lost or doubled."""
    folder = ROOT / ".local"
    if not (folder / "stack.json").exists():
        raise SetupFailed("start the local stack first: make run DETACH=1")
    running = server.running(Instance(folder=folder, port=0))
    if running is None:
        raise SetupFailed("the emulator of the local stack is not running")
    stack = Stack.read(folder / "stack.json")
    _shorten_visibility(stack)
    receivers = load.Receivers()
    hooks = Server(receivers.respond)
    base = f"http://127.0.0.1:{hooks.port}"
    customers = [load.customer(stack, base, number) for number in range(CUSTOMERS)]
    work = load.Load(stack, customers, REQUESTS_PER_SECOND)
    killed = _run(minutes, work, customers, int(str(running["pid"])))
    began = time.monotonic()
    comparison = _drained(stack, customers, receivers)
    seconds = time.monotonic() - began
    hooks.close()
    print(f"\nkilled: {', '.join(f'{count} {name}' for name, count in killed.most_common())}")
    print(f"compared {seconds:.0f} s after the last request:\n")
    _print_row("what", "accepted or sent", "found")
    _print_row("---", "---:", "---:")
    for name, (expected, found) in comparison.counts.items():
        _print_row(name, f"{expected:,}", f"{found:,}")
    faults = comparison.faults + work.faults
    print(f"\n{len(faults)} faults" if faults else "\nnothing lost, nothing doubled")
    for fault in faults[:50]:
        print(f"- {fault}")
    return int(bool(faults))


def _shorten_visibility(stack: Stack) -> None:
    sqs = stack.client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        seconds = IMPORT_VISIBILITY_SECONDS if "ImportQueue" in url else VISIBILITY_SECONDS
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})


def _run(minutes: int, work: Load, customers: list[Customer], emulator: int) -> Counter[str]:
    """Load and kill for some minutes. Returns the kills by function."""
    killed: Counter[str] = Counter()
    _print_row(*_COLUMNS)
    _print_row(*("---:" for _ in _COLUMNS))
    work.start()
    for minute in range(1, minutes + 1):
        if minute == (minutes + 1) // 2:
            work.start_import(customers[0])
        _kill_for_a_minute(emulator, killed)
        _print_minute(minute, work, customers, killed, emulator)
    work.stop()
    return killed


def _kill_for_a_minute(emulator: int, killed: Counter[str]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(KILL_SECONDS)
        if at_work := processes.busy(processes.environments(emulator)):
            environment = random.choice(at_work)  # noqa: S311 - no secret is made of it
            processes.kill(environment)
            killed[environment.function] += 1


def _print_minute(
    minute: int, work: Load, customers: list[Customer], killed: Counter[str], emulator: int
) -> None:
    memory = [processes.resident_mb(environment.pid) for environment in processes.environments(emulator)]
    _print_row(
        minute,
        work.sent.total(),
        work.sent["repeated"],
        sum(customer.accepted.total() for customer in customers),
        killed.total(),
        f"{processes.resident_mb(emulator):.0f}",
        len(memory),
        f"{sum(memory):.0f}",
        f"{max(memory, default=0):.0f}",
    )


def _drained(stack: Stack, customers: list[Customer], receivers: Receivers) -> Comparison:
    """The first comparison without a fault, or the last one if faults remain."""
    end = time.monotonic() + MAX_DRAIN_SECONDS
    while True:
        comparison = accepted.compare(stack, customers, receivers)
        if not comparison.faults or time.monotonic() > end:
            return comparison
        print(f"draining: {len(comparison.faults)} differences, such as: {comparison.faults[0]}", flush=True)
        time.sleep(_POLL_SECONDS)


def _print_row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)
