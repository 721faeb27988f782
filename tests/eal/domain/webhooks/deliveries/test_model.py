"""The retry schedule of a delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.outbound.schedule import MAX_ATTEMPTS, RETRY_SECONDS, SCHEDULE_DURATION
from eal.domain.webhooks.deliveries.model import MAX_ATTEMPTS_STORED, Attempt, Delivery

START = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
NEW = Delivery(
    id="dlv_1",
    organization_id="org_1",
    mode="live",
    webhook_id="wh_1",
    event_id="evt_1",
    event_type="lead.created",
    request_id="r",
    status="pending",
    created_at=START,
    updated_at=START,
    version=1,
    next_attempt_at=START,
)
JITTERS = st.floats(-1, 1)
STATUSES = st.one_of(st.none(), st.integers(100, 199), st.integers(300, 409), st.integers(411, 599))


def _attempt(number: int, at: datetime, status: int | None) -> Attempt:
    return Attempt(number=number, at=at, trigger="schedule", duration_ms=1, status_code=status)


@given(st.lists(st.tuples(JITTERS, STATUSES), min_size=MAX_ATTEMPTS, max_size=MAX_ATTEMPTS))
def test_ten_failures_take_at_least_72_hours_whatever_the_jitter(
    steps: list[tuple[float, int | None]],
) -> None:
    delivery = NEW
    for number, (jitter, status) in enumerate(steps, 1):
        assert delivery.status == "pending"
        now = delivery.next_attempt_at
        assert now is not None
        delivery = delivery.after(_attempt(number, now, status), now, jitter=jitter, retry_after=None)

    assert delivery.status == "failed"
    assert delivery.next_attempt_at is None
    assert len(delivery.attempts) == MAX_ATTEMPTS == 10
    assert delivery.attempts[-1].at - START >= timedelta(hours=72)
    for number, wait in enumerate(RETRY_SECONDS):
        took = delivery.attempts[number + 1].at - delivery.attempts[number].at
        assert wait * 0.8 - 0.01 <= took.total_seconds() <= wait * 1.2 + 0.01


def test_the_first_retry_is_after_five_seconds() -> None:
    after = NEW.after(_attempt(1, START, 500), START, jitter=0, retry_after=None)

    assert after.next_attempt_at == START + timedelta(seconds=5)


@given(st.integers(1, MAX_ATTEMPTS - 1), JITTERS, st.floats(0, 1e10), st.floats(0, 1e6))
def test_retry_after_waits_longer_never_shorter_and_not_past_the_end(
    number: int, jitter: float, pause: float, later: float
) -> None:
    now = START + timedelta(seconds=later)
    by_schedule = NEW.after(_attempt(number, now, 429), now, jitter=jitter, retry_after=None).next_attempt_at
    due = NEW.after(_attempt(number, now, 429), now, jitter=jitter, retry_after=pause).next_attempt_at

    assert due is not None
    assert by_schedule is not None
    assert due >= by_schedule
    assert due <= max(by_schedule, START + SCHEDULE_DURATION)
    if now + timedelta(seconds=pause) <= START + SCHEDULE_DURATION:
        assert (due - now).total_seconds() >= pause - 0.01


@given(st.integers(1, MAX_ATTEMPTS), st.integers(200, 299), JITTERS)
def test_any_2xx_ends_the_delivery(number: int, status: int, jitter: float) -> None:
    after = NEW.after(_attempt(number, START, status), START, jitter=jitter, retry_after=30)

    assert (after.status, after.next_attempt_at, after.version) == ("succeeded", None, 2)


def test_a_410_ends_the_delivery() -> None:
    assert NEW.after(_attempt(1, START, 410), START, jitter=0, retry_after=30).status == "failed"


def _failed(delivery: Delivery, now: datetime, status: int = 500) -> Delivery:
    return delivery.after(_attempt(delivery.attempts_made + 1, now, status), now, jitter=0, retry_after=None)


def test_a_manual_attempt_does_not_change_the_schedule() -> None:
    waiting = _failed(_failed(NEW, START), START)

    retried = waiting.retried(START)
    after = _failed(retried, START)

    assert (retried.trigger, retried.next_attempt_at, retried.resumes_at) == (
        "manual",
        START,
        waiting.next_attempt_at,
    )
    assert (after.trigger, after.next_attempt_at, after.resumes_at) == (
        "schedule",
        waiting.next_attempt_at,
        None,
    )
    assert (after.steps, after.attempts_made, after.status) == (2, 3, "pending")
    assert retried.retried(START).resumes_at == waiting.next_attempt_at


@pytest.mark.parametrize(("first", "end"), [(410, "failed"), (200, "succeeded")])
def test_a_manual_attempt_that_fails_after_the_end_keeps_the_status(first: int, end: str) -> None:
    after = _failed(_failed(NEW, START, first).retried(START), START)

    assert (after.status, after.next_attempt_at, after.attempts_made) == (end, None, 2)
    assert _failed(after.retried(START), START, 200).status == "succeeded"


def test_a_replay_has_a_new_schedule() -> None:
    later = START + timedelta(days=30)
    delivery = _failed(NEW, START, 410).replayed(later)
    assert (delivery.status, delivery.trigger, delivery.next_attempt_at) == ("pending", "replay", later)

    for _ in range(MAX_ATTEMPTS):
        assert delivery.next_attempt_at
        delivery = _failed(delivery, delivery.next_attempt_at)

    assert (delivery.status, delivery.attempts_made) == ("failed", 1 + MAX_ATTEMPTS)
    assert delivery.attempts[-1].at - later >= timedelta(hours=72)


def test_the_newest_attempts_are_stored_with_their_numbers() -> None:
    delivery = NEW
    for _ in range(MAX_ATTEMPTS_STORED + 5):
        delivery = _failed(delivery.retried(START), START)

    assert [attempt.number for attempt in delivery.attempts] == list(range(6, MAX_ATTEMPTS_STORED + 6))
