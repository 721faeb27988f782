"""Publishing the outbox: events, tasks and audit records.

The relay receives them from the table's stream. Every minute, the sweep (`eal.domain.outbox.sweep`) publishes what the
relay left. Both call `publish`, whose steps are safe to repeat:

1. select the items that are pending (`eal.domain.outbox.pending`): all others were published before;
2. number (`eal.domain.outbox.numbering`): events and audit records get their sequence;
3. send: all items to the bus and, for audit records, messages to the archive queue; at least once;
4. remove the items from their pointers.

Groups share the calls of steps 1, 3 and 4, and the calls of a step are made side by side, so a batch of many tenants
takes about as long as a batch of one. A group whose items cannot be numbered or sent does not affect the others.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, cast

from eal.core import aws, observe, settings, sqs
from eal.core.parallel import attempt_all
from eal.domain.audit_log import waiting
from eal.domain.outbox import pending
from eal.domain.outbox.model import batches, group_of, id_of
from eal.domain.outbox.numbering import Numbered, heads_of, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.outbox.model import Group

_MAX_ENTRIES, _MAX_ENTRIES_BYTES = 10, 200_000
"""PutEvents accepts 10 entries of 1 MiB together; until January 2026, of 256 KB. Only details are counted here, hence
the margin."""


class Unhashable(Exception):
    """Audit records without an RFC 8785 form. They stay pending and unnumbered; all others are published."""


class PublishRefused(Exception):
    """The bus or the archive queue refused an entry of a call whose other entries it accepted."""


def publish(items: Sequence[Item]) -> dict[Group, Exception]:
    """Publish the items that are pending. Returns the groups that failed, with a reason each.

    Raises: an error of the reads that all groups share.
    """
    pointers = pending.pointers_of(items)
    unpublished = {item_id for pointer in pointers for item_id in pointer.ids}
    groups: dict[Group, list[Item]] = defaultdict(list)
    for item in items:
        if id_of(item) in unpublished:
            groups[group_of(item)].append(item)
    failures: dict[Group, Exception] = {}
    outgoing = _prepare_all(groups, failures)
    published = _send_all(outgoing, failures)
    failures |= pending.remove(pointers, published)
    for group, prepared in outgoing.items():
        if prepared.unhashable:
            failures.setdefault(group, Unhashable(", ".join(prepared.unhashable)))
    observe.count("outbox_published", len(published))
    return failures


@dataclass(frozen=True, slots=True)
class _Entry:
    group: Group
    item: Item
    request: PutEventsRequestEntryTypeDef

    def size(self) -> int:
        return len(self.request.get("Detail", "").encode())


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """The entries of a group that are to be sent."""

    entries: list[_Entry]
    unhashable: list[str]
    wakes_archive: bool

    @property
    def request_id(self) -> str:
        return cast("str", self.entries[-1].item["request_id"])


def _prepare_all(
    groups: Mapping[Group, list[Item]], failures: dict[Group, Exception]
) -> dict[Group, _Outgoing]:
    heads = heads_of([group for group in groups if group.kind != "TASK"])
    outcomes = attempt_all(
        [partial(_prepare, group, items, heads.get(group)) for group, items in groups.items()]
    )
    outgoing: dict[Group, _Outgoing] = {}
    for group, outcome in zip(groups, outcomes, strict=True):
        if isinstance(outcome, Exception):
            failures[group] = outcome
        else:
            outgoing[group] = outcome
    return outgoing


def _prepare(group: Group, items: list[Item], head: Item | None) -> _Outgoing:
    numbered = Numbered(items) if group.kind == "TASK" else number(group, items, head)
    entries = [_Entry(group, item, _entry(group, item)) for item in numbered.items]
    return _Outgoing(entries, numbered.unhashable, numbered.wakes_archive)


def _send_all(outgoing: Mapping[Group, _Outgoing], failures: dict[Group, Exception]) -> set[str]:
    """Send all items, and the archive's messages. Returns the ids of the items that are published."""
    entries = [entry for prepared in outgoing.values() for entry in prepared.entries]
    logs = {group: prepared.request_id for group, prepared in outgoing.items() if prepared.wakes_archive}
    entry_batches = list(batches(entries, _Entry.size, max_count=_MAX_ENTRIES, max_size=_MAX_ENTRIES_BYTES))
    log_batches = list(batched(logs, sqs.MAX_BATCH_MESSAGES, strict=False))
    calls = [
        *(partial(_put_events, batch) for batch in entry_batches),
        *(
            partial(_enqueue_archiving, {group.tenant: logs[group] for group in batch})
            for batch in log_batches
        ),
    ]
    outcomes = attempt_all(calls)
    published = {id_of(entry.item) for entry in entries}
    for batch, outcome in zip(entry_batches, outcomes, strict=False):
        for entry, fault in _faults(batch, outcome):
            published.discard(id_of(entry.item))
            failures[entry.group] = fault
    for log_batch, outcome in zip(log_batches, outcomes[len(entry_batches) :], strict=True):
        for group, fault in _faults(log_batch, outcome):
            # The pointers stay, so that the next run sends the message.
            published -= {id_of(entry.item) for entry in outgoing[group].entries}
            failures[group] = fault
    return published


def _faults[T](batch: Sequence[T], outcome: list[str | None] | Exception) -> Iterator[tuple[T, Exception]]:
    """The elements of a batch that a call did not accept, each with the reason."""
    for index, element in enumerate(batch):
        if isinstance(outcome, Exception):
            yield element, outcome
        elif code := outcome[index]:
            yield element, PublishRefused(code)


def _put_events(entries: Iterable[_Entry]) -> list[str | None]:
    """An error code for each entry, None for those that the bus accepted."""
    response = aws.events().put_events(Entries=[entry.request for entry in entries])
    return [entry.get("ErrorCode") for entry in response["Entries"]]


def _enqueue_archiving(logs: Mapping[Tenant, str]) -> list[str | None]:
    """Enqueue a message for each log, with its request id. Returns an error code for each, None for those accepted."""
    messages = [sqs.QueueEntry(waiting.message(tenant, request_id)) for tenant, request_id in logs.items()]
    return sqs.send_batch("audit", messages)


def _entry(group: Group, item: Item) -> PutEventsRequestEntryTypeDef:
    detail: dict[str, Json] = {
        "id": item["id"],
        **group.tenant._asdict(),
        "request_id": item["request_id"],
        "created_at": item["created_at"],
    }
    if group.kind == "EVENT":
        name = cast("str", item["type"])
        detail |= {"type": name, "sequence": item["feedsk"], "data": json.loads(cast("str", item["data"]))}
    elif group.kind == "TASK":
        name = cast("str", item["task"])
        detail |= {"task": name, **json.loads(cast("str", item["data"]))}
    else:  # an audit record: the fan-out reads its item, because its changes can be large
        name = "audit.log.event"
        detail |= {"type": name, "sequence": item["seq"]}
    return {
        "EventBusName": settings.bus(),
        "Source": "eal.tasks" if group.kind == "TASK" else "eal.events",
        "DetailType": name,
        "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
    }
