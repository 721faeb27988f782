"""Business hours and the on-call rota, compared with a slow oracle that steps through the wall clock by minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eal.domain.organization_settings.hours import (
    DAYS,
    OnCall,
    is_open,
    next_closing,
    next_opening,
    on_call_at,
    overlap,
)

NEW_YORK = "America/New_York"
WEEKDAYS = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
WEEK = 7 * 24 * 60
MINUTE = timedelta(minutes=1)

CHANGES = {
    NEW_YORK: ("2026-03-08T07:00", "2026-11-01T06:00"),
    "America/Santiago": ("2026-04-05T03:00", "2026-09-06T04:00"),  # at midnight: the day begins at 01:00
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),  # by half an hour
    "Europe/London": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Asia/Kathmandu": ("2026-03-29T01:00",),  # 5:45, and never changes
    "Pacific/Apia": ("2011-12-30T10:00",),  # no 30 December in that year
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),  # for Ramadan
}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _here(text: str, zone: str = NEW_YORK, fold: int = 0) -> datetime:
    """The moment of a wall time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


# ---------------------------------------------------------------- by example


@pytest.mark.parametrize(
    ("wall", "open_"),
    [
        ("2026-04-24T07:59:59.999", False),
        ("2026-04-24T08:00", True),
        ("2026-04-24T16:59:59.999", True),
        ("2026-04-24T17:00", False),
        ("2026-04-25T12:00", False),
    ],
)
def test_an_opening_is_inclusive_and_a_closing_is_not(wall: str, open_: bool) -> None:
    assert is_open(WEEKDAYS, NEW_YORK, _here(wall)) is open_


@pytest.mark.parametrize(
    ("span", "wall", "open_"),
    [
        (["22:00", "06:00"], "2026-04-24T23:00", True),
        (["22:00", "06:00"], "2026-04-25T05:59", True),
        (["22:00", "06:00"], "2026-04-25T06:00", False),
        (["22:00", "06:00"], "2026-04-24T05:00", False),
        (["20:00", "24:00"], "2026-04-24T23:59:59", True),
        (["20:00", "24:00"], "2026-04-25T00:00", False),
        (["00:00", "24:00"], "2026-04-24T00:00", True),
        (["08:00", "08:00"], "2026-04-25T07:59", True),
        (["08:00", "08:00"], "2026-04-25T08:00", False),
        (["00:00", "00:00"], "2026-04-24T12:00", True),
        (["00:00", "00:00"], "2026-04-25T00:00", False),
        (["18:00", "00:00"], "2026-04-24T23:59", True),
    ],
)
def test_a_closing_at_or_before_its_opening_runs_into_the_next_day(
    span: list[str], wall: str, open_: bool
) -> None:
    """The 24th of April 2026 is a Friday."""
    assert is_open({"fri": [span]}, NEW_YORK, _here(wall)) is open_


def test_sunday_night_runs_into_monday() -> None:
    hours = {"sun": [["22:00", "06:00"]]}

    assert is_open(hours, NEW_YORK, _here("2026-04-27T05:00"))
    assert not is_open(hours, NEW_YORK, _here("2026-04-26T05:00"))


def test_a_span_within_the_skipped_hour_does_not_occur() -> None:
    hours = {"sun": [["02:15", "02:45"]]}

    assert next_opening(hours, NEW_YORK, _at("2026-03-08T05:00")) == _here("2026-03-15T02:15")


def test_an_opening_in_the_skipped_hour_is_at_its_end() -> None:
    hours = {"sun": [["02:30", "05:00"]]}

    assert next_opening(hours, NEW_YORK, _at("2026-03-08T05:00")) == _at("2026-03-08T07:00")


def test_a_span_within_the_repeated_hour_is_open_twice() -> None:
    hours = {"sun": [["01:00", "01:30"]]}
    first, second = _here("2026-11-01T01:00"), _here("2026-11-01T01:00", fold=1)

    assert second - first == timedelta(hours=1)
    for start in (first, second):
        assert is_open(hours, NEW_YORK, start + 29 * MINUTE)
        assert not is_open(hours, NEW_YORK, start + 30 * MINUTE)
    assert next_opening(hours, NEW_YORK, first + 40 * MINUTE) == second


