"""Cold starts: from a process's spawning to its first answer, for every function of the template over a no-op.

Both run under Lambda's runtime client, one after the other, so that the machine's mood of the moment is in both; a
function's ratio is the median of its pairs' ratios. AWS answers at once and without TLS; what Lambda itself needs to
make a sandbox is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tools.bench import functions, layout, samples
from tools.bench.answers import Canned
from tools.bench.items import Tables
from tools.bench.runtime import Broken, Runtime
from tools.bench.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tools.bench.functions import Function
    from tools.bench.layout import Layout

NO_OP = """def handler(event, context):
    return {"statusCode": 204, "headers": {}, "body": ""}
"""

REFUSING = {
    "audit_log/get_consistency": 404, "audit_log/get_export": 404, "audit_log/get_proof": 503,
    "integrations/delete": 404, "lead_imports/get": 404, "leads/push_to_crm": 409, "organizations/get": 404,
    "organizations/put_grant": 404, "organizations/remove_member": 404, "organizations/revoke_grant": 404,
    "organizations/update": 404, "prospects/convert": 404, "prospects/erase": 404, "prospects/get": 404,
    "prospects/qualify": 404, "prospects/update": 404, "unknown_route/answer": 405,
}  # fmt: skip
"""Of whom the canned tables hold nothing, and what they answer then: what follows on the first read is not measured."""


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start: seconds to the first answer, and of processor time."""

    wall: float
    processor: float


@dataclass(frozen=True, slots=True)
class Row:
    folder: str
    start: Start
    ratio: float
    processor_ratio: float


def main(rounds: int, budget: float, only: str | None) -> int:
    """Print the table. 1 where the worst function is over the budget."""
    canned = Canned()
    server = Server(canned.answer)
    endpoint = f"http://127.0.0.1:{server.port}"
    canned.tables = Tables(hooks=f"{endpoint}/hooks")
    wanted = [one for one in functions.of_template(endpoint) if only is None or only in one.folder]
    built = layout.lay_out([one.folder for one in wanted])
    pairs = _measure(built, canned, wanted, rounds)
    server.close()
    floor = _middle([no_op for found in pairs.values() for no_op, _ in found])
    rows = [
        Row(
            folder,
            _middle([start for _, start in found]),
            median(start.wall / no_op.wall for no_op, start in found),
            median(start.processor / no_op.processor for no_op, start in found),
        )
        for folder, found in pairs.items()
    ]
    print(f"median of {rounds} rounds, from spawning to the first answer; processor time beside it")
    print(f"{'function':30} {'ms':>6} {'ratio':>6} {'cpu ms':>7} {'ratio':>6}")
    print(f"{'(no-op)':30} {floor.wall * 1000:6.1f} {1:6.2f} {floor.processor * 1000:7.1f} {1:6.2f}")
    for row in sorted(rows, key=lambda row: row.ratio):
        print(
            f"{row.folder:30} {row.start.wall * 1000:6.1f} {row.ratio:6.2f}"
            f" {row.start.processor * 1000:7.1f} {row.processor_ratio:6.2f}"
            f"{f'  answers {REFUSING[row.folder]}' if row.folder in REFUSING else ''}"
        )
    worst = max(row.ratio for row in rows)
    print(f"worst {worst:.2f}, budget {budget:.1f}: {'over' if worst > budget else 'kept'}")
    return int(worst > budget)


def _measure(
    built: Layout, canned: Canned, wanted: list[Function], rounds: int
) -> dict[str, list[tuple[Start, Start]]]:
    """Every function's starts, each with that of the no-op just before it."""
    no_op = layout.add_task(built, "no_op", NO_OP)
    pairs: dict[str, list[tuple[Start, Start]]] = {one.folder: [] for one in wanted}
    for round_number in range(rounds + 1):
        for one in wanted:
            event = samples.sample(one.folder)
            canned.requests.clear()
            nothing, _ = _first_answer(built, no_op, one.environment, event)
            start, answer = _first_answer(built, built.task(one.folder), one.environment, event)
            if round_number:
                pairs[one.folder].append((nothing, start))
            else:  # files come from the disk here, not from the page cache
                check(one.folder, answer)
    return pairs


def _middle(starts: list[Start]) -> Start:
    return Start(median(one.wall for one in starts), median(one.processor for one in starts))


def _first_answer(
    built: Layout, folder: Path, environment: Mapping[str, str], event: object
) -> tuple[Start, Any]:
    runtime = Runtime(built, folder, environment, layout.SCRATCH / "function.log")
    try:
        first = runtime.invoke(event)
    finally:
        processor = runtime.close()
    return Start(first.answered_at - runtime.spawned_at, processor), first.answer


def check(folder: str, answer: Any) -> None:
    """Raises: Broken where the function was not measured at its ordinary work."""
    if isinstance(answer, dict) and "statusCode" in answer:
        good = answer["statusCode"] in ((REFUSING[folder],) if folder in REFUSING else (200, 201, 202, 204))
    else:
        good = answer is None or answer == {"batchItemFailures": []}
    if not good:
        log = (layout.SCRATCH / "function.log").read_text(errors="replace")
        raise Broken(f"{folder} answered {answer}\n{log[-3000:]}")
