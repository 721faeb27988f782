"""A queue's Lambda: `handler = Consumer(consume).handler`. It consumes message by message and reports each failure.

A message body is JSON: a task or event of a `Transaction`, which arrives through the bus in EventBridge's envelope, or
a message that a receiver or another worker sent to the queue directly. Queues deliver at least once and in any order:
`consume` must be safe to run again after being killed at any line.

A batch begins no message in the second half of its function's timeout, so that slow messages do not get the function
killed, and with it the work on the others of their batch. Messages that are not begun stay hidden for the rest of their
visibility timeout and then return. Those received most often are first, and one that would become a dead letter is
begun at any time: no message becomes a dead letter because of its neighbours.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypedDict, cast

from eal.core import aws, observe, settings
from eal.core.json import Json
from eal.core.observe import LogContext
from eal.core.table.write import Stale
from eal.core.transaction import MAX_TRIES, until_committed

type Message = dict[str, Json]

MAX_RECEIVES = 5
"""The maxReceiveCount of every queue. After that many receives, a message that fails becomes a dead letter."""


class LambdaContext(Protocol):
    """The context of an invocation; only the member that is read here."""

    def get_remaining_time_in_millis(self) -> int: ...


class _Attributes(TypedDict):
    ApproximateReceiveCount: str


class QueueRecord(TypedDict):
    """A message as SQS sends it; only the members that are read here."""

    messageId: str
    receiptHandle: str
    attributes: _Attributes
    body: str
    eventSourceARN: str


class QueueEvent(TypedDict):
    Records: list[QueueRecord]


class _Failure(TypedDict):
    itemIdentifier: str


class QueueResponse(TypedDict):
    batchItemFailures: list[_Failure]


class RetryPolicy(NamedTuple):
    """Retry policy of a queue with a long visibility timeout: a failed message returns sooner, and a bounded number of
    times.

    `queue` is the name of the setting. `first_delay_seconds` is the wait before the second receive; it doubles with
    each later one. A message that fails in its last receive becomes a dead letter, and `give_up(message, fault)` ends
    its work. `consume_last`, if set, replaces `consume` for that last receive. An exception in `handled_elsewhere`
    means that another worker has the message: its delay stays, and nothing is given up.
    """

    queue: str
    first_delay_seconds: int
    give_up: Callable[[Message, Exception], None]
    consume_last: Callable[[Message], None] | None = None
    handled_elsewhere: tuple[type[Exception], ...] = ()


class Consumer:
    """Runs `consume(message)` for each record. An exception returns that message alone to its queue.

    `concurrency` is how many records run in parallel, each in a thread with its own log context.

    `fair_queue` is the setting's name of the worker's own queue, if its messages come from the bus and one tenant's may
    delay another's. Messages from the bus are then only sent to the queue again, with the organization as message
    group. A queue is fair among groups, and a rule of EventBridge has one group for all messages (SqsParameters).
    """

    def __init__(
        self,
        consume: Callable[[Message], None],
        *,
        concurrency: int = 1,
        retry_policy: RetryPolicy | None = None,
        fair_queue: str | None = None,
    ) -> None:
        self._consume = consume
        self._concurrency = concurrency
        self._retry_policy = retry_policy
        self._fair_queue = fair_queue
        aws.prepare(aws.dynamodb)

    def handler(self, event: QueueEvent, context: LambdaContext | None) -> QueueResponse:
        """The Lambda handler, for SQS events with ReportBatchItemFailures. Without a context there is no timeout.

        Not Powertools' batch utility: its import is a seventh of a worker's cold start.
        """
        records = event["Records"]
        if self._concurrency > 1:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(self._concurrency) as pool:
                done = dict(zip(map(_id, records), pool.map(self.is_done, records), strict=True))
        else:
            done = self._one_by_one(records, context)
        observe.flush()
        return {
            "batchItemFailures": [
                {"itemIdentifier": _id(record)} for record in records if not done[_id(record)]
            ]
        }

    def _one_by_one(self, records: list[QueueRecord], context: LambdaContext | None) -> dict[str, bool]:
        """Whether each record was consumed, by message id."""
        half_time = context.get_remaining_time_in_millis() / 2 if context else 0
        done: dict[str, bool] = {}
        for record in _most_received_first(records):
            has_time = context is None or context.get_remaining_time_in_millis() > half_time
            done[_id(record)] = (has_time or _is_last(record)) and self.is_done(record)
        return done

    def is_done(self, record: QueueRecord) -> bool:
        """Consume one record. False if that failed; the failure is logged."""
        message_id, queue = _id(record), record["eventSourceARN"].rpartition(":")[2]
        observe.begin("", message_id=message_id, queue=queue)
        try:
            message = message_in(record["body"])
            _begin(message, message_id=message_id, queue=queue)
            if self._fair_queue and _is_from_bus(json.loads(record["body"])):
                _send_in_group(message, self._fair_queue)
            else:
                consume = self._consume_function(record)
                until_committed(lambda: consume(message))
        # The edge of a consumer: reported to SQS, which delivers this message again.
        except Exception as fault:
            observe.logger.exception("message_failed")
            if self._retry_policy and not isinstance(fault, self._retry_policy.handled_elsewhere):
                self._apply_retry_policy(record, self._retry_policy, fault)
            return False
        return True

    def _consume_function(self, record: QueueRecord) -> Callable[[Message], None]:
        policy = self._retry_policy
        return policy.consume_last or self._consume if policy and _is_last(record) else self._consume

    def _apply_retry_policy(self, record: QueueRecord, policy: RetryPolicy, fault: Exception) -> None:
        """A failure here must not keep the other messages of the batch from being reported."""
        try:
            if _is_last(record):
                message = message_in(record["body"])
                until_committed(lambda: policy.give_up(message, fault))
            aws.sqs().change_message_visibility(
                QueueUrl=settings.queue(policy.queue),
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=policy.first_delay_seconds * 2 ** (_received(record) - 1),
            )
        # The message returns anyway, or becomes a dead letter, after its visibility timeout.
        except Exception:
            observe.logger.exception("retry_policy_failed")


def _begin(message: Message, **fields: str) -> None:
    """Start the log context of a message: every line names the tenant, if the message does."""
    observe.begin(cast("str", message.get("request_id", "")), **fields, **_tenant_fields(message))


def _tenant_fields(message: Message) -> dict[str, str]:
    fields = {name: message.get(name) for name in ("organization_id", "mode")}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _id(record: QueueRecord) -> str:
    return record["messageId"]


def _is_last(record: QueueRecord) -> bool:
    """Whether the message becomes a dead letter if it is not consumed now."""
    return _received(record) >= MAX_RECEIVES


def _received(record: QueueRecord) -> int:
    """The number of times the message was received, including this time."""
    return int(record["attributes"]["ApproximateReceiveCount"])


def _most_received_first(records: list[QueueRecord]) -> list[QueueRecord]:
    return sorted(records, key=_received, reverse=True)


def _send_in_group(message: Message, queue: str) -> None:
    aws.sqs().send_message(
        QueueUrl=settings.queue(queue),
        MessageBody=json.dumps(message),
        MessageGroupId=cast("str", message["organization_id"]),
    )


class BatchConsumer:
    """Runs `consume(messages)` for a whole batch and, if that fails, for each of its records alone."""

    def __init__(self, consume: Callable[[list[Message]], None]) -> None:
        self._consume = consume
        self._alone = Consumer(lambda message: consume([message]))

    def handler(self, event: QueueEvent, context: LambdaContext | None) -> QueueResponse:
        """The Lambda handler, for SQS events with ReportBatchItemFailures."""
        records = event["Records"]
        observe.begin("", queue=records[0]["eventSourceARN"].rpartition(":")[2], messages=len(records))
        try:
            self._consume([message_in(record["body"]) for record in records])
        except Exception:  # alone, a stale one is retried, and only a bad message is reported
            observe.logger.warning("batch_taken_apart", exc_info=True)
            return self._alone.handler(event, context)
        observe.flush()
        return {"batchItemFailures": []}


class JointConsumer[M]:
    """Runs `consume(messages, logs)` for a whole batch; it returns the fault of each message, or None.

    `parse` makes a message of a record's; one that it refuses fails alone. If `consume` itself fails, it runs again for
    each record alone. `logs` are the log contexts of the messages.
    """

    def __init__(
        self,
        parse: Callable[[Message], M],
        consume: Callable[[Sequence[M], Sequence[LogContext]], Sequence[Exception | None]],
    ) -> None:
        self._parse = parse
        self._consume = consume

    def handler(self, event: QueueEvent, context: LambdaContext | None) -> QueueResponse:
        """The Lambda handler, for SQS events with ReportBatchItemFailures."""
        failed = self._run(event["Records"])
        observe.flush()
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _run(self, records: Sequence[QueueRecord]) -> list[str]:
        """The ids of the messages that failed."""
        failed: list[str] = []
        messages: dict[str, tuple[M, LogContext]] = {}
        for record in records:
            message_id = record["messageId"]
            observe.begin("", message_id=message_id)
            try:
                messages[message_id] = self._parsed(record)
            except Exception:  # the edge of a consumer: this message alone returns to its queue
                observe.logger.exception("message_failed")
                failed.append(message_id)
        try:
            faults = self._faults(messages)
        except Exception:  # alone, only a message that causes it fails
            if len(records) > 1:
                observe.logger.warning("batch_taken_apart", exc_info=True)
                return failed + [
                    message_id
                    for record in records
                    if record["messageId"] in messages
                    for message_id in self._run([record])
                ]
            observe.logger.exception("message_failed")
            return [*failed, *messages]
        for message_id, fault in faults.items():
            messages[message_id][1].enter()
            observe.logger.error("message_failed", exc_info=fault)
        return failed + list(faults)

    def _faults(self, messages: Mapping[str, tuple[M, LogContext]]) -> dict[str, Exception]:
        """The faults by message. What is stale is consumed again, as `Consumer` does."""
        faults: dict[str, Exception] = {}
        left = messages
        for _ in range(MAX_TRIES):
            if not left:
                return faults
            parsed, logs = zip(*left.values(), strict=True)
            found = dict(zip(left, self._consume(parsed, logs), strict=True))
            faults |= {message_id: fault for message_id, fault in found.items() if fault}
            left = {
                message_id: messages[message_id]
                for message_id, fault in found.items()
                if isinstance(fault, Stale)
            }
            faults = {message_id: fault for message_id, fault in faults.items() if message_id not in left}
        return {**faults, **{message_id: Stale() for message_id in left}}

    def _parsed(self, record: QueueRecord) -> tuple[M, LogContext]:
        message = message_in(record["body"])
        fields = {
            "message_id": record["messageId"],
            "queue": record["eventSourceARN"].rpartition(":")[2],
            **_tenant_fields(message),
        }
        return self._parse(message), LogContext(cast("str", message.get("request_id", "")), fields)


class SubjectConsumer:
    """Runs `consume(message, deadline)` once for all messages of a batch with the same `subject`, one after the other.

    `deadline` is on the clock of `time.monotonic`, `seconds` after the batch arrived. Messages that are not begun by
    then return to the queue, before the function's timeout would kill their work.
    """

    def __init__(
        self, consume: Callable[[Message, float], None], *, subject: tuple[str, ...], seconds: float
    ) -> None:
        self._consume = consume
        self._subject = subject
        self._seconds = seconds

    def handler(self, event: QueueEvent, context: object) -> QueueResponse:
        """The Lambda handler, for SQS events with ReportBatchItemFailures."""
        deadline = time.monotonic() + self._seconds
        each = Consumer(lambda message: self._consume(message, deadline))
        done: dict[tuple[Json, ...], bool] = {}
        failures: list[_Failure] = []
        for record in _most_received_first(event["Records"]):
            subject = self._subject_of(record)
            if subject not in done:
                has_time = time.monotonic() < deadline
                done[subject] = (has_time or _is_last(record)) and each.is_done(record)
            if not done[subject]:
                failures.append({"itemIdentifier": record["messageId"]})
        observe.flush()
        return {"batchItemFailures": failures}

    def _subject_of(self, record: QueueRecord) -> tuple[Json, ...]:
        try:
            message = message_in(record["body"])
            subject = tuple(message[name] for name in self._subject)
            hash(subject)
        except (ValueError, KeyError, TypeError):
            return (record["messageId"],)  # a subject of its own: its failure is reported when it is consumed
        return subject


def message_in(body: str) -> Message:
    """The message in a record's body, without EventBridge's envelope."""
    message = json.loads(body)
    return cast("Message", message["detail"] if _is_from_bus(message) else message)


def _is_from_bus(message: Message) -> bool:
    return "detail-type" in message and "detail" in message
