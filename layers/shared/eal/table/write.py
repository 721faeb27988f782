"""One change, one transaction: what changes, its audit records, its events, and the caller's idempotency record.

What a customer owns is written in no other way; what is written past it (numbers, workers' progress, what an erasure
empties) is listed with its reasons in tests/structure/checks/writes.py. A `Write` only collects; `commit` sends exactly
one TransactWriteItems, so nothing is half done, no change is unaudited, and no event is lost between a write and its
publishing. The relay takes events, tasks and audit records from the table's stream.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal import audit, aws, ids, settings
from eal.clock import rfc3339
from eal.errors import PreconditionFailed, Unavailable
from eal.events import CATALOGUE, FEED_DAYS
from eal.table import contention
from eal.table.item import from_attributes, to_attributes
from eal.table.keys import Key, key, partition, pending_shard

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UniversalAttributeValueTypeDef

    from eal.audit import Actor, Change, Source
    from eal.errors import Json
    from eal.table.item import Item
    from eal.table.keys import Mode, Plane

ANY_VERSION = range(1, 10**18)
"""For `if_match`: whichever version, if there is one."""
MOST_OPERATIONS = 100
"""DynamoDB's limit of a transaction. More is a programming error here, never a split."""
_TASK_DAYS = 7


class Stale(Exception):
    """An item changed between its read and this commit: read again and decide again."""


class AlreadyWritten(Exception):
    """An item that this write creates is there already, from an earlier run of the same work."""


type Refusal = Callable[[Item | None], Exception]
"""Makes the exception for an operation whose condition failed, from the item as it stands (or None)."""


@dataclass(frozen=True, slots=True)
class Operation:
    request: TransactWriteItemTypeDef
    refusal: Refusal


def put_if_absent(table: str, item: Mapping[str, Json], refusal: Refusal) -> Operation:
    """A Put that needs the key to be free."""
    return Operation(
        {
            "Put": {
                "TableName": table,
                "Item": to_attributes(item),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        refusal,
    )


def put_version(table: str, item: Mapping[str, Json], *, was: int) -> Operation:
    """A Put over version `was` of an item, 0 for none; Stale where that is not what stands there."""
    request = {"Put": {"TableName": table, "Item": to_attributes(item), **_at_version(was)}}
    return Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale())


def _at_version(was: int) -> dict[str, object]:
    """The condition that an item is at a version, 0 for none."""
    if not was:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "version = :was",
        "ExpressionAttributeValues": to_attributes({":was": was}),
    }


def events_of(organization_id: str, mode: Mode, resource_id: str) -> str:
    """The gsi1 partition of the events that tell of one resource."""
    return partition(organization_id, mode, "EVENT", resource_id)


def answers_of(organization_id: str, mode: Mode, resource_id: str) -> str:
    """The partition of the pointers to idempotency records whose answers show one resource."""
    return partition(organization_id, mode, "ANSWER", resource_id)