def test_the_next_opening_is_now_if_open_and_none_if_never_open() -> None:
    now = _here("2026-04-24T12:00:30")

    assert next_opening(WEEKDAYS, NEW_YORK, now) == now
    assert next_opening(WEEKDAYS, NEW_YORK, _here("2026-04-24T17:00")) == _here("2026-04-27T08:00")
    assert next_opening({}, NEW_YORK, now) is None
    assert next_opening({"mon": []}, NEW_YORK, now) is None


def test_an_opening_on_a_day_that_a_zone_skipped_is_a_week_later() -> None:
    hours = {"fri": [["09:00", "10:00"]]}

    found = next_opening(hours, "Pacific/Apia", _here("2011-12-29T12:00", "Pacific/Apia"))

    assert found == _here("2012-01-06T09:00", "Pacific/Apia")


def test_people_on_call_are_in_the_order_of_the_rota() -> None:
    night = OnCall({"name": "N", "phone": "+1", "days": ["fri"], "from": "17:00", "to": "08:00"})
    always = OnCall({"name": "A", "phone": "+2", "days": list(DAYS), "from": "00:00", "to": "24:00"})
    rota = [night, always]

    assert on_call_at(rota, NEW_YORK, _here("2026-04-24T17:00")) == [night, always]
    assert on_call_at(rota, NEW_YORK, _here("2026-04-25T07:59")) == [night, always]
    assert on_call_at(rota, NEW_YORK, _here("2026-04-25T08:00")) == [always]
    assert on_call_at([night], NEW_YORK, _here("2026-04-23T18:00")) == []


# ---------------------------------------------------------------- by the oracle


def _texts(last: int) -> st.SearchStrategy[str]:
    """Wall times, many of them near the hours that clocks skip and repeat."""
    near = st.integers(0, 4 * 60)
    return (near | st.integers(0, last)).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


SPANS = st.tuples(_texts(24 * 60 - 1), _texts(24 * 60)).map(list)
HOURS = st.dictionaries(st.sampled_from(DAYS), st.lists(SPANS, max_size=3), max_size=7)


@st.composite
def _moments(draw: st.DrawFn) -> tuple[str, datetime]:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = _at(draw(st.sampled_from(CHANGES[zone])))
    minutes = draw(st.integers(-180, 180) | st.integers(-3 * 1440, 3 * 1440))
    seconds = draw(st.sampled_from([0, 0, 1, 59]))
    return zone, change + timedelta(minutes=minutes, seconds=seconds)


def _open_minutes(hours: dict[str, list[list[str]]]) -> set[int]:
    """The open minutes of the week, enumerated."""
    found: set[int] = set()
    for number, day in enumerate(DAYS):
        for opening, closing in hours.get(day, []):
            minute, end = (int(text[:2]) * 60 + int(text[3:]) for text in (opening, closing))
            left = end - minute if end > minute else end - minute + 24 * 60
            found |= {(number * 24 * 60 + minute + passed) % WEEK for passed in range(left)}
    return found


def _minute_of_week(zone: str, at: datetime) -> int:
    wall = at.astimezone(ZoneInfo(zone))
    return wall.weekday() * 24 * 60 + wall.hour * 60 + wall.minute


@settings(max_examples=400)
@given(HOURS, _moments())
@example({"sun": [["02:15", "02:45"]]}, (NEW_YORK, _at("2026-03-08T07:20")))
@example({"sat": [["22:00", "02:30"]]}, (NEW_YORK, _at("2026-03-08T07:20")))
@example({"sun": [["01:15", "01:45"]]}, (NEW_YORK, _at("2026-11-01T06:20")))
def test_open_follows_the_wall_clock(hours: dict[str, list[list[str]]], moment: tuple[str, datetime]) -> None:
    zone, at = moment

    assert is_open(hours, zone, at) is (_minute_of_week(zone, at) in _open_minutes(hours))


