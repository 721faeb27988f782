"""The relay: what writes left in the table's outbox (events, tasks, audit records) is numbered and published.

`Relay().handler` takes the table's stream; `Relay().sweep` runs each minute and takes up what a relay left behind, so
that even a relay that fails for longer than the stream's 24 hours loses nothing. Both do the same three steps, each
safe to repeat:

1. number: events and audit records of a tenant and mode get the next numbers, head and items in one transaction, so
   that the feed has no gap and no number is given twice, whoever else is numbering;
2. publish: all of it to the bus, and a word to the archiver for audit records; at least once;
3. mark: the item leaves the sparse `pending` index.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, cast

from eal import audit, aws, clock, ids, observe, settings
from eal.audit_log import waiting
from eal.clock import rfc3339
from eal.table.item import from_attributes, to_attributes
from eal.table.keys import PENDING_SHARDS, Key, key, partition
from eal.table.read import get, get_all, walk
from eal.table.write import Operation, transact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

    from eal.errors import Json
    from eal.table.item import Item
    from eal.table.keys import Mode

MOST_AT_ONCE = 60
"""Items that are numbered in one transaction."""
_BYTES_AT_ONCE = 2_500_000
"""Of a transaction's 4 MB, as JSON: the table's own count is higher for lists of numbers, by a half at most."""
_READ_AT_ONCE = 10
"""Items of up to 400 KB, in a read of up to 4 MB."""
SWEPT_AFTER = timedelta(minutes=1)
_ENTRIES, _ENTRIES_BYTES = 10, 200_000
"""PutEvents takes ten entries of 256 KB together; details alone are counted here, hence the margin."""
_OF_ONE_KIND = ("numbered_at", "seq", "previous_hash", "hash")
_TRIES = 8


class _Stream(TypedDict):
    NewImage: NotRequired[dict[str, AttributeValueTypeDef]]
    SequenceNumber: str


class StreamRecord(TypedDict):
    eventName: str
    dynamodb: _Stream


class StreamEvent(TypedDict):
    Records: list[StreamRecord]


class _Failure(TypedDict):
    itemIdentifier: str


class StreamAnswer(TypedDict):
    batchItemFailures: list[_Failure]


class SweepFailed(Exception):
    """Some items are still unpublished after a sweep: the next one tries them again."""


class Unhashable(Exception):
    """Audit records that have no RFC 8785 form. They stay pending, without a number, and all others went on."""


class _Overtaken(Exception):
    """The head moved on while a batch was being numbered."""


class _Settled(Exception):
    """An item was numbered (or removed) by somebody else; `item` is how it stands."""

    def __init__(self, at: Key, item: Item | None) -> None:
        self.at = at
        self.item = item


@dataclass(frozen=True, slots=True)
class _Group:
    """What one tenant and mode has of one kind."""

    organization_id: str
    mode: Mode
    kind: Literal["EVENT", "TASK", "AUDIT"]


class Relay:
    def handler(self, event: StreamEvent, context: object) -> StreamAnswer:
        """The Lambda handler, for the State table's stream with ReportBatchItemFailures.

        A tenant's failure holds up the shard from its first record on and nothing else: what others had in the batch
        is published all the same, and is published again when the batch comes again.
        """
        observe.begin("", worker="relay")
        places = {_key(_image(record)): record["dynamodb"]["SequenceNumber"] for record in event["Records"]}
        failed: list[str] = []
        for group, items in _grouped(_image(record) for record in event["Records"]).items():
            try:
                _relay(group, items)
            except (
                Unhashable
            ):  # to try again is no help, and would hold everybody up: the sweeps raise the alarm
                observe.logger.exception("records_unhashable", organization_id=group.organization_id)
            except Exception:  # the edge of a consumer: reported to Lambda, which sends the batch again
                observe.logger.exception(
                    "relay_failed", organization_id=group.organization_id, kind=group.kind
                )
                failed += [places[_key(item)] for item in items]
        observe.flush()
        return {"batchItemFailures": [{"itemIdentifier": min(failed, key=int)}] if failed else []}

    def sweep(self, event: object, context: object) -> None:
        """The Lambda handler of the schedule: everything in `pending` that is older than a minute.

        Raises: SweepFailed, after all that can be published was, so that an alarm tells of the rest.
        """
        observe.begin("", worker="sweep")
        border = clock.now() - SWEPT_AFTER
        # Another one each minute: a time-out does not starve the same ones.
        first = int(border.timestamp()) // 60
        failed = sum(_shard_swept((first + one) % PENDING_SHARDS, border) for one in range(PENDING_SHARDS))
        observe.flush()
        if failed:
            raise SweepFailed(f"{failed} groups of items could not be published; the log says why")


def _shard_swept(shard: int, border: datetime) -> int:
    """Publish a shard's leftovers. Returns how many groups failed; they keep no others from being published."""
    failed = 0
    try:
        old = [one for one in _pending(shard) if ids.created_at(one.sk) <= border]
    except Exception:  # the edge of a consumer: told by SweepFailed once the others are done
        observe.logger.exception("sweep_failed", shard=shard)
        return 1
    for some in _chunks(old, MOST_AT_ONCE):
        try:
            left = [item for few in _chunks(some, _READ_AT_ONCE) for item in get_all(few)]
        except Exception:  # as above
            observe.logger.exception("sweep_failed", shard=shard)
            failed += 1
            continue
        groups = _grouped(item for item in left if item and item.get("pending"))
        failed += sum(not _swept(group, items) for group, items in groups.items())
    return failed


