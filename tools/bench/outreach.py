"""Cost of finding due outreach e-mails as more become due, and the delay of a tenant's mail by another's backlog.

The reads are those of the product's code, counted in a table in memory that pages as DynamoDB does. The waits come from
a simulation with the sender's own limits and the concurrency of the template, equal on every machine. Its assumptions:
a request to the vendor ends within the pace, a run has no other cost, and a fair queue prefers the organization with
the fewest messages in flight (SQS's guide, "Amazon SQS fair queues").
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from eal.core import aws, clock, ids
from eal.core.caller import worker
from eal.core.table.item import from_attributes, to_attributes
from eal.core.table.keys import TENANT_SHARDS
from eal.core.tenancy import Tenant
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.model import Enrollment
from eal.domain.outreach.sending import due, run
from tools.bench.layout import SetupFailed
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from collections.abc import Iterator

DUE = (1_000, 10_000, 100_000)
BACKLOG, FEW = 100_000, 10
BUSY_TENANTS = (0, 1, 19, 40, 100)
REQUESTS_PER_SECOND = 2
SCHEDULE_SECONDS = 60
_PAGE_BYTES, _READ_BYTES = 1024 * 1024, 4096
_START = datetime(2026, 4, 24, 17, 0, tzinfo=UTC)
_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "STATE_TABLE": "state",
}  # fmt: skip


@dataclass(slots=True)
class SortedTable:
    """Partitions of items by their sort keys: queries, and puts of due markers. Counts calls and read units."""

    partitions: dict[str, list[tuple[str, dict[str, Any], int]]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0

    def put(self, pk: str, sk: str, item: dict[str, Any]) -> None:
        rows = self.partitions.setdefault(pk, [])
        position = bisect_left(rows, sk, key=lambda row: row[0])
        if position == len(rows) or rows[position][0] != sk:
            size = sum(len(name) + len(str(value)) for name, value in item.items())
            rows.insert(position, (sk, to_attributes(item), size))

    def call(self, _client: Any, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.calls[operation] += 1
        match operation:
            case "Query":
                return self._query(request)
            case "PutItem":
                item = from_attributes(request["Item"])
                self.put(str(item["pk"]), str(item["sk"]), item)
            case _:
                raise AssertionError(f"{operation} is not simulated")
        return {}

    def _query(self, request: dict[str, Any]) -> dict[str, Any]:
        values = from_attributes(request["ExpressionAttributeValues"])
        index = request.get("IndexName")
        rows = self.partitions.get(str(values.get(":pk") or values[":shard"]), [])
        after = request.get("ExclusiveStartKey", {}).get("after", {}).get("S")
        start = (
            bisect_right(rows, after, key=lambda row: row[0])
            if after
            else bisect_left(rows, str(values.get(":start", "")), key=lambda row: row[0])
        )
        end = bisect_right(rows, str(values.get(":end", "\uffff")), key=lambda row: row[0])
        found: list[dict[str, Any]] = []
        size, last = 0, ""
        for sk, item, length in islice(rows, start, end):
            if found and (size + length > _PAGE_BYTES or len(found) == request.get("Limit")):
                self._count(size, index)
                return {"Items": found, "LastEvaluatedKey": {"after": {"S": last}}}
            found.append(item)
            size, last = size + length, sk
        self._count(size, index)
        return {"Items": found}

    def _count(self, size: int, index: str | None) -> None:
        units = max(-(-size // _READ_BYTES), 1)
        self.read_units += units / 2 if index else units


@contextmanager
def _in_memory(now: datetime) -> Iterator[SortedTable]:
    table = SortedTable()
    with (
        patch.dict("os.environ", _SETTINGS),
        patch.object(aws.Client, "call", lambda *given: table.call(*given)),
        patch.object(clock, "now", lambda: now),
    ):
        yield table


def _enroll(table: SortedTable, tenant: Tenant, count: int) -> None:
    """Enrollments that are due within an hour, with the due markers of their requests of 100."""
    by = worker("bench", tenant, "run_bench")
    for number in range(count):
        due_at = _START + timedelta(seconds=3600 * number // count)
        enrollment = Enrollment(
            id=ids.new("enr", _START),
            sequence_id="seq_01kq09bekje6vbq5xe2b60xtww",
            created_at=_START,
            updated_at=_START,
            version=1,
            salt="0" * 32,
            address=f"dana{number}@example.com",
            time_zone="America/Chicago",
            prospect_id="pros_01kq09bekje6vbq5xe2b60xtww",
            due_at=due_at,
        )
        item = enrollments.item_of(enrollment, by)
        table.put(str(item["gsi2pk"]), str(item["gsi2sk"]), item)
        due.mark(tenant, due_at)


def _reads() -> None:
    print(f"enrollments of one tenant that are due within an hour; a run sends {run.MAX_EMAILS}")
    tenant = Tenant("org_01kq09bekje6vbq5xe2b60xtww", "live")
    for count in DUE:
        with _in_memory(_START) as table:
            _enroll(table, tenant, count)
        markers = sum(len(rows) for pk, rows in table.partitions.items() if pk.startswith("DUE#"))
        after = _START + timedelta(hours=1)
        with _in_memory(after) as counted:
            counted.partitions = table.partitions
            found = [marker for shard in range(TENANT_SHARDS) for marker in due.markers(shard, after)]
            scheduled = (counted.calls["Query"], counted.read_units)
            partition = enrollments.due_partition(tenant)
            sent = list(islice(run.due_items(partition, after), run.MAX_EMAILS))
            of_run = (counted.calls["Query"] - scheduled[0], counted.read_units - scheduled[1])
            blocked = sum(1 for _ in run.due_items(partition, after))
            of_all = (
                counted.calls["Query"] - scheduled[0] - of_run[0],
                counted.read_units - scheduled[1] - of_run[1],
            )
        if (len(found), len(sent), blocked) != (markers, run.MAX_EMAILS, count):
            raise SetupFailed("the queries do not find what is due")
        print(
            f"{count:8,} due: {markers} markers; scheduled run {scheduled[0]} queries, {scheduled[1]:.1f} read units; "
            f"a run {of_run[0]} query, {of_run[1]:.1f} units; a run in which none can be sent {of_all[0]} queries, "
            f"{of_all[1]:,.1f} units"
        )


def seconds_until_sent(busy_tenants: int, slots: int) -> tuple[float, int]:
    """The time at which the last of FEW e-mails of a tenant is sent, and the number of the busy tenants' sent until
    then.

    The busy tenants have BACKLOG e-mails each. The message of the other arrives at the worst moment: just after they
    took the slots, of which the lease allows each of them one. It gets the first free one, by the fair queue.
    """
    per_run = min(run.MAX_EMAILS, int(run.MAX_TIME.total_seconds() * REQUESTS_PER_SECOND))
    begins = per_run / REQUESTS_PER_SECOND if busy_tenants >= slots else 0.0
    sent_at = begins + FEW / REQUESTS_PER_SECOND
    return sent_at, int(min(busy_tenants, slots) * sent_at * REQUESTS_PER_SECOND)


def main() -> int:
    _reads()
    (event,) = functions()["WorkersSendEmails"]["Events"].values()
    slots = event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    print(
        f"\n{FEW} e-mails of one tenant beside {BACKLOG:,} of each busy tenant: {REQUESTS_PER_SECOND} requests a "
        f"second for a tenant, {slots} runs at once; seconds from the message to the last e-mail, and up "
        f"to {SCHEDULE_SECONDS} for the schedule"
    )
    for busy in BUSY_TENANTS:
        seconds, others = seconds_until_sent(busy, slots)
        print(f"{busy:4} busy tenants: {seconds:6.1f} s, while {others:,} e-mails of theirs were sent")
    return 0
