"""Consumers begin no message that could get the function killed, and lose none that they do not begin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eal.core import aws, settings
from eal.core.table.write import Stale
from eal.core.transaction import until_committed
from eal.entry.queue import (
    MAX_RECEIVES,
    Consumer,
    JointConsumer,
    Message,
    QueueEvent,
    SubjectConsumer,
)
from tests.support.pipeline import peek, sqs_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eal.core.observe import LogContext
    from eal.entry.queue import LambdaContext

TIMEOUT_SECONDS = 30


class Invocation:
    """The context of an invocation whose messages take time, and the messages that were begun."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._left = float(TIMEOUT_SECONDS)
        self.begun: list[str] = []

    def get_remaining_time_in_millis(self) -> int:
        return int(self._left * 1000)

    def consume(self, message: Message) -> None:
        name = str(message["name"])
        self.begun.append(name)
        self._left -= self._seconds[name]
        assert self._left > 0, "Lambda kills the function"


def _event(names: str, received: dict[str, int] | None = None) -> QueueEvent:
    event: QueueEvent = sqs_event("ClassifyQueue", [json.dumps({"name": name}) for name in names])  # type: ignore[assignment]  # has more members
    for name, record in zip(names, event["Records"], strict=True):
        record["messageId"] = name
        record["attributes"]["ApproximateReceiveCount"] = str((received or {}).get(name, 1))
    return event


def _left(event: QueueEvent, invocation: Invocation) -> str:
    """The messages that return to the queue."""
    context: LambdaContext = invocation
    response = Consumer(invocation.consume).handler(event, context)
    return "".join(failure["itemIdentifier"] for failure in response["batchItemFailures"])


def test_slow_messages_return_to_the_queue_before_the_function_is_killed() -> None:
    invocation = Invocation(dict.fromkeys("abcdefghij", 7.0))

    assert _left(_event("abcdefghij"), invocation) == "defghij"

    assert invocation.begun == ["a", "b", "c"]


def test_a_whole_batch_of_quick_messages_is_consumed() -> None:
    invocation = Invocation(dict.fromkeys("abcdefghij", 1.0))

    assert _left(_event("abcdefghij"), invocation) == ""

    assert len(invocation.begun) == 10


def test_the_messages_that_returned_most_often_are_first() -> None:
    invocation = Invocation({"a": 20, "b": 1, "c": 1})

    assert _left(_event("abc", {"a": 1, "b": 2, "c": 3}), invocation) == ""

    assert invocation.begun == ["c", "b", "a"]


def test_a_message_does_not_become_a_dead_letter_because_of_a_slow_neighbour() -> None:
    invocation = Invocation({"a": 20, "b": 1, "c": 1})

    assert (
        _left(_event("abc", {"a": MAX_RECEIVES, "b": MAX_RECEIVES - 1, "c": MAX_RECEIVES}), invocation) == "b"
    )

    assert invocation.begun == ["a", "c"]


def test_a_message_of_a_subject_does_not_become_a_dead_letter_unbegun() -> None:
    begun: list[Message] = []
    consumer = SubjectConsumer(lambda message, _: begun.append(message), subject=("name",), seconds=0)

    response = consumer.handler(_event("abc", {"b": MAX_RECEIVES}), None)

    assert [message["name"] for message in begun] == ["b"]
    assert [failure["itemIdentifier"] for failure in response["batchItemFailures"]] == ["a", "c"]


@pytest.mark.usefixtures("cloud")
def test_a_message_from_the_bus_is_sent_again_in_the_group_of_its_organization() -> None:
    consumed: list[Message] = []
    consumer = Consumer(consumed.append, fair_queue="export")
    detail = {"organization_id": "org_1", "mode": "live", "request_id": "r", "id": "task_1"}
    from_bus = json.dumps({"detail-type": "export_audit", "source": "eal.tasks", "detail": detail})

    assert consumer.handler(sqs_event("ExportQueue", [from_bus]), None) == {"batchItemFailures": []}  # type: ignore[arg-type]

    assert consumed == []
    sent = aws.sqs().receive_message(QueueUrl=settings.queue("export"), AttributeNames=["All"])["Messages"]
    assert sent[0]["Attributes"]["MessageGroupId"] == "org_1"
    assert consumer.handler(sqs_event("ExportQueue", [sent[0]["Body"]]), None) == {"batchItemFailures": []}  # type: ignore[arg-type]
    assert consumed == [detail]
    assert peek("ExportQueue") == []


# ---------------------------------------------------------------- batches that are consumed together


def _together(
    event: QueueEvent, fault: Callable[[list[str], str], Exception | None]
) -> tuple[list[str], str]:
    """The batches of names that were consumed together, and the messages that return to the queue.

    `fault` is that of a message; it may also raise, which fails the batch.
    """
    batches: list[str] = []

    def consume(names: Sequence[str], logs: Sequence[LogContext]) -> list[Exception | None]:
        assert [log.fields["message_id"] for log in logs] == list(names)
        batches.append("".join(names))
        return [fault(batches, name) for name in names]

    response = JointConsumer(_name, consume).handler(event, None)
    return batches, "".join(failure["itemIdentifier"] for failure in response["batchItemFailures"])


def _name(message: Message) -> str:
    if message["name"] == "x":
        raise ValueError("no name")
    return str(message["name"])


def test_a_batch_is_consumed_together_and_only_what_failed_returns() -> None:
    def fault(_batches: list[str], name: str) -> Exception | None:
        return RuntimeError() if name == "b" else None

    assert _together(_event("axbc"), fault) == (["abc"], "xb")


def test_a_batch_that_fails_as_a_whole_is_consumed_one_by_one() -> None:
    def fault(_batches: list[str], name: str) -> Exception | None:
        if name == "b":
            raise RuntimeError
        return None

    assert _together(_event("axbc"), fault) == (["abc", "a", "b", "c"], "xb")


@pytest.mark.parametrize("retries_itself", [False, True])
def test_a_message_whose_commit_stays_stale_is_tried_four_times(retries_itself: bool) -> None:
    tries = []

    def commit() -> None:
        tries.append(1)
        raise Stale

    def consume(_: Message) -> None:
        if retries_itself:
            until_committed(commit)
        commit()

    assert Consumer(consume).handler(_event("a"), None) == {"batchItemFailures": [{"itemIdentifier": "a"}]}

    assert len(tries) == 4


def test_what_is_stale_is_consumed_again_without_the_others() -> None:
    def fault(batches: list[str], name: str) -> Exception | None:
        return Stale() if name == "b" and len(batches) < 3 else None

    assert _together(_event("abc"), fault) == (["abc", "b", "b"], "")


def test_what_stays_stale_returns() -> None:
    def fault(_batches: list[str], name: str) -> Exception | None:
        return Stale() if name == "b" else None

    assert _together(_event("ab"), fault) == (["ab", "b", "b", "b"], "b")
