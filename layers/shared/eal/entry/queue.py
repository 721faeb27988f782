"""A queue's Lambda: `handler = Consumer(consume).handler`. Message by message, failures reported one by one.

A message body is JSON: what a `Write` asked for or emitted (it comes through the bus, in EventBridge's
envelope), or what a receiver or another worker sent to the queue itself. Queues deliver at least once and in
any order: `consume` must be safe to run again after having been killed at any line.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, cast

from eal.core import aws, caller, observe, settings
from eal.core.caller import Caller
from eal.core.json import Json
from eal.core.table.write import AlreadyWritten, Stale
from eal.core.tenancy import Mode, TenantScoped

type Message = dict[str, Json]

_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantMessage(TenantScoped):
    """What every message for a tenant names; workers add what their own ones name, and `load` them."""

    organization_id: str
    mode: Mode
    request_id: str


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """A resource of which only the id counts: what it is now is read from the table."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEvent(TenantMessage):
    """An event that tells of a resource."""

    data: ResourceRef


def worker_of(message: TenantMessage, name: str) -> Caller:
    """The caller that a worker acts as."""
    return caller.worker(name, message.tenant, message.request_id)


class _Attributes(TypedDict):
    ApproximateReceiveCount: str


class QueueRecord(TypedDict):
    """What SQS sends of a message; the members that are read here."""

    messageId: str
    receiptHandle: str
    attributes: _Attributes
    body: str
    eventSourceARN: str


class QueueEvent(TypedDict):
    Records: list[QueueRecord]


class _Failure(TypedDict):
    itemIdentifier: str


