"""Pages of leads on a running local stack: the reads of a page for each filter, with few leads and with many.

The counts (queries, items, bytes) are the same on every machine. The milliseconds depend on the emulator and only show
whether it slows down.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from tools.bench.layout import ROOT, SetupFailed

if TYPE_CHECKING:
    from eal.core.caller import Caller

SIZES = (100, 100_000)
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"order": "asc"},
    {"status": "contacted"},
    {"assigned_to": "ann"},
    {"assigned_to": "ann", "status": "contacted"},
    {"source": "referral"},
    {"loss_type": "mold"},
    {"min_score": 50},
)
_THREADS = 4
_LEADS_PER_TASK = 25


@dataclass(frozen=True, slots=True)
class Cost:
    queries: int
    items: int
    kilobytes: float
    ms: float


def main() -> int:
    """Print the table. Returns 1 if a page reads more or less with many leads than with few."""
    use_the_stack()
    callers = [_seeded(size) for size in SIZES]
    print(
        f"{'second page of 20':34}" + "".join(f"{size:>12,} leads: queries items kB   ms" for size in SIZES)
    )
    differs = False
    for query in FILTERS:
        costs = [_second_page(by, query) for by in callers]
        name = "&".join(f"{field}={value}" for field, value in query.items()) or "(no filter)"
        shown = "".join(
            f"{cost.queries:>26} {cost.items:>5} {cost.kilobytes:>4.0f} {cost.ms:>5.1f}" for cost in costs
        )
        print(f"{name:34}{shown}")
        differs = differs or len({(cost.queries, cost.items, cost.kilobytes) for cost in costs}) > 1
    return int(differs)


def use_the_stack(function: str = "LeadsList") -> None:
    """Set the environment variables of a function of the stack. Raises: SetupFailed if no stack is running."""
    folder = ROOT / ".local"
    if not (folder / "stack.json").exists():
        raise SetupFailed("start the local stack first: make run DETACH=1")
    stack = json.loads((folder / "stack.json").read_text())
    os.environ |= json.loads((folder / "env.json").read_text())[function]
    os.environ |= {
        "AWS_ENDPOINT_URL": stack["aws"]["endpoint_url"],
        "AWS_DEFAULT_REGION": stack["aws"]["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def _seeded(size: int) -> Caller:
    """A caller of a new tenant with `size` leads.

    The fields of the leads repeat every 60 leads, and SIZES differ by a multiple of 60, so a page of the newest leads
    has the same mixture in both tenants.
    """
    from eal.core import clock, ids
    from eal.core.caller import system
    from tools.fixtures.leads import numbered_lead, put_leads

    by = system("bench", ids.new("org", clock.now()), "bench")
    start = clock.now() - timedelta(days=30)

    def put(numbers: tuple[int, ...]) -> None:
        put_leads((numbered_lead(number, start) for number in numbers), by)

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(put, batched(range(size), _LEADS_PER_TASK, strict=False)))
    return by


def _second_page(by: Caller, filters: dict[str, Any]) -> Cost:
    from eal.domain.leads import store
    from eal.domain.leads.wire import LeadQuery
    from tools.fixtures.leads import counted_reads

    query = LeadQuery(limit=20, **filters)
    query.bind("bench")
    cursor = store.search(query, by).next_cursor
    with counted_reads() as reads:
        began = time.perf_counter()
        store.search(query.model_copy(update={"cursor": cursor}), by)
        ms = (time.perf_counter() - began) * 1000
    return Cost(reads.queries, reads.items, reads.bytes / 1000, ms)
