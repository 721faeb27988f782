"""Take the data in the State table back to a moment, from a copy of the table that DynamoDB restored to that moment.

Items that differ are put with a new version, items that did not exist are deleted. A claim that is on legal hold now
stays as it is, with everything of it. Every step can be repeated, so a run that was interrupted is run again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from math import inf
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, aws, clock, ids, settings
from eal.core.caller import system
from eal.core.clock import rfc3339
from eal.core.errors import NotFound
from eal.core.table import progress
from eal.core.table.item import encode, from_attributes, to_attributes
from eal.core.table.keys import Key, pending_key
from eal.core.table.read import batch_get
from eal.core.tenancy import Tenant
from eal.core.transaction import pointer_to
from eal.domain.calls import erasure as calls
from eal.domain.claims import erasure as claims
from eal.domain.claims.store import CLAIMS
from eal.domain.leads import erasure as leads
from eal.domain.prospects import erasure as prospects
from tools.restore.kinds import GOES_BACK, STAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Mode

BATCH = 100
"""Keys of a BatchGetItem."""
IN_PROGRESS = timedelta(hours=1)
"""Events and tasks of this time before the moment are published again, because their consumers may have processed them
after it. Every consumer is idempotent by their ids."""
ERASE = {
    "lead.erased": leads.erase,
    "prospect.erased": prospects.erase,
    "call.erased": calls.erase,
    "claim.erased": claims.erase_again,
}


class UnknownKind(Exception):
    """An item of a kind that tools/restore/kinds.py does not have."""


class Erasure(NamedTuple):
    tenant: Tenant
    action: str
    resource_id: str


@dataclass(slots=True)
class Result:
    """`changes` counts `put LEAD`, `delete LEAD` and so on by tenant. `claims` are put last. `erasures` are those since
    the moment, `pointers` name the events and tasks that are published again."""

    changes: dict[Tenant, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    claims: list[Item] = field(default_factory=list)
    erasures: set[Erasure] = field(default_factory=set)
    pointers: dict[Key, list[Item]] = field(default_factory=lambda: defaultdict(list))

    def add(self, other: Result) -> None:
        for tenant, counter in other.changes.items():
            self.changes[tenant].update(counter)
        self.claims += other.claims
        self.erasures |= other.erasures
        for key, items in other.pointers.items():
            self.pointers[key] += items


@dataclass(frozen=True, slots=True)
class Restore:
    """`copy` is the restored table. Without `organization_id`, all tenants go back. `writes` is False for a dry run."""

    copy: str
    moment: datetime
    organization_id: str | None = None
    writes: bool = False
    segments: int = 8

    def run(self) -> Result:
        """Raises: UnknownKind."""
        result = Result()
        with ThreadPoolExecutor(self.segments) as threads:
            for work in (self._put_segment, self._delete_segment):
                for part in threads.map(work, range(self.segments)):
                    result.add(part)
            # An interrupted run must not find a claim on hold that it put itself, and leave the rest of it out.
            for _ in threads.map(self._put_copied, result.claims):
                pass
        if self.writes:
            for key, items in result.pointers.items():
                tenant = Tenant(str(items[0]["organization_id"]), cast("Mode", items[0]["mode"]))
                self._put({**pointer_to(tenant, str(items[0]["kind"]), items), **key._asdict()})
            for erasure in sorted(result.erasures):
                _erase(erasure)
            for tenant, changes in sorted(result.changes.items()):
                self._record(tenant, changes)
        return result

    def _put_segment(self, segment: int) -> Result:
        """Put what the copy has and the table has not, or has otherwise."""
        result, now = Result(), clock.now().timestamp()
        for copied in batched(self._scan(self.copy, segment), BATCH, strict=False):
            alive = [item for item in copied if cast("float", item.get("ttl", inf)) > now]
            stored = {Key.of(item): item for item in _stored(settings.state_table(), alive)}
            held = _held([*alive, *stored.values()])
            for item in alive:
                current = stored.get(Key.of(item))
                if _goes_back(item):
                    if held & {_claim_key(version) for version in (item, current) if version}:
                        continue
                    if current is None or _content(current) != _content(item):
                        result.changes[_tenant(item)][f"put {item['kind']}"] += 1
                        put = _next_version(item, current)
                        if item["kind"] == CLAIMS.kind:
                            result.claims.append(put)
                        else:
                            self._put_copied(put)
                elif current is not None and self._is_in_progress(item):
                    result.pointers[_pointer_key(item)].append(item)
        return result

    def _delete_segment(self, segment: int) -> Result:
        """Delete what the copy has not, and find the erasures since the moment."""
        result = Result()
        for stored in batched(self._scan(settings.state_table(), segment), BATCH, strict=False):
            movable = [item for item in stored if _goes_back(item)]
            copies = _stored(self.copy, movable)
            held = _held([*movable, *copies])
            copied = {Key.of(item) for item in copies if _claim_key(item) not in held}
            new = [item for item in movable if Key.of(item) not in copied and _claim_key(item) not in held]
            for item in new:
                result.changes[_tenant(item)][f"delete {item['kind']}"] += 1
            if self.writes:
                for chunk in batched(map(Key.of, new), progress.MAX_BATCH, strict=False):
                    progress.delete_all(chunk)
            for item in stored:
                if item["kind"] == "AUDIT" and item["action"] in ERASE and self._is_since(item):
                    resource = cast("dict[str, str]", item["resource"])
                    result.erasures.add(Erasure(_tenant(item), str(item["action"]), resource["id"]))
        return result

    def _scan(self, table: str, segment: int) -> Iterator[Item]:
        arguments: dict[str, object] = {"TableName": table, "ConsistentRead": True}
        if self.segments > 1:
            arguments |= {"Segment": segment, "TotalSegments": self.segments}
        if self.organization_id:
            values = to_attributes({":tenant": f"{self.organization_id}#"})
            arguments |= {"FilterExpression": "begins_with(pk, :tenant)", "ExpressionAttributeValues": values}
        while True:
            page = aws.dynamodb().scan(**arguments)  # type: ignore[arg-type]
            yield from map(from_attributes, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _put_copied(self, item: Item) -> None:
        """Put an item of the copy as it is stored there, since a compressed value may be too large as it is read."""
        if self.writes:
            key = to_attributes(Key.of(item)._asdict())
            copied = aws.dynamodb().get_item(TableName=self.copy, Key=key, ConsistentRead=True)["Item"]
            version = {"version": encode(item["version"])} if "version" in item else {}
            aws.dynamodb().put_item(TableName=settings.state_table(), Item={**copied, **version})

    def _put(self, item: Mapping[str, Json]) -> None:
        if self.writes:
            aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(item))

    def _is_in_progress(self, item: Item) -> bool:
        return item["kind"] in ("EVENT", "TASK") and (
            clock.parse(str(item["created_at"])) >= self.moment - IN_PROGRESS
        )

    def _is_since(self, item: Item) -> bool:
        return clock.parse(str(item["created_at"])) >= self.moment

    def _record(self, tenant: Tenant, changes: Counter[str]) -> None:
        by = _operator(tenant)
        counts: dict[str, Json] = dict(changes)
        shown = audit.changes({}, {"moment": rfc3339(self.moment), "items": counts})
        by.transaction.audit("organization.restored", tenant.organization_id, shown)
        by.transaction.commit()


def _erase(erasure: Erasure) -> None:
    """Erase a person again. Nothing happens if the person did not exist at the moment, or is erased already."""
    by = _operator(erasure.tenant)
    try:
        ERASE[erasure.action](erasure.resource_id, by)
    except NotFound:
        return
    by.transaction.commit()


def _operator(tenant: Tenant) -> Caller:
    return system("restore", tenant.organization_id, ids.new("req", clock.now()), tenant.mode)


def _goes_back(item: Item) -> bool:
    kind = item.get("kind")
    if kind not in GOES_BACK | STAYS:
        raise UnknownKind(f"{kind}: add it to tools/restore/kinds.py")
    return kind in GOES_BACK


def _pointer_key(item: Item) -> Key:
    """The key at which the relay and the sweep look for the pointer of an item (`eal.domain.outbox.pending`)."""
    tenant = Tenant(str(item["organization_id"]), cast("Mode", item["mode"]))
    return pending_key(tenant, str(item["kind"]), str(item.get("committed_with", item["id"])))


def _tenant(item: Item) -> Tenant:
    organization_id, mode, *_ = str(item["pk"]).split("#")
    return Tenant(organization_id, cast("Mode", mode))


def _stored(table: str, items: list[Item]) -> list[Item]:
    return batch_get(table, [Key.of(item)._asdict() for item in items]) if items else []


def _content(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "version"}


def _held(items: list[Item]) -> set[Key | None]:
    """The keys of the claims that are on legal hold now, of those to which the items belong."""
    keys = {key for item in items if (key := _claim_key(item))}
    found = batch_get(settings.state_table(), [key._asdict() for key in keys])
    return {Key.of(claim) for claim in found if claim.get("legal_hold")}


def _claim_key(item: Item) -> Key | None:
    """The key of the claim to which an item belongs: its pointers name it, the partitions of its notes and of its scope
    end with its id, and a single item has it as its sort key."""
    if not str(item.get("kind")).startswith("CLAIM"):
        return None
    *_, last = str(item["pk"]).split("#", 3)
    claim_id = item.get("claim_id", last if ids.is_id(CLAIMS.id_prefix, last) else item["sk"])
    return CLAIMS.key(_tenant(item), str(claim_id))


def _next_version(item: Item, current: Item | None) -> Item:
    """The item under a version that no client has seen, because a version is an ETag."""
    if "version" not in item:
        return item
    seen = max(cast("int", item["version"]), cast("int", (current or item)["version"]))
    return {**item, "version": seen + 1}
