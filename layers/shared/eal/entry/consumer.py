"""A queue's Lambda: `handler = Consumer(consume).handler`. Message by message, failures reported one by one.

A message body is JSON: what a `Write` asked for or emitted (it comes through the bus, in EventBridge's
envelope), or what a receiver or another worker sent to the queue itself. Queues deliver at least once and in
any order: `consume` must be safe to run again after having been killed at any line.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from eal import observe
from eal.table.write import Stale

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from eal.errors import Json

type Message = dict[str, Json]

_TRIES = 4


class _ConcurrentProcessor(BatchProcessor):
    """Runs a batch's records in threads, for work that mostly waits."""

    def __init__(self, threads: int) -> None:
        super().__init__(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        self._threads = threads

    def process(self) -> list[tuple[object, ...]]:
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(self._process_record, self.records))


class Consumer:
    """Runs `consume(message)` for each record. A raised exception puts that message alone back to its queue.

    `concurrency` is how many records run at once, each in a thread with its own log context.
    """

    def __init__(self, consume: Callable[[Message], None], *, concurrency: int = 1) -> None:
        self._consume = consume
        self._processor = (
            _ConcurrentProcessor(concurrency)
            if concurrency > 1
            else BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        )

    def handler(self, event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
        """The Lambda handler, for SQS events with ReportBatchItemFailures."""
        answer = process_partial_response(
            event=event, record_handler=self._one, processor=self._processor, context=context
        )
        observe.flush()
        return answer

    def _one(self, record: SQSRecord) -> None:
        message = message_in(record.body)
        observe.begin(
            cast("str", message.get("request_id", "")), message_id=record.message_id, queue=_name(record)
        )
        try:
            self._again_if_overtaken(message)
        except Exception:
            observe.logger.exception("message_failed")
            raise

    def _again_if_overtaken(self, message: Message) -> None:
        for attempt in range(_TRIES):
            try:
                return self._consume(message)
            except Stale:
                if attempt == _TRIES - 1:
                    raise
        return None


def message_in(body: str) -> Message:
    """The message in a record's body: EventBridge's envelope is taken off where there is one."""
    message = json.loads(body)
    if "detail-type" in message and "detail" in message:
        message = message["detail"]
    return cast("Message", message)


def _name(record: SQSRecord) -> str:
    return record.event_source_arn.rpartition(":")[2]
