"""Time: UTC, milliseconds, RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from eal.core import clock
from eal.core.clock import Instant  # noqa: TC001 - pydantic reads it at run time

MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 3),
    max_value=datetime(9999, 12, 29),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


class _Timed(BaseModel):
    at: Instant


def test_now_has_no_more_than_milliseconds() -> None:
    assert clock.now().microsecond % 1000 == 0
    assert clock.now().tzinfo is UTC


@given(MOMENTS)
def test_a_moment_is_truncated_and_never_rounded_up(at: datetime) -> None:
    truncated = clock.to_milliseconds(at)
    assert timedelta(0) <= at - truncated < timedelta(milliseconds=1)


@given(MOMENTS)
def test_a_formatted_moment_is_parsed_to_the_same_milliseconds(at: datetime) -> None:
    assert clock.parse(clock.rfc3339(at)) == clock.to_milliseconds(at)


@given(MOMENTS, MOMENTS)
def test_formatted_moments_sort_by_time(first: datetime, second: datetime) -> None:
    first, second = clock.to_milliseconds(first), clock.to_milliseconds(second)
    assert (clock.rfc3339(first) < clock.rfc3339(second)) == (first < second)


def test_a_formatted_moment_has_three_digits_of_milliseconds() -> None:
    assert clock.rfc3339(datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)) == "2026-04-24T17:42:11.000Z"


@pytest.mark.parametrize(
    "text", ["2026-04-24T17:42:11.314Z", "2026-04-24T10:42:11.314-07:00", "2026-04-24T17:42:11.314999Z"]
)
def test_a_model_accepts_any_offset_and_serialises_utc(text: str) -> None:
    assert _Timed.model_validate({"at": text}).model_dump_json() == '{"at":"2026-04-24T17:42:11.314Z"}'


def test_a_model_rejects_a_time_without_an_offset() -> None:
    with pytest.raises(ValidationError):
        _Timed.model_validate({"at": "2026-04-24T17:42:11"})


@pytest.mark.parametrize(
    "value",
    [1700000000, 1.5, True, "1700000000", "1700000000.5", "2026-04-24", "2026-04-24T17:42Z", "17:42:11Z", ""],
)
def test_a_model_rejects_a_number_or_an_incomplete_time(value: object) -> None:
    with pytest.raises(ValidationError, match="RFC 3339"):
        _Timed.model_validate({"at": value})


@pytest.mark.parametrize(
    "text",
    ["2026-02-30T17:42:11Z", "2026-04-24T25:00:00Z", "0000-04-24T17:42:11Z", "2026-04-24T17:42:11+24:00"],
)
def test_a_model_rejects_a_time_that_does_not_exist(text: str) -> None:
    with pytest.raises(ValidationError, match="existing date and time"):
        _Timed.model_validate({"at": text})


def test_an_offset_with_a_space_instead_of_a_plus_is_rejected_with_the_encoding_of_plus() -> None:
    with pytest.raises(ValidationError, match="%2B"):
        _Timed.model_validate({"at": "2026-04-24T17:42:11 07:00"})


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_model_rejects_a_time_outside_the_range_of_utc(text: str) -> None:
    with pytest.raises(ValidationError):
        _Timed.model_validate({"at": text})
