"""One change, one transaction: what changes, its audit records, its events, and the caller's idempotency record.

There is no other way to write what a customer owns. Writes that need no record (sequences, workers' progress, erasures)
are listed with their reasons in tests/structure/checks/writes.py. A `Transaction` only collects; `commit` sends exactly
one TransactWriteItems, so nothing is half done, no change is unaudited, and no event is lost between a write and its
publishing. The relay takes events, tasks and audit records from the table's stream, and a pointer to them shows that
they are not published yet.

    transaction.replace(LEADS.item(by.tenant, after), was=before.version)
    transaction.audit("lead.updated", after.id, audit.changes(dump(before), dump(after)))
    transaction.emit("lead.updated", LeadView.of(after).model_dump(mode="json"))
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids, settings
from eal.core.clock import rfc3339
from eal.core.errors import PreconditionFailed, Unavailable, ValidationFailed
from eal.core.events.catalogue import CATALOGUE, FEED_DAYS
from eal.core.table.item import MAX_LISTED_BYTES, compressed, to_attributes
from eal.core.table.keys import Key, events_partition, key, partition, pending_key
from eal.core.table.write import (
    AlreadyWritten,
    Operation,
    Refusal,
    Stale,
    at_version,
    check,
    put,
    put_if_absent,
    put_version,
    transact,
)
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.audit import Actor, Change, Source
    from eal.core.errors import ApiError
    from eal.core.json import Json
    from eal.core.table.item import Item

ANY_VERSION = range(1, 10**18)
"""Value of `if_match` that matches any version of an existing resource."""
MAX_OPERATIONS = 100
"""DynamoDB's limit for a transaction. More is a programming error here, never a split."""
MAX_TRIES = 4
"""How often work begins at its reads, the first time included, because others changed the same items meanwhile."""
_TASK_DAYS = 7


def until_committed[T](commit: Callable[[], T], refusal: ApiError | None = None) -> T:
    """Returns the result of `commit`, which reads, changes and commits, and is called again if others wrote the same
    items meanwhile.

    Raises: `refusal`, or Unavailable, if they kept writing.
    """
    overtaken: Exception | None = None
    for _ in range(MAX_TRIES):
        try:
            return commit()
        except (Stale, AlreadyWritten) as refused:
            overtaken = refused
    raise refusal or Unavailable() from overtaken


