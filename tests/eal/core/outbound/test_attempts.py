"""The engine of webhook deliveries and CRM pushes, with a test entity and a real queue."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core.errors import Unavailable
from eal.core.messages import AttemptMessage
from eal.core.outbound.attempts import MAX_RECORDINGS, Attempts, Lane
from eal.core.outbound.slots import NoSlot
from tests.support.webhooks import Queue, watched_queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The test entity that attempts deliver."""

    attempts_made: int = 0
    next_attempt_at: datetime | None = NOW
    status: str = "pending"
    text: str = "first"


@dataclass
class Store:
    """A stored letter. `rivals` are concurrent changes, each made directly before a write."""

    letter: Letter | None = field(default_factory=Letter)
    rivals: deque[Callable[[Letter], Letter | None]] = field(default_factory=deque)
    messages_at_write: list[int] = field(default_factory=list)
    queue: Queue | None = None

    def load(self, _message: AttemptMessage) -> Letter | None:
        return self.letter

    def write(self, before: Letter, after: Letter) -> bool:
        assert self.queue is not None
        self.messages_at_write.append(len(self.queue.waiting))
        if self.rivals and self.letter is not None:
            self.letter = self.rivals.popleft()(self.letter)
        if self.letter != before:
            return False
        self.letter = after
        return True


@pytest.fixture
def queue(cloud: None) -> Iterator[Queue]:
    with watched_queue("crm") as queue:
        yield queue


@pytest.fixture
def store(queue: Queue) -> Store:
    return Store(queue=queue)


@pytest.fixture
def attempts(store: Store) -> Attempts[AttemptMessage, Letter]:
    return Attempts[AttemptMessage, Letter](
        queues={"fast": "crm", "slow": "slow_crm"},
        group=lambda message: message.organization_id,
        id_of=lambda message: "letter",
        load=store.load,
        next_message=lambda message, letter: replace(message, attempt=letter.attempts_made + 1),
        dropped_event="letter_message_dropped",
        deferred_event="letter_deferred",
        attempted_event="letter_attempted",
        deferred_counter="pushes_deferred",
        counters={"sent": "pushes_succeeded"},
    )


def message(attempt: int = 1) -> AttemptMessage:
    return AttemptMessage(organization_id="org_1", mode="live", request_id="r", attempt=attempt)


def failed(before: Letter) -> Letter:
    made = before.attempts_made + 1
    return replace(before, attempts_made=made, next_attempt_at=NOW + timedelta(seconds=10))


def sent(before: Letter) -> Letter:
    return replace(before, attempts_made=before.attempts_made + 1, next_attempt_at=None, status="sent")


def record(
    attempts: Attempts[AttemptMessage, Letter], store: Store, change: Callable[[Letter], Letter]
) -> None:
    assert store.letter is not None
    attempts.record(message(), store.letter, change=change, write=store.write, lane="slow", now=NOW)


@pytest.mark.parametrize(
    "letter", [None, Letter(attempts_made=1), Letter(attempts_made=2), Letter(next_attempt_at=None)]
)
def test_a_message_without_a_pending_attempt_is_dropped(
    attempts: Attempts[AttemptMessage, Letter], letter: Letter | None
) -> None:
    assert attempts.pending(message(), letter) is None


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_later_message_makes_an_unrecorded_attempt(
    attempts: Attempts[AttemptMessage, Letter], attempt: int
) -> None:
    assert attempts.pending(message(attempt), Letter()) == Letter()


def test_a_message_without_a_slot_is_deferred_in_its_lane(
    attempts: Attempts[AttemptMessage, Letter],
) -> None:
    for lane in ("fast", "slow"):
        deferred = attempts.without_slot(message(), NoSlot(), lane, NOW)
        assert deferred.queue == ("crm" if lane == "fast" else "slow_crm")
        assert json.loads(deferred.body) == asdict(replace(message(), deferrals=1))
        assert timedelta(seconds=0.5) <= deferred.at - NOW <= timedelta(seconds=1)


def test_a_message_for_a_slow_endpoint_moves_to_the_slow_lane_at_once(
    attempts: Attempts[AttemptMessage, Letter],
) -> None:
    moved = attempts.without_slot(message(), NoSlot(is_slow=True), "fast", NOW)

    assert (moved.queue, json.loads(moved.body), moved.at) == ("slow_crm", asdict(message()), NOW)


@pytest.mark.parametrize("lane", ["fast", "slow"])
def test_a_message_for_a_paused_endpoint_is_sent_again_after_the_pause(
    attempts: Attempts[AttemptMessage, Letter], lane: Lane
) -> None:
    """Deferred for the first or the thousandth time, within the longest delay of SQS."""
    for deferrals in (0, 3, 1000):
        none = NoSlot(is_slow=True, pause_seconds=480)
        later = attempts.without_slot(replace(message(), deferrals=deferrals), none, lane, NOW)
        assert later.queue == "slow_crm"
        assert 480 <= (later.at - NOW).total_seconds() <= 900


def test_the_next_attempt_is_enqueued_before_this_one_is_recorded(
    attempts: Attempts[AttemptMessage, Letter], store: Store, queue: Queue
) -> None:
    record(attempts, store, failed)

    assert store.messages_at_write == [1]
    assert [sent.message["attempt"] for sent in queue.take()] == [2]
    assert store.letter
    assert store.letter.attempts_made == 1


def test_the_last_attempt_is_recorded_and_no_message_follows(
    attempts: Attempts[AttemptMessage, Letter], store: Store, queue: Queue
) -> None:
    record(attempts, store, sent)

    assert store.letter == Letter(attempts_made=1, next_attempt_at=None, status="sent")
    assert queue.take() == []


def test_a_concurrent_change_is_preserved_and_one_message_follows(
    attempts: Attempts[AttemptMessage, Letter], store: Store, queue: Queue
) -> None:
    store.rivals.append(lambda letter: replace(letter, text="second"))

    record(attempts, store, failed)

    assert store.letter
    assert (store.letter.text, store.letter.attempts_made) == ("second", 1)
    assert len(queue.take()) == 1


def test_a_change_of_the_next_time_is_followed_by_a_message_for_it(
    attempts: Attempts[AttemptMessage, Letter], store: Store, queue: Queue
) -> None:
    store.rivals.append(lambda letter: replace(letter, text="hurry"))

    def change(before: Letter) -> Letter:
        after = failed(before)
        return replace(after, next_attempt_at=NOW) if before.text == "hurry" else after

    record(attempts, store, change)

    assert [sent.delay for sent in queue.take()][-1] == 0
    assert store.letter
    assert store.letter.next_attempt_at == NOW


@pytest.mark.parametrize(
    "rival", [lambda letter: replace(letter, attempts_made=1, text="second"), lambda _letter: None]
)
def test_an_attempt_of_another_worker_or_an_erasure_is_not_overwritten(
    attempts: Attempts[AttemptMessage, Letter],
    store: Store,
    rival: Callable[[Letter], Letter | None],
) -> None:
    store.rivals.append(rival)

    record(attempts, store, sent)

    assert store.letter == rival(Letter())


def test_a_state_that_keeps_changing_is_unavailable(
    attempts: Attempts[AttemptMessage, Letter], store: Store, queue: Queue
) -> None:
    store.rivals.extend([lambda letter: replace(letter, text=f"{letter.text}.")] * MAX_RECORDINGS)

    with pytest.raises(Unavailable):
        record(attempts, store, failed)

    assert len(store.messages_at_write) == MAX_RECORDINGS
    assert len(queue.take()) == 1
