"""The time at which a step is sent: properties over windows, zones, changes of the clocks, and ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from eal.domain.organization_settings.hours import is_open, next_closing, next_opening
from eal.domain.outreach.sequences import schedule
from eal.domain.outreach.sequences.model import MIN_WINDOW_MINUTES, SendWindow, Sequence, Step, Weekday
from eal.domain.outreach.sequences.schedule import MAX_JITTER

if TYPE_CHECKING:
    from eal.domain.organization_settings.hours import BusinessHours

WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEW_YORK = "America/New_York"
ZONES = (
    NEW_YORK,
    "America/Phoenix",
    "Pacific/Honolulu",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY_MINUTES = 24 * 60
MILLISECOND = timedelta(milliseconds=1)


def _here(text: str, zone: str = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@st.composite
def windows(draw: st.DrawFn) -> SendWindow:
    start = draw(st.integers(0, DAY_MINUTES - MIN_WINDOW_MINUTES))
    end = draw(st.integers(start + MIN_WINDOW_MINUTES, DAY_MINUTES))
    days = draw(st.sets(st.sampled_from(WEEK), min_size=1))
    return SendWindow(
        days=tuple(day for day in WEEK if day in days),
        start=f"{start // 60:02}:{start % 60:02}",
        end=f"{end // 60:02}:{end % 60:02}",
    )


def _hours(window: SendWindow) -> BusinessHours:
    return {day: [(window.start, window.end)] for day in window.days}


moments = st.integers(0, 2 * 366 * DAY_MINUTES * 60_000).map(lambda ms: START + ms * MILLISECOND)
around_changes = st.sampled_from(
    [_here("2026-03-08T01:59:59"), _here("2026-11-01T00:30"), _here("2026-11-01T01:30", fold=1)]
).flatmap(lambda at: st.integers(-100, 100).map(lambda minutes: at + timedelta(minutes=minutes)))


@given(windows(), st.sampled_from(ZONES), st.one_of(moments, around_changes), st.text(max_size=40))
@example(SendWindow(days=("sun",), start="02:00", end="03:00"), NEW_YORK, _here("2026-03-08T00:30"), "key")
@example(SendWindow(days=("sun",), start="01:00", end="02:00"), NEW_YORK, _here("2026-11-01T01:59:59"), "key")
def test_a_step_is_sent_within_the_window_and_not_too_early_or_late(
    window: SendWindow, zone: str, earliest: datetime, key: str
) -> None:
    send_at = schedule.next_send_at(window, zone, earliest, key)

    assert send_at >= earliest
    assert schedule.is_open(window, zone, send_at)
    hours = _hours(window)
    opening = next_opening(hours, zone, earliest)
    assert opening is not None
    assert send_at - opening < MAX_JITTER
    closing = next_closing(hours, zone, opening)
    assert closing is None or send_at < closing
    assert schedule.next_send_at(window, zone, earliest, key) == send_at


@given(windows(), st.sampled_from(ZONES), st.one_of(moments, around_changes))
def test_a_closing_is_the_first_moment_that_is_not_open(window: SendWindow, zone: str, at: datetime) -> None:
    hours = _hours(window)

    closing = next_closing(hours, zone, at)

    if closing is None:
        assert (len(window.days), window.start, window.end) == (7, "00:00", "24:00")
        return
    assert closing >= at
    assert not is_open(hours, zone, closing)
    assert closing == at or is_open(hours, zone, closing - MILLISECOND)
    steps = min(int((closing - at) / timedelta(minutes=1)), 3 * DAY_MINUTES)
    assert all(is_open(hours, zone, at + minute * timedelta(minutes=1)) for minute in range(0, steps, 7))


@given(windows(), st.sampled_from(ZONES), moments, st.integers(0, 3 * DAY_MINUTES), st.text(max_size=10))
def test_a_later_moment_is_never_sent_in_an_earlier_opening(
    window: SendWindow, zone: str, earliest: datetime, more: int, key: str
) -> None:
    later = earliest + timedelta(minutes=more)

    first, second = (schedule.next_send_at(window, zone, at, key) for at in (earliest, later))

    assert second >= first - MAX_JITTER
    assert second >= later


def test_e_mails_of_one_moment_are_spread() -> None:
    window, friday_night = SendWindow(), _here("2026-04-24T20:00")

    times = [schedule.next_send_at(window, NEW_YORK, friday_night, f"enr_{number}") for number in range(1000)]

    monday = _here("2026-04-27T09:00")
    assert all(monday <= at < monday + MAX_JITTER for at in times)
    minutes = [int((at - monday) / timedelta(minutes=1)) for at in times]
    assert all(15 <= minutes.count(minute) <= 60 for minute in range(30))


def test_a_window_follows_the_changes_of_the_clocks() -> None:
    window = SendWindow(days=WEEK)

    for night, opening in (
        ("2026-03-07T22:00", "2026-03-08T09:00"),
        ("2026-10-31T22:00", "2026-11-01T09:00"),
    ):
        send_at = schedule.next_send_at(window, NEW_YORK, _here(night), "key")
        assert timedelta() <= send_at - _here(opening) < MAX_JITTER


def test_a_step_is_due_its_delay_after_the_one_before() -> None:
    steps = (Step(delay_hours=0, subject="a", body="b"), Step(delay_hours=72, subject="a", body="b"))
    sequence = Sequence(id="seq_1", name="x", created_at=START, updated_at=START, version=1, steps=steps)
    tuesday = _here("2026-04-21T12:00")

    due_at = schedule.due_at(sequence, 1, "enr_1", NEW_YORK, tuesday)

    assert timedelta() <= due_at - _here("2026-04-24T12:00") < MAX_JITTER
