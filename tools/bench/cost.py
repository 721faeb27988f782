"""Cost of a request with all that follows it: counted in process, priced by `tools.bench.prices`.

`tests/flows/test_cost.py` runs the scenarios on the real handlers, with tables made from the template. Durations are
assumptions (`tests/support/ledger.py`). The sums leave out what is paid without requests (alarms, custom metrics, keys,
scheduled runs with their checkpoints, Lambda's polls of empty queues), cold starts, and storage of anything but audit
records.
"""

from __future__ import annotations

import io
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tools.bench.layout import ROOT, SetupFailed
from tools.bench.prices import AS_OF, MILLION, by_service, dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.bench.prices import Amount

SCENARIOS = "tests/flows/test_cost.py"
ALONE, TOGETHER = 1, 10
"""Tenants at the same time. Alone, no two messages share an invocation."""


class Subject(NamedTuple):
    """A scenario, minus the part that it shares with the scenario `without`. `mark` is the target in dollars per
    million, with `marked` tenants at once."""

    name: str
    scenario: str
    without: str | None = None
    mark: float | None = None
    marked: int = ALONE


SUBJECTS = (
    Subject("POST /v1/leads with all that follows, without webhooks", "lead", mark=55),
    Subject("a delivery that succeeds, with its fan-out", "lead, delivered", "lead", 5, TOGETHER),
    Subject("a delivery that fails ten times, with its fan-out", "lead, delivery failed", "lead", 40),
    Subject(
        "the same with another 4 KiB in each response", "lead, delivery failed in other words", without="lead"
    ),
    Subject("an audit record, kept for seven years", "audit record", mark=40),
    Subject("a call of three webhooks that becomes a lead, without webhooks of ours", "call"),
    Subject(
        "an alert by text, with its report and the answer by a text, without Twilio", "call, alerted", "call"
    ),
)


@dataclass(slots=True)
class Usage:
    """Priced amounts and the number of AWS calls, by function."""

    amounts: dict[str, Counter[Amount]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Usage:
        return cls(
            {folder: Counter(amounts) for folder, amounts in found["amounts"].items()},
            Counter(found["calls"]),
        )

    def without(self, other: Usage) -> Usage:
        amounts = {folder: Counter(found) for folder, found in self.amounts.items()}
        for folder, found in other.amounts.items():
            amounts.setdefault(folder, Counter()).subtract(found)
        calls = Counter(self.calls)
        calls.subtract(other.calls)
        return Usage(amounts, calls)

    def total(self) -> Counter[Amount]:
        total: Counter[Amount] = Counter()
        for found in self.amounts.values():
            total.update(found)
        return total


class _Collector:
    """A pytest plugin that keeps what the tests record."""

    def __init__(self) -> None:
        self.usages: dict[tuple[str, int], Usage] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            found: Any
            for name, found in report.user_properties:
                if name == "cost":
                    self.usages[found["scenario"], found["tenants"]] = Usage.of(found)


def main() -> int:
    """Print the cost of a million of each subject. Returns 1 if a mark is not met."""
    usages = _run()
    print(f"dollars per million; list prices of us-east-1, {AS_OF}; durations are assumed\n")
    met = [_print_subject(subject, usages) for subject in SUBJECTS]
    return int(not all(met))


def _run() -> dict[tuple[str, int], Usage]:
    collector, output = _Collector(), io.StringIO()
    with redirect_stdout(output):
        status = pytest.main(["-q", "-p", "no:randomly", str(ROOT / SCENARIOS)], plugins=[collector])
    if status:
        print(output.getvalue())
        raise SetupFailed(f"{SCENARIOS} failed, so its counts are not priced")
    return collector.usages


def _print_subject(subject: Subject, usages: Mapping[tuple[str, int], Usage]) -> bool:
    """Whether the mark is met."""
    columns = {
        tenants: usages[subject.scenario, tenants].without(
            usages[subject.without, tenants] if subject.without else Usage()
        )
        for tenants in (ALONE, TOGETHER)
        if (subject.scenario, tenants) in usages
    }
    services = {tenants: by_service(usage.total()) for tenants, usage in columns.items()}
    sums = {tenants: MILLION * dollars(usage.total()) for tenants, usage in columns.items()}
    print(f"### {subject.name}\n")
    _print_row("service", *(f"{tenants} at once" for tenants in columns))
    _print_row("---", *("---:" for _ in columns))
    for service in _names(services.values()):
        cells = [f"{MILLION * found.get(service, 0):.2f}" for found in services.values()]
        if any(float(cell) for cell in cells):
            _print_row(service, *cells)
    _print_row("**sum**", *(f"**{dollars:.2f}**" for dollars in sums.values()))
    if len(usages[subject.scenario, ALONE].amounts) > 1:
        print()
        _print_functions(columns)
    met = subject.mark is None or sums[subject.marked] <= subject.mark
    if subject.mark is not None:
        verdict = "met" if met else "not met"
        print(
            f"\nmark: {subject.mark:.0f} with {subject.marked} at once: {verdict} ({sums[subject.marked]:.2f})"
        )
    print()
    return met


def _print_functions(columns: Mapping[int, Usage]) -> None:
    heads = ("AWS calls", "write units", "read units", "$")
    _print_row("function", *(f"{head}, {tenants} at once" for tenants in columns for head in heads))
    _print_row("---", *("---:" for _ in columns for _ in heads))
    for folder in _names(usage.amounts for usage in columns.values()):
        cells = []
        for usage in columns.values():
            amounts = usage.amounts.get(folder, Counter())
            cells += [
                f"{usage.calls[folder]:.1f}",
                f"{amounts['write_units']:.1f}",
                f"{amounts['read_units']:.1f}",
                f"{MILLION * dollars(amounts):.2f}",
            ]
        if any(float(cell) for cell in cells):
            _print_row(folder, *cells)


def _print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


def _names(columns: Iterable[Mapping[str, object]]) -> list[str]:
    """The names in any column, in the order of their first appearance."""
    return list(dict.fromkeys(name for column in columns for name in column))