def _pending(shard: int) -> list[Key]:
    return [_key(item) for item in walk("pending = :shard", {":shard": f"PENDING#{shard}"}, index="pending")]


def _swept(group: _Group, items: list[Item]) -> bool:
    """Publish one tenant's leftovers. What fails stays pending, and keeps nobody else's from being published."""
    try:
        _relay(group, items)
    except Exception:  # the edge of a consumer: told by SweepFailed once the others are done
        observe.logger.exception("sweep_failed", organization_id=group.organization_id, kind=group.kind)
        return False
    observe.count("outbox_swept", len(items))
    return True


def _relay(group: _Group, items: list[Item]) -> None:
    """Raises: Unhashable, once all others are published; and whatever keeps the group from being published."""
    unhashable: list[str] = []
    for some in _transactions(sorted(items, key=lambda item: cast("str", item["id"]))):
        if group.kind != "TASK":
            some, left = _number(group, some)
            unhashable += left
        _publish(group, some)
        _mark(some)
        observe.count("outbox_published", len(some))
    if unhashable:
        raise Unhashable(", ".join(unhashable))


def _transactions(items: Iterable[Item]) -> list[list[Item]]:
    """The items in order, as many at once as a transaction takes."""
    some: list[list[Item]] = []
    room = 0
    for item in items:
        size = len(json.dumps(item, ensure_ascii=False).encode())
        if not some or len(some[-1]) == MOST_AT_ONCE or size > room:
            some.append([])
            room = _BYTES_AT_ONCE
        some[-1].append(item)
        room -= size
    return some


def _number(group: _Group, items: list[Item]) -> tuple[list[Item], list[str]]:
    """The items with their numbers (`feedsk`), given now or by an earlier run; and the ids of those without a hash."""
    done: list[Item] = []
    unhashable: list[str] = []
    for _ in range(_TRIES):
        if not items:
            break
        head = _head(group)
        numbered, new_head, unhashable = _numbered(group, items, head)
        if not numbered:
            break
        try:
            transact([_move_head(head, new_head), *(_set_number(item) for item in numbered)])
        except _Overtaken:
            continue
        except _Settled:
            # One that is settled seldom comes alone: a batch that was numbered and not marked comes again whole.
            standing = [item for item in get_all([_key(item) for item in items]) if item]
            done += [item for item in standing if "feedsk" in item]
            items = [item for item in standing if "feedsk" not in item]
            continue
        done += numbered
        break
    else:
        raise _Overtaken(f"the sequence of {group} kept moving")
    return sorted(done, key=lambda item: cast("int", item["feedsk"])), unhashable


def _head(group: _Group) -> Item:
    at = key(group.organization_id, group.mode, "SEQUENCE", group.kind)
    return get(at) or {**at._asdict(), "kind": "SEQUENCE", "last": 0, "hash": audit.GENESIS}


def _numbered(group: _Group, items: Sequence[Item], head: Item) -> tuple[list[Item], Item, list[str]]:
    """The items with the head's next numbers, the head after them, and the ids of those that have no hash."""
    last, chain = cast("int", head["last"]), cast("str", head["hash"])
    now = rfc3339(clock.now())
    numbered, unhashable = [], []
    for item in items:
        at = last + 1
        item = {**item, "feedpk": partition(group.organization_id, group.mode, group.kind), "feedsk": at}
        if group.kind == "AUDIT":
            item |= {"seq": at, "previous_hash": chain}
            try:
                chain = audit.chained_hash(item)
            except ValueError:
                unhashable.append(cast("str", item["id"]))
                continue
            item["hash"] = chain
        else:
            item["numbered_at"] = now
        last = at
        numbered.append(item)
    moved = {**head, "last": last, "hash": chain}
    if group.kind == "AUDIT":
        moved |= waiting.mark(group.organization_id, group.mode)
    return numbered, moved, unhashable


