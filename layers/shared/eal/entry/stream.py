"""A table stream's Lambda: `handler = StreamConsumer(group_of, consume).handler`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, Protocol, TypedDict

from eal.core import observe
from eal.core.table.item import from_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from eal.core.table.item import Item


class _Change(TypedDict):
    NewImage: NotRequired[dict[str, AttributeValueTypeDef]]
    SequenceNumber: str


class StreamRecord(TypedDict):
    """A change as DynamoDB Streams send it; only the members that are read here."""

    eventName: str
    dynamodb: _Change


class StreamEvent(TypedDict):
    Records: list[StreamRecord]


class _Failure(TypedDict):
    itemIdentifier: str


class StreamResponse(TypedDict):
    batchItemFailures: list[_Failure]


class Grouped(Protocol):
    """The value by which items are grouped."""

    def __hash__(self) -> int: ...

    def log_fields(self) -> dict[str, str]:
        """The fields of every log line about the group."""
        ...


class StreamConsumer[Group: Grouped]:
    """Runs `consume(items)` for a batch's new images. It returns the groups that failed, each with its exception.

    A failed group blocks its shard from the group's first record on, and is delivered again with all records after it,
    also those of groups that succeeded; `consume` must be safe to repeat. An exception in `not_retried` is logged and
    blocks nothing. If `consume` raises, Lambda delivers the whole batch again.
    """

    def __init__(
        self,
        group_of: Callable[[Item], Group],
        consume: Callable[[Sequence[Item]], Mapping[Group, Exception]],
        *,
        not_retried: tuple[type[Exception], ...] = (),
    ) -> None:
        self._group_of = group_of
        self._consume = consume
        self._not_retried = not_retried

    def handler(self, event: StreamEvent, context: object) -> StreamResponse:
        """The Lambda handler, for a stream of new images with ReportBatchItemFailures."""
        observe.begin("", records=len(event["Records"]))
        first_record: dict[Group, str] = {}
        items: list[Item] = []
        for record in event["Records"]:
            item = from_attributes(record["dynamodb"]["NewImage"])
            first_record.setdefault(self._group_of(item), record["dynamodb"]["SequenceNumber"])
            items.append(item)
        failures = self._consume(items)
        failed = [first_record[group] for group, fault in failures.items() if self._is_retried(group, fault)]
        observe.flush()
        return {"batchItemFailures": [{"itemIdentifier": min(failed, key=int)}] if failed else []}

    def _is_retried(self, group: Group, fault: Exception) -> bool:
        is_retried = not isinstance(fault, self._not_retried)
        line = "group_failed" if is_retried else "group_not_retried"
        observe.begin("", **group.log_fields())
        observe.logger.error(line, exc_info=fault)
        return is_retried