class Transaction:
    """The changes of one request, or of one unit of a worker's work.

    `if_match` are the versions that the caller accepts. They apply to the first item replaced or deleted.
    """

    def __init__(
        self,
        *,
        tenant: Tenant,
        actor: Actor,
        source: Source,
        request_id: str,
        at: datetime,
        if_match: Container[int] | None = None,
    ) -> None:
        self.tenant = tenant
        self.actor = actor
        self.source = source
        self.request_id = request_id
        self.at = at
        self.if_match = if_match
        self._operations: list[Operation] = []
        self._outbox_items: dict[tuple[Tenant, str], list[Item]] = defaultdict(list)
        self._audited: set[tuple[str, str]] = set()
        self._matched = False

    def create(self, item: Mapping[str, Json], taken: Refusal | None = None) -> None:
        """Put an item whose key must be free. `taken` makes the exception if it is not."""
        self._operations.append(
            put_if_absent(settings.state_table(), item, taken or (lambda _old: AlreadyWritten()))
        )

    def replace(self, item: Mapping[str, Json], *, was: int) -> None:
        """Put the item's next version over version `was`. Stale if the item is at another version."""
        self.check_if_match(was)
        self.put_version(item, was=was)

    def put_version(self, item: Mapping[str, Json], *, was: int) -> None:
        """Put the next version of an item other than the resource itself; `if_match` does not apply. `was` is the
        version that was read, 0 if the item must be absent."""
        self._operations.append(put_version(settings.state_table(), item, was=was))

    def put(self, item: Mapping[str, Json]) -> None:
        """Put an item over whatever has its key: a pointer that others may have written the same, or not."""
        self._operations.append(put(settings.state_table(), item))

    def delete(self, item_key: Key, *, was: int | None = None) -> None:
        """Delete an item: its version `was`, or any if `was` is None (claims have no version)."""
        condition: dict[str, object] = {}
        if was is not None:
            self.check_if_match(was)
            condition = at_version(was)
        request = {
            "Delete": {
                "TableName": settings.state_table(),
                "Key": to_attributes(item_key._asdict()),
                **condition,
            }
        }
        self._operations.append(Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale()))

    def require(
        self, item_key: Key, condition: str, refusal: Refusal, *, values: Mapping[str, Json] | None = None
    ) -> None:
        """Let the commit fail unless the condition holds for an item that this transaction does not change.

        It needs no read, and it holds at the moment of the commit.
        """
        self._operations.append(check(settings.state_table(), item_key, condition, values or {}, refusal))

    def require_named(self, pointer: str, kind: str, id_prefix: str, item_id: str) -> None:
        """Let the commit fail unless the tenant has the item that the body names at `pointer`.

        Raises: ValidationFailed for a text that is no id of this kind. The commit raises the same.
        """
        absent = ValidationFailed.of_field(
            pointer, f"There is no {kind.lower()} {ids.shown(item_id)}.", "not_found"
        )
        if not ids.is_id(id_prefix, item_id):
            raise absent
        self.require(key(self.tenant, kind, item_id), "attribute_exists(pk)", lambda _item: absent)

    def add(self, operation: Operation) -> None:
        """Add an operation that a store built itself, such as one on the Access table."""
        self._operations.append(operation)

    def join(self, other: Transaction) -> None:
        """Commit the changes of another tenant's caller with these. Each tenant's records name its own actor."""
        self._operations += other._operations
        self._outbox_items |= other._outbox_items
        self._audited |= other._audited

    def audit(
        self,
        action: str,
        resource_id: str,
        changes: Sequence[Change] = (),
        *,
        also_for: str | None = None,
    ) -> None:
        """Add the audit record of a resource that this transaction changes: one record per resource.

        The resource's type is the part of `action` before the dot. The log of the organization `also_for` gets the
        record too.
        """
        own = self.tenant
        for tenant in (own, Tenant(also_for, own.mode)) if also_for else (own,):
            if (tenant.organization_id, resource_id) in self._audited:
                raise AssertionError("a transaction has one audit record for a resource: use a second one")
            self._audited.add((tenant.organization_id, resource_id))
            self._audit(tenant, action, resource_id, changes)

    def _audit(self, tenant: Tenant, action: str, resource_id: str, changes: Sequence[Change]) -> None:
        changes_json = [change.as_json() for change in changes]
        if not audit.can_be_hashed(changes_json):
            raise AssertionError(
                f"{action} has a value that RFC 8785 cannot represent: limit it where it is accepted"
            )
        resource_type = action.partition(".")[0]
        record_id = ids.new("aud", self.at)
        actor: dict[str, Json] = {"type": self.actor.type, "id": self.actor.id}
        if self.actor.ip:
            actor["ip"] = self.actor.ip
        self._outbox(
            "AUDIT",
            record_id,
            {
                "action": action,
                "source": self.source,
                "actor": actor,
                "resource": {"type": resource_type, "id": resource_id},
                "changes": compressed(changes_json, MAX_LISTED_BYTES),
                "gsi1pk": partition(tenant, "AUDIT", resource_type, resource_id),
                "gsi1sk": record_id,
                "gsi2pk": partition(tenant, "AUDIT", "actor", self.actor.id),
                "gsi2sk": record_id,
                "ttl": self._in(timedelta(days=settings.audit_table_days())),
            },
            tenant,
        )

    def emit(self, event_type: str, data: Mapping[str, Json]) -> None:
        """Add an event of the catalogue. `data` is the resource as its GET returns it."""
        if event_type not in CATALOGUE:
            raise AssertionError(
                f"event type {event_type} is not in eal.core.events.catalogue.CATALOGUE: add it there first"
            )
        event_id = ids.new("evt", self.at)
        stored = compressed(_text(data), MAX_LISTED_BYTES)
        event: Item = {"type": event_type, "data": stored, "ttl": self._in(timedelta(days=FEED_DAYS))}
        # By resource, so that an erasure finds its events.
        by_resource = events_partition(self.tenant, cast("str", data["id"]))
        self._outbox("EVENT", event_id, {**event, "gsi1pk": by_resource, "gsi1sk": event_id}, self.tenant)

    def enqueue_task(self, task: str, payload: Mapping[str, Json]) -> None:
        """Enqueue a task for a worker, in the transaction of the change that causes it. Customers do not see tasks."""
        fields: Item = {
            "task": task,
            "data": compressed(_text(payload)),
            "ttl": self._in(timedelta(days=_TASK_DAYS)),
        }
        self._outbox("TASK", ids.new("task", self.at), fields, self.tenant)

    def _outbox(self, kind: str, item_id: str, fields: Mapping[str, Json], tenant: Tenant) -> None:
        item: Item = {
            **key(tenant, kind, item_id)._asdict(),
            "kind": kind,
            "id": item_id,
            "created_at": rfc3339(self.at),
            "organization_id": tenant.organization_id,
            "mode": tenant.mode,
            "request_id": self.request_id,
            **fields,
        }
        others = self._outbox_items[tenant, kind]
        if others:
            item["committed_with"] = others[0]["id"]
        others.append(item)
        self.create(item)

    def _in(self, span: timedelta) -> int:
        return int((self.at + span).timestamp())

    def check_if_match(self, version: int) -> None:
        """Refuse if the caller accepts only other versions. A missing resource has version 0. Later calls do nothing.

        Raises: PreconditionFailed.
        """
        if self._matched:
            return
        self._matched = True
        if self.if_match is not None and version not in self.if_match:
            current = f"the resource has version {version}" if version else "the resource does not exist"
            raise PreconditionFailed(
                f"If-Match does not match: {current}. Read the resource again and repeat the change.",
                version=version,
            )

    @property
    def is_empty(self) -> bool:
        """Whether `commit` would send nothing."""
        return not self._operations

    def restarted(self) -> Transaction:
        """An empty transaction of the same caller, for another try from its reads on."""
        return Transaction(
            tenant=self.tenant,
            actor=self.actor,
            source=self.source,
            request_id=self.request_id,
            at=self.at,
            if_match=self.if_match,
        )

    def commit(self, *first: Operation, gives_way: bool = False) -> None:
        """Send the transaction. `first`, the idempotency record, precedes the rest, and so does its refusal.

        `gives_way`: do not retry when the table throttles, for a worker whose tenant's requests have precedence.
        Raises: the refusal of the first operation whose condition failed; Throttled; Unavailable if other transactions
        kept changing the same items.
        """
        pointers = [
            put_if_absent(
                settings.state_table(), pointer_to(tenant, kind, items), lambda _old: AlreadyWritten()
            )
            for (tenant, kind), items in self._outbox_items.items()
        ]
        operations = [*first, *self._operations, *pointers]
        if not operations:
            return
        if self._operations and not self._audited:
            raise AssertionError("this transaction has no audit record: call audit() before commit()")
        if len(operations) > MAX_OPERATIONS:
            raise AssertionError(
                f"{len(operations)} operations in one transaction; {MAX_OPERATIONS} is the most"
            )
        transact(operations, gives_way=gives_way)


def pointer_to(tenant: Tenant, kind: str, items: Sequence[Item]) -> Item:
    """The pointer to the outbox items of one tenant and kind in a transaction (`eal.domain.outbox.pending`)."""
    return {
        **pending_key(tenant, kind, cast("str", items[0]["id"]))._asdict(),
        "kind": "PENDING",
        "unpublished": {cast("str", item["id"]): True for item in items},
        "ttl": max(cast("int", item["ttl"]) for item in items),
    }


def _text(data: Mapping[str, Json]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
