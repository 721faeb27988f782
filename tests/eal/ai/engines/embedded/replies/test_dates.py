"""Days in the text of a mail, against dates written in every form."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.engines.embedded.replies.dates import mentions, resume_after, return_date

WEDNESDAY = date(2026, 11, 25)
ARRIVALS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
FORMS = (
    "%A, %B %-d", "%B %-d", "%b %-d", "%b. %-d", "%B %-d, %Y", "%-d %B", "the %-dth of %B", "%-m/%-d", "%-m/%-d/%y",
    "%Y-%m-%d", "%a %-m/%-d",
)  # fmt: skip


@given(ARRIVALS, st.integers(1, 300), st.sampled_from(FORMS))
def test_a_written_day_is_read_in_every_form(arrived: date, days: int, form: str) -> None:
    day = arrived + timedelta(days)

    assert return_date(f"I will be back on {day.strftime(form)}.", arrived) == day
    assert resume_after(f"Try me again {day.strftime(form)} please", arrived) == day


@given(ARRIVALS, st.integers(1, 60), st.sampled_from(["day", "week"]))
def test_a_number_of_units_counts_from_the_arrival(arrived: date, amount: int, unit: str) -> None:
    days = amount * (7 if unit == "week" else 1)

    assert resume_after(f"Ask me in {amount} {unit}s.", arrived) == arrived + timedelta(days)


@given(ARRIVALS, st.sampled_from(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]))
def test_a_weekday_is_in_the_coming_week(arrived: date, weekday: str) -> None:
    found = return_date(f"Back {weekday}.", arrived)

    assert found is not None
    assert 1 <= (found - arrived).days <= 7
    assert found.strftime("%A") == weekday


@given(ARRIVALS, st.integers(1, 20), st.integers(1, 20))
def test_the_end_of_a_range_counts(arrived: date, start: int, length: int) -> None:
    first = arrived + timedelta(start)
    last = first + timedelta(length)

    found = return_date(f"I am away from {first:%-m/%-d} through {last:%-m/%-d}.", arrived)

    assert found is not None
    assert 1 <= (found - last).days <= 3
    assert found.weekday() < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("circle back in Q1", "2027-01-01"),
        ("try me after the new year", "2027-01-01"),
        ("mid-January works better", "2027-01-15"),
        ("call me at the end of the month", "2026-11-30"),
        ("not now, maybe next spring", "2027-03-01"),
        ("we renew in March so ping me in February", "2027-02-01"),
        ("the first Monday of January", "2027-01-04"),
        ("the second week of January", "2027-01-08"),
        ("in two or three weeks", "2026-12-16"),
        ("in six months", "2027-05-25"),
        ("the inspection is on the ninth of December. The day after that.", "2026-12-10"),
        ("nobody can think past January", "2027-02-01"),
        ("Easter is March 28, so reach out on the Monday after", "2027-03-29"),
        ("next Tuesday", "2026-12-01"),
        ("call 24/7", None),
        ("it took two weeks last time, three years ago", None),
        ("I may march on", None),
        ("February 30", None),
        ("maybe later", None),
    ],
)
def test_days_to_ask_again(text: str, expected: str | None) -> None:
    assert resume_after(text, WEDNESDAY) == (date.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Out until Monday, December 7, with no access to mail.", "2026-12-07"),
        ("On a cruise through December 19. Back in the office the 21st.", "2026-12-21"),
        ("They tell me through Wednesday, so I'm back Thursday.", "2026-12-03"),
        ("Out December 20 to January 4", "2027-01-04"),
        ("Root canal. Back tomorrow if I can talk.", "2026-11-26"),
        ("I am on leave. For claims, call 216-555-0160.", None),
        ("On leave until further notice.", None),
    ],
)
def test_days_of_return(text: str, expected: str | None) -> None:
    assert return_date(text, WEDNESDAY) == (date.fromisoformat(expected) if expected else None)


@given(st.text(max_size=400), ARRIVALS)
def test_any_text_is_valid(text: str, arrived: date) -> None:
    found = mentions(text, arrived)

    assert all(0 <= mention.start < mention.end for mention in found)
    assert resume_after(text, arrived) is None or resume_after(text, arrived) > arrived  # type: ignore[operator]
