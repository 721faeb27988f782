"""A table stream's Lambda: `handler = StreamConsumer(group_of, consume).handler`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NotRequired, Protocol, TypedDict

from eal.core import observe
from eal.core.table.item import from_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

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


class StreamAnswer(TypedDict):
    batchItemFailures: list[_Failure]


class Grouped(Protocol):
    """What items are grouped by."""

    def __hash__(self) -> int: ...

    def log_fields(self) -> dict[str, str]:
        """The fields of every log line about the group."""
        ...


class StreamConsumer[Group: Grouped]:
    """Runs `consume(group, items)` for each group of a batch's new images, in the order of their first records.

    A failed group blocks its shard from the group's first record on; the other groups are still consumed. The batch is
    delivered again, including the records of those groups, so `consume` must be safe to repeat. An exception in
    `not_retried` is logged and blocks nothing.
    """

    def __init__(
        self,
        group_of: Callable[[Item], Group],
        consume: Callable[[Group, list[Item]], None],
        *,
        not_retried: tuple[type[Exception], ...] = (),
    ) -> None:
        self._group_of = group_of
        self._consume = consume
        self._not_retried = not_retried

    def handler(self, event: StreamEvent, context: object) -> StreamAnswer:
        """The Lambda handler, for a stream of new images with ReportBatchItemFailures."""
        first_record: dict[Group, str] = {}
        groups: dict[Group, list[Item]] = defaultdict(list)
        for record in event["Records"]:
            item = from_attributes(record["dynamodb"]["NewImage"])
            group = self._group_of(item)
            first_record.setdefault(group, record["dynamodb"]["SequenceNumber"])
            groups[group].append(item)
        failed = [first_record[group] for group, items in groups.items() if not self._is_done(group, items)]
        observe.flush()
        return {"batchItemFailures": [{"itemIdentifier": min(failed, key=int)}] if failed else []}

    def _is_done(self, group: Group, items: list[Item]) -> bool:
        observe.begin("", **group.log_fields())
        try:
            self._consume(group, items)
        except self._not_retried:
            observe.logger.exception("group_not_retried")
        except Exception:  # the edge of a consumer: reported to Lambda, which delivers the batch again
            observe.logger.exception("group_failed")
            return False
        return True