def _move_head(old: Item, new: Item) -> Operation:
    was = cast("int", old["last"])
    condition = (
        {"ConditionExpression": "#last = :was"}
        if was
        else {"ConditionExpression": "attribute_not_exists(pk)"}
    )
    values = {
        "ExpressionAttributeNames": {"#last": "last"},
        "ExpressionAttributeValues": to_attributes({":was": was}),
    }
    put = {
        "TableName": settings.state_table(),
        "Item": to_attributes(new),
        **condition,
        **(values if was else {}),
    }
    return Operation({"Put": put}, lambda _old: _Overtaken())  # type: ignore[typeddict-item]  # built in parts


def _set_number(item: Item) -> Operation:
    at = _key(item)
    names = [name for name in ("feedpk", "feedsk", *_OF_ONE_KIND) if name in item]
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(at._asdict()),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(feedsk)",
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": to_attributes({f":{name}": item[name] for name in names}),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        lambda old: _Settled(at, old),
    )


def _publish(group: _Group, items: Sequence[Item]) -> None:
    if not items:
        return
    if group.kind == "AUDIT":
        body = {
            "organization_id": group.organization_id,
            "mode": group.mode,
            "request_id": items[-1]["request_id"],
        }
        aws.sqs().send_message(QueueUrl=settings.queue("audit"), MessageBody=json.dumps(body))
    for entries in _batches([_entry(group, item) for item in items]):
        answer = aws.events().put_events(Entries=entries)
        if answer["FailedEntryCount"]:
            codes = {entry.get("ErrorCode", "") for entry in answer["Entries"]} - {""}
            raise RuntimeError(
                f"the bus refused {answer['FailedEntryCount']} entries: {', '.join(sorted(codes))}"
            )


def _batches(entries: Sequence[PutEventsRequestEntryTypeDef]) -> list[list[PutEventsRequestEntryTypeDef]]:
    """The entries in order, as many at once as PutEvents takes."""
    batches: list[list[PutEventsRequestEntryTypeDef]] = []
    room = 0
    for entry in entries:
        size = len(entry.get("Detail", "").encode())
        if not batches or len(batches[-1]) == _ENTRIES or size > room:
            batches.append([])
            room = _ENTRIES_BYTES
        batches[-1].append(entry)
        room -= size
    return batches


def _entry(group: _Group, item: Item) -> PutEventsRequestEntryTypeDef:
    detail: dict[str, Json] = {
        "id": item["id"],
        "organization_id": group.organization_id,
        "mode": group.mode,
        "request_id": item["request_id"],
        "created_at": item["created_at"],
    }
    if group.kind == "EVENT":
        name = cast("str", item["type"])
        detail |= {"type": name, "sequence": item["feedsk"], "data": json.loads(cast("str", item["data"]))}
    elif group.kind == "TASK":
        name = cast("str", item["task"])
        detail |= {"task": name, **json.loads(cast("str", item["data"]))}
    else:  # an audit record: who asked for it by name gets it from its item, whose changes can be large
        name = "audit.log.event"
        detail |= {"type": name, "sequence": item["seq"]}
    return {
        "EventBusName": settings.bus(),
        "Source": "eal.tasks" if group.kind == "TASK" else "eal.events",
        "DetailType": name,
        "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
    }


def _mark(items: Sequence[Item]) -> None:
    """Take the items out of `pending`. An item that is gone (TTL, erasure) needs no mark."""
    left = list(items)
    while left:
        try:
            transact([_unmark(item) for item in left])
        except _Settled as settled:
            left = [item for item in left if _key(item) != settled.at]
            continue
        return


def _unmark(item: Item) -> Operation:
    at = _key(item)
    return Operation(
        {
            "Update": {
                "TableName": settings.state_table(),
                "Key": to_attributes(at._asdict()),
                "UpdateExpression": "REMOVE pending",
                "ConditionExpression": "attribute_exists(pk)",
            }
        },
        lambda old: _Settled(at, old),
    )


def _grouped(items: Iterable[Item]) -> dict[_Group, list[Item]]:
    groups: dict[_Group, list[Item]] = defaultdict(list)
    for item in items:
        group = _Group(
            cast("str", item["organization_id"]),
            cast("Mode", item["mode"]),
            cast("Literal['EVENT', 'TASK', 'AUDIT']", item["kind"]),
        )
        groups[group].append(item)
    return groups


def _image(record: StreamRecord) -> Item:
    return from_attributes(record["dynamodb"]["NewImage"])


def _key(item: Item) -> Key:
    return Key(cast("str", item["pk"]), cast("str", item["sk"]))


def _chunks[T](items: Sequence[T], size: int) -> list[list[T]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
