"""The throughput of changes: the relay's chain of AWS calls, and a model of what limits the platform and one tenant.

The chain and the request units are counted, with leads that are written by the product's code into a table in memory.
Latencies and quotas are assumptions, which the output repeats. Nothing is timed.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from eal.core import aws, clock, ids
from eal.core.caller import worker
from eal.core.table.item import from_attributes, load, to_attributes
from eal.core.table.keys import POINTER_SHARDS
from eal.core.tenancy import Tenant
from eal.domain.leads import store as leads
from eal.domain.leads.model import Lead
from eal.domain.outbox.publish import publish
from tools.bench import items
from tools.bench.capacity_units import Table
from tools.fixtures.template import functions, table_arguments
from tools.fixtures.virtual_time import LATENCY_SECONDS, virtual_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.table.item import Item

type Attributes = dict[str, Any]

_ID = re.compile(r"[a-z]+_[0-9a-z]{26}")

BATCHES = ((30, 1), (1, 30), (1, 1))
"""Tenants, and changes of each."""
CPU_SECONDS_PER_RECORD = 0.0005
STREAM_SHARDS = 4
PARTITION_UNITS = 1_000
TABLE_UNITS = 40_000
PUT_EVENTS_CALLS = 10_000
ARCHIVE_SECONDS_PER_LOG = 0.15
ASSUMPTIONS = f"""\
Assumed, not measured:
  latency in ms       {", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in LATENCY_SECONDS.items())}
  CPU of the relay    {CPU_SECONDS_PER_RECORD * 1000} ms a record, with one vCPU
  stream shards       {STREAM_SHARDS}, as a new on-demand table has; DynamoDB adds one with each further partition
  archive             {ARCHIVE_SECONDS_PER_LOG * 1000:.0f} ms a log with new records
Quotas of AWS, us-east-1 by default:
  write units         {PARTITION_UNITS:,} a second and partition, {TABLE_UNITS:,} a second and table
  PutEvents           {PUT_EVENTS_CALLS:,} calls a second
"""
LOADS = (
    ("the platform", 10_000 / 60, "10,000 tenants with a change a minute each"),
    ("one tenant", 1_000 / 60, "1,000 changes a minute"),
)


@dataclass
class _State:
    """The State table in memory, for the calls of a commit and of the relay. Conditions always hold."""

    schema: Table
    stored: dict[str, Attributes] = field(default_factory=dict)
    units: Counter[str] = field(default_factory=Counter)
    """Write units by partition of the table or of an index, and in total."""

    def respond(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        match operation:
            case "TransactWriteItems":
                for requested in arguments["TransactItems"]:
                    ((kind, request),) = requested.items()
                    after = request["Item"] if kind == "Put" else self._updated(request)
                    self._write(after, after, in_transaction=True)
            case "BatchWriteItem":
                for request in arguments["RequestItems"]["state"]:
                    self._write(request["DeleteRequest"]["Key"], None)
            case "BatchGetItem":
                keys = (_text(key) for key in arguments["RequestItems"]["state"]["Keys"])
                return {"Responses": {"state": [self.stored[key] for key in keys if key in self.stored]}}
            case "PutEvents":
                return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in arguments["Entries"]]}
        return {}

    def _updated(self, request: dict[str, Any]) -> Attributes:
        """The item after an expression that sets attributes only."""
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        changed = {name: values[f":{alias.removeprefix('#')}"] for alias, name in names.items()}
        return {**self.stored[_text(request["Key"])], **changed}

    def _write(self, key: Attributes, after: Attributes | None, *, in_transaction: bool = False) -> None:
        name = _text({part: key[part] for part in self.schema.keys})
        before = self.stored.pop(name, None)
        if after is not None:
            self.stored[name] = after
        units = self.schema.write_units(before, after, in_transaction=in_transaction)
        self.units["total"] += units.total
        self.units[key["pk"]["S"]] += units.table
        for index in self.schema.indexes:
            copy = index.copy(after) or index.copy(before)
            if copy:
                self.units[f"{index.name}: {copy[index.keys[0]]['S']}"] += index.write_units(before, after)


def _text(key: Attributes) -> str:
    return json.dumps(key, sort_keys=True)


@contextmanager
def _in_memory() -> Iterator[_State]:
    state = _State(Table.of(table_arguments("StateTable", "state")))
    settings = {
        "STATE_TABLE": "state",
        "BUS": "bus",
        "AUDIT_QUEUE": "https://sqs/audit",
        "AUDIT_TABLE_DAYS": "396",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def respond(_client: Any, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return state.respond(operation, arguments)

    with (
        patch.dict(os.environ, settings),
        patch.object(aws.Client, "call", respond),
    ):
        yield state


@dataclass(frozen=True, slots=True)
class Batch:
    """The relay's run of one batch, and the write units of its changes, including their commit."""

    records: int
    calls: Counter[str]
    chain: int
    seconds: float
    units: Counter[str]


def relay(tenants: int, changes: int) -> Batch:
    """One batch of the stream: `changes` new leads of each of `tenants`, whose logs and feeds exist already."""
    owners = [Tenant(ids.new("org", clock.now()), "live") for _ in range(tenants)]
    with _in_memory() as state:
        publish(_committed(state, owners, 1))
        batch = _committed(state, owners, changes)
        pointers = dict(state.stored)
        with virtual_time() as unit:
            publish(batch)
        state.stored = pointers  # once more from the same state, with latencies
        with virtual_time(LATENCY_SECONDS.__getitem__) as time:
            state.units, units = Counter(), state.units
            publish(batch)
    seconds = time.now + len(batch) * CPU_SECONDS_PER_RECORD
    return Batch(len(batch), Counter(unit.made), round(unit.now), seconds, units)


def _committed(state: _State, owners: list[Tenant], changes: int) -> list[Item]:
    """Commit new leads, and count the units of these commits only. Returns their outbox items."""
    state.units.clear()
    before = set(state.stored)
    tables = items.Tables(hooks="")
    for owner in owners:
        for _ in range(changes):
            by = worker("bench", owner, "bench")
            stored = tables.state(f"{owner.organization_id}#live#LEAD", ids.new("lead", by.at)) or {}
            leads.write(None, load(Lead, from_attributes(to_attributes(stored))), by)
            by.transaction.commit()
    new = [from_attributes(item) for key, item in state.stored.items() if key not in before]
    return [item for item in new if item["kind"] in ("EVENT", "TASK", "AUDIT")]


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a resource, in changes a second."""

    name: str
    changes: float
    remedy: str


def limits_of_platform(mixed: Batch) -> list[Limit]:
    changes = mixed.records / 2
    pointers = sum(units for name, units in mixed.units.items() if name.startswith("PENDING#"))
    return [
        Limit("relay", STREAM_SHARDS * changes / mixed.seconds, "DynamoDB adds shards with partitions"),
        Limit("pointers", POINTER_SHARDS * PARTITION_UNITS / (pointers / changes), "POINTER_SHARDS"),
        Limit("State table", TABLE_UNITS / (mixed.units["total"] / changes), "the table's quota"),
        Limit("bus", PUT_EVENTS_CALLS / (mixed.calls["PutEvents"] / changes), "the quota of PutEvents"),
    ]


def limits_of_tenant(busy: Batch) -> list[Limit]:
    changes = busy.records / 2
    partitions = [
        Limit(_anonymous(name), PARTITION_UNITS / (units / changes), "a suffix on the partition key")
        for name, units in busy.units.items()
        if name != "total" and units
    ]
    relay_limit = Limit("relay, one shard", changes / busy.seconds, "a larger batch")
    return sorted([*partitions, relay_limit], key=lambda limit: limit.changes)[:6]


def archived_logs_a_minute() -> float:
    """A log with new records is archived once a minute, however many they are."""
    (event,) = functions()["WorkersArchiveAudit"]["Events"].values()
    return 60 * int(event["Properties"]["ScalingConfig"]["MaximumConcurrency"]) / ARCHIVE_SECONDS_PER_LOG


def _anonymous(partition: str) -> str:
    """The name of a partition without ids: `AUDIT`, `feed: EVENT`."""
    index, _, key = partition.rpartition(": ")
    name = "#".join(part for part in key.split("#") if part != "live" and not _ID.fullmatch(part))
    return f"{index}: {name}" if index else name


def main() -> int:
    """Print the chains, the assumptions, and the limits with the first one that gives way."""
    batches = {sizes: relay(*sizes) for sizes in BATCHES}
    print("relay                 records  calls  chain   seconds  records/s and shard")
    for (tenants, changes), batch in batches.items():
        print(
            f"{tenants:3} tenants x {changes:2} leads  {batch.records:7}  {sum(batch.calls.values()):5}"
            f"  {batch.chain:5}  {batch.seconds:8.3f}  {batch.records / batch.seconds:8.0f}"
        )
    mixed, busy = batches[30, 1], batches[1, 30]
    print(
        f"\nwrite units of a new lead, from its commit until it is published: {mixed.units['total'] / 30:.1f}"
    )
    print(f"\n{ASSUMPTIONS}")
    every_limit = (limits_of_platform(mixed), limits_of_tenant(busy))
    for (name, load_, meaning), limits in zip(LOADS, every_limit, strict=True):
        print(f"{name}, in changes a second")
        for limit in sorted(limits, key=lambda limit: limit.changes):
            print(f"  {limit.changes:8,.0f}  {limit.name:28} then: {limit.remedy}")
        first = min(limits, key=lambda limit: limit.changes)
        for factor in (1, 10):
            verdict = "holds" if load_ * factor <= first.changes else "gives way"
            print(f"  at {load_ * factor:,.0f} ({factor} x {meaning}): {first.name} {verdict}")
        print()
    print(f"the archive takes {archived_logs_a_minute():,.0f} logs with new records a minute")
    return 0