@settings(max_examples=150)
@given(HOURS, _moments())
@example({"sun": [["02:15", "02:45"]]}, (NEW_YORK, _at("2026-03-08T05:00")))
@example({"sun": [["02:15", "03:15"]]}, (NEW_YORK, _at("2026-03-08T05:00")))
@example({"sun": [["01:00", "01:30"]]}, (NEW_YORK, _at("2026-11-01T05:40")))
@example({"sun": [["00:30", "03:00"]]}, ("America/Santiago", _at("2026-09-06T00:00")))
@example({"fri": [["09:00", "10:00"]]}, ("Pacific/Apia", _at("2011-12-29T20:00")))
def test_the_next_opening_is_the_first_open_minute_of_the_wall_clock(
    hours: dict[str, list[list[str]]], moment: tuple[str, datetime]
) -> None:
    zone, at = moment
    open_minutes = _open_minutes(hours)

    found = next_opening(hours, zone, at)

    if _minute_of_week(zone, at) in open_minutes:
        assert found == at
        return
    minute = at.replace(second=0)
    for _ in range(2 * WEEK + 1):
        if _minute_of_week(zone, minute) in open_minutes:
            break
        minute += MINUTE
    assert found == (minute if open_minutes else None)


@settings(max_examples=150)
@given(HOURS, _moments())
@example({"sun": [["01:00", "02:30"]]}, (NEW_YORK, _at("2026-03-08T06:30")))
@example({"sun": [["01:00", "01:30"]]}, (NEW_YORK, _at("2026-11-01T05:10")))
@example({"thu": [["09:00", "24:00"]]}, ("Pacific/Apia", _at("2011-12-29T20:00")))
def test_the_next_closing_is_the_first_minute_of_the_wall_clock_that_is_not_open(
    hours: dict[str, list[list[str]]], moment: tuple[str, datetime]
) -> None:
    zone, at = moment
    open_minutes = _open_minutes(hours)

    found = next_closing(hours, zone, at)

    if _minute_of_week(zone, at) not in open_minutes:
        assert found == at
        return
    minute = at.replace(second=0)
    for _ in range(2 * WEEK + 1):
        if _minute_of_week(zone, minute) not in open_minutes:
            break
        minute += MINUTE
    assert found == (minute if len(open_minutes) < WEEK else None)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.lists(st.sampled_from(DAYS), min_size=1, unique=True), SPANS), max_size=4),
    _moments(),
)
def test_on_call_hours_follow_the_rules_of_business_hours(
    shifts: list[tuple[list[str], list[str]]], moment: tuple[str, datetime]
) -> None:
    zone, at = moment
    rota = [
        OnCall({"name": str(number), "phone": "+1", "days": days, "from": span[0], "to": span[1]})
        for number, (days, span) in enumerate(shifts)
    ]

    on_call = on_call_at(rota, zone, at)

    minute = _minute_of_week(zone, at)
    assert on_call == [
        person
        for person, (days, span) in zip(rota, shifts, strict=True)
        if minute in _open_minutes({day: [span] for day in days})
    ]


@settings(max_examples=300)
@given(HOURS)
@example({"sun": [["22:00", "06:00"]], "mon": [["05:59", "07:00"]]})
@example({"sun": [["22:00", "06:00"]], "mon": [["06:00", "07:00"]]})
@example({"mon": [["08:00", "08:00"]], "tue": [["08:00", "09:00"]]})
@example({"mon": [["08:00", "17:00"], ["08:00", "17:00"]]})
def test_overlapping_spans_are_found(hours: dict[str, list[list[str]]]) -> None:
    each = [_open_minutes({day: [span]}) for day, spans in hours.items() for span in spans]

    found = overlap(hours)

    assert (found is not None) == (sum(map(len, each)) > len(set().union(*each)))
    if found is not None:
        assert found[:3] in hours