class QueueAnswer(TypedDict):
    batchItemFailures: list[_Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """For a queue whose visibility time-out is long: a message that failed comes again sooner, and not for ever.

    `queue` is the setting's name; `first_delay_seconds` is the wait for the second try, doubled for each one after.
    `max_receives` is the queue's maxReceiveCount: a message that fails then is a dead letter, and `give_up(message,
    fault)` ends what it stood for. `consume_last` is run then in place of `consume`, where there is one. After an
    exception in `left_to_others` another worker is at it: nothing is hastened or given up.
    """

    queue: str
    first_delay_seconds: int
    max_receives: int
    give_up: Callable[[Message, Exception], None]
    consume_last: Callable[[Message], None] | None = None
    left_to_others: tuple[type[Exception], ...] = ()


class Consumer:
    """Runs `consume(message)` for each record. A raised exception puts that message alone back to its queue.

    `concurrency` is how many records run at once, each in a thread with its own log context.
    """

    def __init__(
        self,
        consume: Callable[[Message], None],
        *,
        concurrency: int = 1,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._consume = consume
        self._concurrency = concurrency
        self._retry_policy = retry_policy

    def handler(self, event: QueueEvent, context: object) -> QueueAnswer:
        """The Lambda handler, for SQS events with ReportBatchItemFailures.

        By hand and not by Powertools' batch utility, whose import is a seventh of a worker's cold start.
        """
        records = event["Records"]
        if self._concurrency > 1:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(self._concurrency) as pool:
                done = list(pool.map(self.is_done, records))
        else:
            done = [self.is_done(record) for record in records]
        observe.flush()
        return {
            "batchItemFailures": [
                {"itemIdentifier": record["messageId"]}
                for record, is_done in zip(records, done, strict=True)
                if not is_done
            ]
        }

    def is_done(self, record: QueueRecord) -> bool:
        """Consume one record. False where that failed, which is logged."""
        message_id, queue = record["messageId"], record["eventSourceARN"].rpartition(":")[2]
        observe.begin("", message_id=message_id, queue=queue)
        try:
            message = message_in(record["body"])
            _begin(message, message_id=message_id, queue=queue)
            self._again_if_overtaken(message, self._how(record))
        except Exception as fault:  # the edge of a consumer: reported to SQS, which sends this message again
            observe.logger.exception("message_failed")
            if self._retry_policy and not isinstance(fault, self._retry_policy.left_to_others):
                self._end_or_hasten(record, self._retry_policy, fault)
            return False
        return True

    def _how(self, record: QueueRecord) -> Callable[[Message], None]:
        policy = self._retry_policy
        return policy.consume_last or self._consume if policy and _is_last(record, policy) else self._consume

    def _end_or_hasten(self, record: QueueRecord, policy: RetryPolicy, fault: Exception) -> None:
        """Neither may keep the other messages of the batch from being reported."""
        try:
            if _is_last(record, policy):
                message = message_in(record["body"])
                self._again_if_overtaken(message, lambda message: policy.give_up(message, fault))
            aws.sqs().change_message_visibility(
                QueueUrl=settings.queue(policy.queue),
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=policy.first_delay_seconds * 2 ** (_received(record) - 1),
            )
        except (
            Exception
        ):  # the message comes all the same, or becomes a dead letter, when its time-out is over
            observe.logger.exception("retry_policy_failed")

    def _again_if_overtaken(self, message: Message, consume: Callable[[Message], None]) -> None:
        for attempt in range(_TRIES):
            try:
                return consume(message)
            except (Stale, AlreadyWritten):
                if attempt == _TRIES - 1:
                    raise
        return None


def _begin(message: Message, **fields: str) -> None:
    """Start the log context of a message: each of its lines names its tenant, if the message does."""
    named = {name: message.get(name) for name in ("organization_id", "mode")}
    tenant = {name: value for name, value in named.items() if isinstance(value, str)}
    observe.begin(cast("str", message.get("request_id", "")), **fields, **tenant)


def _is_last(record: QueueRecord, policy: RetryPolicy) -> bool:
    return _received(record) >= policy.max_receives


def _received(record: QueueRecord) -> int:
    """How often the message was handed out, this time included."""
    return int(record["attributes"]["ApproximateReceiveCount"])


class BatchConsumer:
    """Runs `consume(messages)` for a batch at once, and, where that fails, for each of its records alone."""

    def __init__(self, consume: Callable[[list[Message]], None]) -> None:
        self._consume = consume
        self._alone = Consumer(lambda message: consume([message]))

    def handler(self, event: QueueEvent, context: object) -> QueueAnswer:
        """The Lambda handler, for SQS events with ReportBatchItemFailures."""
        records = event["Records"]
        observe.begin("", queue=records[0]["eventSourceARN"].rpartition(":")[2], messages=len(records))
        try:
            self._consume([message_in(record["body"]) for record in records])
        except Exception:  # alone, whoever was overtaken is run again, and only a bad message is reported
            observe.logger.warning("batch_taken_apart", exc_info=True)
            return self._alone.handler(event, context)
        observe.flush()
        return {"batchItemFailures": []}


class SubjectConsumer:
    """Runs `consume(message, ends)` once for all of a batch's messages that have the same `subject`, in turn.

    `ends` is the `time.monotonic` at which its work should end, `seconds` after the batch came. What is not begun by
    then goes back to the queue, and so does what the function's own time-out would kill.
    """

    def __init__(
        self, consume: Callable[[Message, float], None], *, subject: tuple[str, ...], seconds: float
    ) -> None:
        self._consume = consume
        self._subject = subject
        self._seconds = seconds

    def handler(self, event: QueueEvent, context: object) -> QueueAnswer:
        """The Lambda handler, for SQS events with ReportBatchItemFailures."""
        ends = time.monotonic() + self._seconds
        each = Consumer(lambda message: self._consume(message, ends))
        done: dict[tuple[Json, ...], bool] = {}
        failures: list[_Failure] = []
        for record in event["Records"]:
            about = self._about(record)
            if about not in done:
                done[about] = time.monotonic() < ends and each.is_done(record)
            if not done[about]:
                failures.append({"itemIdentifier": record["messageId"]})
        observe.flush()
        return {"batchItemFailures": failures}

    def _about(self, record: QueueRecord) -> tuple[Json, ...]:
        try:
            message = message_in(record["body"])
            about = tuple(message[name] for name in self._subject)
            hash(about)
        except (ValueError, KeyError, TypeError):
            return (record["messageId"],)  # about nothing else: its failure is reported when it is consumed
        return about


def message_in(body: str) -> Message:
    """The message in a record's body: EventBridge's envelope is taken off where there is one."""
    message = json.loads(body)
    if "detail-type" in message and "detail" in message:
        message = message["detail"]
    return cast("Message", message)
