"""Pages of leads on a running local stack: what one page of each filter reads, with few leads and with many.

What is counted (queries, items, bytes) is the same on every machine; the milliseconds are the emulator's and only tell
whether it slows down.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tools.bench.layout import ROOT, Unbuilt

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.leads.model import Lead

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
_A_BATCH = 25


@dataclass(frozen=True, slots=True)
class Cost:
    queries: int
    items: int
    kilobytes: float
    ms: float


def main() -> int:
    """Print the table. 1 where a page of many leads reads anything else than the same page of few."""
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
    """Set what the template tells a function, and where the stack is. Raises: Unbuilt where there is none."""
    place = ROOT / ".local"
    if not (place / "stack.json").exists():
        raise Unbuilt("start the local stack first: make run DETACH=1")
    stack = json.loads((place / "stack.json").read_text())
    os.environ |= json.loads((place / "env.json").read_text())[function]
    os.environ |= {
        "AWS_ENDPOINT_URL": stack["aws"]["endpoint_url"],
        "AWS_DEFAULT_REGION": stack["aws"]["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def _seeded(size: int) -> Caller:
    """A tenant of its own with so many leads, whose fields repeat every 60: SIZES are alike to that rhythm, so the
    newest leads are the same mixture in both."""
    from eal.core import aws, clock, ids, settings
    from eal.core.caller import system
    from eal.core.table.item import to_attributes
    from eal.domain.leads import store

    by = system("bench", ids.new("org", clock.now()), "bench")
    start = clock.now() - timedelta(days=30)

    def put(first: int) -> None:
        leads = (_lead(number, start) for number in range(first, min(first + _A_BATCH, size)))
        left: Any = {
            settings.state_table(): [
                {"PutRequest": {"Item": to_attributes(store.item_of(lead, by))}} for lead in leads
            ]
        }
        while left:
            left = aws.dynamodb().batch_write_item(RequestItems=left)["UnprocessedItems"]

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(put, range(0, size, _A_BATCH)))
    return by


def _lead(number: int, start: Any) -> Lead:
    from eal.core import ids
    from eal.domain.leads.model import Lead, Score

    at = start + timedelta(seconds=number)
    return Lead(
        id=ids.new("lead", at),
        status="contacted" if number % 3 else "new",
        source="referral" if number % 4 else "web_form",
        loss_type="mold" if number % 5 else "water",
        assigned_to="ann" if number % 6 else None,
        email=f"{number:06}@example.com",
        created_at=at,
        updated_at=at,
        version=1,
        salt="00" * 16,
        score=Score(value=number % 60 + 30, scorer="none", scored_at=at, contributions=()),
    )


def _second_page(by: Caller, filters: dict[str, Any]) -> Cost:
    import botocore.client

    from eal.domain.leads import store
    from eal.domain.leads.wire import LeadQuery

    query = LeadQuery(limit=20, **filters)
    query.bind("bench")
    cursor = store.search(query, by).next_cursor
    read: list[Any] = []
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        answer = send(client, operation, arguments)
        if operation == "Query":
            read.append(answer)
        return answer

    botocore.client.BaseClient._make_api_call = watched  # type: ignore[attr-defined]
    try:
        began = time.perf_counter()
        store.search(query.model_copy(update={"cursor": cursor}), by)
        ms = (time.perf_counter() - began) * 1000
    finally:
        botocore.client.BaseClient._make_api_call = send  # type: ignore[attr-defined]
    items = [item for answer in read for item in answer["Items"]]
    return Cost(len(read), sum(answer["ScannedCount"] for answer in read), len(json.dumps(items)) / 1000, ms)