@dataclass(slots=True, kw_only=True)
class Write:
    """What one request or one unit of a worker's work changes.

    `if_match` are the versions of which the caller insists on one; it means the first item replaced or deleted.
    """

    organization_id: str
    mode: Mode
    actor: Actor
    source: Source
    request_id: str
    at: datetime
    if_match: Container[int] | None = None
    _operations: list[Operation] = field(default_factory=list)
    _audited: set[tuple[str, str]] = field(default_factory=set)
    _matched: bool = False

    def create(self, item: Mapping[str, Json], taken: Refusal | None = None) -> None:
        """Put an item whose key must be free. `taken` makes the exception where it is not."""
        self._operations.append(
            put_if_absent(settings.state_table(), item, taken or (lambda _old: AlreadyWritten()))
        )

    def replace(self, item: Mapping[str, Json], *, was: int) -> None:
        """Put the item's next version over version `was`; Stale where that is not what stands there."""
        self.check_if_match(was)
        self.put_version(item, was=was)

    def put_version(self, item: Mapping[str, Json], *, was: int) -> None:
        """The same whatever the caller insists on, for an item beside the one that `if_match` means. `was` is 0 where
        there is none yet."""
        self._operations.append(put_version(settings.state_table(), item, was=was))

    def delete(self, at: Key, *, was: int | None = None) -> None:
        """Delete an item: version `was` of it, or, without, whatever stands there (claims have no version)."""
        condition: dict[str, object] = {}
        if was is not None:
            self.check_if_match(was)
            condition = _at_version(was)
        request = {
            "Delete": {"TableName": settings.state_table(), "Key": to_attributes(at._asdict()), **condition}
        }
        self._operations.append(Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale()))

    def add(self, operation: Operation) -> None:
        """An operation that a store made itself, such as one on the Access table, as part of this transaction."""
        self._operations.append(operation)

    def audit(
        self,
        action: str,
        resource_id: str,
        changes: Sequence[Change] = (),
        *,
        also_for: str | None = None,
    ) -> None:
        """The one audit record of a resource that this write changes; its type stands before the action's dot.

        `also_for` is another organization that the change concerns: its log gets the record too.
        """
        organizations = [self.organization_id, also_for] if also_for else [self.organization_id]
        for organization_id in organizations:
            if (organization_id, resource_id) in self._audited:
                raise AssertionError("a write has one audit record for a resource: use a second Write")
            self._audited.add((organization_id, resource_id))
            self._audit(organization_id, action, resource_id, changes)

    def _audit(self, organization_id: str, action: str, resource_id: str, changes: Sequence[Change]) -> None:
        told = [change.as_json() for change in changes]
        if not audit.can_be_hashed(told):
            raise AssertionError(
                f"{action} has a value that RFC 8785 cannot write: bound it where it comes in"
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
                "changes": told,
                "gsi1pk": partition(organization_id, self.mode, "AUDIT", resource_type, resource_id),
                "gsi1sk": record_id,
                "gsi2pk": partition(organization_id, self.mode, "AUDIT", "actor", self.actor.id),
                "gsi2sk": record_id,
                "ttl": self._in(timedelta(days=settings.audit_retention_days())),
            },
            organization_id,
        )

    def emit(self, event_type: str, data: Mapping[str, Json]) -> None:
        """An event of the catalogue; `data` is the resource as its GET shows it."""
        if event_type not in CATALOGUE:
            raise AssertionError(
                f"event type {event_type} is not in eal.events.CATALOGUE: add it there first"
            )
        event_id = ids.new("evt", self.at)
        event: Item = {"type": event_type, "data": _text(data), "ttl": self._in(timedelta(days=FEED_DAYS))}
        # By resource, so that an erasure finds what was told of it.
        place = events_of(self.organization_id, self.mode, cast("str", data["id"]))
        self._outbox("EVENT", event_id, {**event, "gsi1pk": place, "gsi1sk": event_id}, self.organization_id)

    def ask(self, task: str, payload: Mapping[str, Json]) -> None:
        """Ask for a worker's work, in the transaction of what gives rise to it. Customers do not see tasks."""
        asked: Item = {"task": task, "data": _text(payload), "ttl": self._in(timedelta(days=_TASK_DAYS))}
        self._outbox("TASK", ids.new("task", self.at), asked, self.organization_id)

    def _outbox(self, kind: str, item_id: str, fields: Mapping[str, Json], organization_id: str) -> None:
        at: Plane = self.mode
        item: Item = {
            **key(organization_id, at, kind, item_id)._asdict(),
            "kind": kind,
            "id": item_id,
            "created_at": rfc3339(self.at),
            "organization_id": organization_id,
            "mode": self.mode,
            "request_id": self.request_id,
            "pending": pending_shard(organization_id, at),
            **fields,
        }
        self.create(item)

    def _in(self, span: timedelta) -> int:
        return int((self.at + span).timestamp())

    def check_if_match(self, version: int) -> None:
        """Refuse where the caller insists on another version; 0 is of what is not there. Only the first call counts.

        Raises: PreconditionFailed.
        """
        if self._matched:
            return
        self._matched = True
        if self.if_match is not None and version not in self.if_match:
            stands = f"the resource has version {version}" if version else "the resource does not exist"
            raise PreconditionFailed(
                f"If-Match does not match: {stands}. Read the resource again and repeat the change.",
                version=version,
            )

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added: `commit` would send nothing."""
        return not self._operations

    def afresh(self) -> Write:
        """An empty write by the same caller, for a second try from the reads on."""
        return Write(
            organization_id=self.organization_id,
            mode=self.mode,
            actor=self.actor,
            source=self.source,
            request_id=self.request_id,
            at=self.at,
            if_match=self.if_match,
        )

    def commit(self, *first: Operation) -> None:
        """Send the transaction. `first` (the idempotency record) comes before the rest, and its refusal wins.

        Raises: the refusal of the first operation whose condition failed; Unavailable when others kept changing
        the same items for all attempts.
        """
        operations = [*first, *self._operations]
        if not operations:
            return
        if self._operations and not self._audited:
            raise AssertionError("this write has no audit record: call audit() before commit()")
        if len(operations) > MOST_OPERATIONS:
            raise AssertionError(
                f"{len(operations)} operations in one transaction; {MOST_OPERATIONS} is the most"
            )
        transact(operations)


def transact(operations: Sequence[Operation]) -> None:
    """Send operations as one transaction, again after a conflict with another one on the same items."""
    client = aws.dynamodb()
    requests = [operation.request for operation in operations]
    for attempt in range(contention.ATTEMPTS):
        try:
            client.transact_write_items(TransactItems=requests)
            return
        except client.exceptions.TransactionCanceledException as cancelled:
            reasons = cancelled.response["CancellationReasons"]
            for operation, reason in zip(operations, reasons, strict=True):
                if reason.get("Code") == "ConditionalCheckFailed":
                    old = cast("dict[str, UniversalAttributeValueTypeDef] | None", reason.get("Item"))
                    raise operation.refusal(from_attributes(old) if old else None) from cancelled
            if not contention.is_passing(reasons):
                raise
        contention.pause(attempt)
    raise Unavailable("Too many concurrent changes to the same resource. Try again.")


def _text(data: Mapping[str, Json]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
