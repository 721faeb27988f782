"""Delayed messages: which service sends them, and what happens if it refuses, or does not respond."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import aws, clock
from eal.core.outbound import later
from eal.core.outbound.later import Delayed, NotSent
from tests.support.faults import watched_calls
from tests.support.time import freeze
from tests.support.webhooks import Queue, Sent, watched_queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.time import Clock


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return freeze(monkeypatch)


@pytest.fixture
def queue(cloud: None, now: Clock) -> Iterator[Queue]:
    with watched_queue("crm") as queue:
        yield queue


def message(name: str, queue: str = "crm", **until: float) -> Delayed:
    return Delayed(queue, json.dumps({"name": name}), "org_1", name, clock.now() + timedelta(**until))


def send_all(*messages: Delayed) -> list[Exception | None]:
    return later.send_all(messages, clock.now())


def delays(sent: list[Sent]) -> dict[str, tuple[int, bool]]:
    """The delays by name: the delay, and whether Scheduler has the message."""
    return {str(message.message["name"]): (message.delay, message.group is None) for message in sent}


def schedules() -> int:
    return len(aws.scheduler().list_schedules(GroupName="later")["Schedules"])


def test_scheduler_has_the_messages_that_are_due_after_more_than_15_minutes(queue: Queue) -> None:
    messages = [
        message("late", seconds=-1),
        message("soon", milliseconds=1),
        message("longest", minutes=15),
        message("longer", minutes=15, seconds=1),
    ]

    assert send_all(*messages) == [None] * 4

    sent = delays(queue.take())
    assert sent.pop("longer")[1]
    assert sent == {"late": (0, False), "soon": (1, False), "longest": (900, False)}


def test_a_message_that_is_sent_again_has_one_schedule(queue: Queue) -> None:
    again = message("again", hours=1)

    assert send_all(again) == send_all(again) == [None]

    assert schedules() == 1
    assert len(queue.take()) == 1


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ServiceQuotaExceededException", "InternalServerException"]
)
def test_a_message_that_scheduler_does_not_accept_takes_the_longest_delay_of_sqs(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"CreateSchedule": code}
        assert send_all(message("first", hours=1), message("second", hours=2)) == [None, None]

    assert calls.made == ["CreateSchedule", "CreateSchedule", "SendMessageBatch"]
    assert delays(queue.take()) == {"first": (900, False), "second": (900, False)}


def test_a_faulty_schedule_is_the_fault_of_its_message_alone(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"CreateSchedule": "ValidationException"}
        calls.accept_first = {"CreateSchedule": 1}
        first, second, soon = send_all(
            message("first", hours=1), message("second", hours=1), message("soon", seconds=5)
        )

    assert (first, soon) == (None, None)
    assert isinstance(second, aws.Refused)
    assert delays(queue.take()).keys() == {"first", "soon"}


def test_an_unreachable_scheduler_is_called_once_and_sqs_has_the_messages(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten calls that time out would take longer than the worker may."""
    with watched_calls(monkeypatch) as calls:
        calls.unreachable = {"CreateSchedule"}
        assert send_all(*(message(str(number), hours=1) for number in range(10))) == [None] * 10

    assert calls.made == ["CreateSchedule", "SendMessageBatch"]
    assert delays(queue.take()) == {str(number): (900, False) for number in range(10)}


def test_a_schedule_without_a_response_is_sent_twice_and_never_not_at_all(
    queue: Queue, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    unclear = message("unclear", hours=1)
    with watched_calls(monkeypatch) as calls:
        calls.unanswered = {"CreateSchedule"}
        assert send_all(unclear) == [None]
    assert [message.group is None for message in queue.take()] == [True, False]

    now.advance(minutes=15)
    assert send_all(unclear) == [None]  # its consumer postpones the early message

    assert schedules() == 1
    assert queue.take() == []


def test_a_lost_response_of_scheduler_is_no_fault(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {"CreateSchedule"}
        assert send_all(message("late", hours=1)) == [None]

    assert schedules() == 1
    assert len(queue.take()) == 1


@pytest.mark.parametrize("fault", ["refused", "unreachable", "unanswered"])
def test_a_batch_that_a_queue_does_not_accept_holds_up_no_other(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with watched_calls(monkeypatch) as calls:
        if fault == "refused":
            calls.refuse = {"SendMessageBatch": "InternalError"}
        else:
            setattr(calls, fault, {"SendMessageBatch"})
        calls.accept_first = {"SendMessageBatch": 1}
        sent, late, *failed = send_all(
            message("sent", "slow_crm"),
            message("late", hours=1),
            *(message(str(number)) for number in range(11)),
        )

    assert (sent, late) == (None, None)
    assert all(
        isinstance(failure, aws.Refused if fault == "refused" else aws.Unreachable) for failure in failed
    )
    assert calls.count("SendMessageBatch") == 3
    arrived = delays(queue.take()).keys()
    assert {"sent", "late"} <= arrived
    assert len(arrived) == (13 if fault == "unanswered" else 2)


def test_a_message_that_the_queue_refuses_has_a_fault_of_its_own(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = aws.sqs().send_message_batch

    def refusing(**request: object) -> object:
        return {**send(**request), "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]}  # type: ignore[arg-type]

    monkeypatch.setattr(aws.sqs(), "send_message_batch", refusing)

    first, second = send_all(message("first"), message("second"))

    assert first is None
    assert isinstance(second, NotSent)


@pytest.mark.parametrize("fault", ["unreachable", "unanswered"])
def test_a_single_message_that_is_not_sent_raises_the_fault(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with watched_calls(monkeypatch) as calls:
        setattr(calls, fault, {"SendMessageBatch"})
        with pytest.raises(aws.Unreachable):
            later.send(message("alone"), clock.now())
