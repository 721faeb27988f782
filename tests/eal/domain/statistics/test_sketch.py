"""The sketch of durations."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from eal.domain.statistics.sketch import ACCURACY, bucket_of, quantile, seconds_of

SPANS = st.integers(min_value=1, max_value=400 * 24 * 3600 * 1000).map(lambda ms: timedelta(milliseconds=ms))
ROUNDING = 1e-9
"""Of logarithms, where a value lies at a bucket's very end."""


@given(SPANS)
def test_a_bucket_stands_for_its_values_to_one_per_cent(span: timedelta) -> None:
    seconds = span.total_seconds()

    assert abs(seconds_of(bucket_of(span)) - seconds) <= (ACCURACY + ROUNDING) * seconds


@given(SPANS, SPANS)
def test_a_longer_time_is_in_no_lower_bucket(one: timedelta, other: timedelta) -> None:
    assert (bucket_of(one) <= bucket_of(other)) or one > other


@given(st.lists(SPANS, min_size=1, max_size=200), st.sampled_from((0.0, 0.25, 0.5, 0.9, 0.99, 1.0)))
def test_a_quantile_is_the_exact_one_to_one_per_cent(spans: list[timedelta], q: float) -> None:
    exact = sorted(spans)[int(q * (len(spans) - 1))].total_seconds()

    found = quantile(Counter(map(bucket_of, spans)), q)

    assert found is not None
    assert abs(found - exact) <= (ACCURACY + ROUNDING) * exact


@given(st.lists(SPANS, min_size=1), st.lists(SPANS))
def test_sketches_are_merged_by_adding_their_buckets(some: list[timedelta], others: list[timedelta]) -> None:
    merged = Counter(map(bucket_of, some)) + Counter(map(bucket_of, others))

    assert quantile(merged, 0.5) == quantile(Counter(map(bucket_of, some + others)), 0.5)


def test_of_nothing_there_is_no_quantile() -> None:
    assert quantile({}, 0.5) is None


@pytest.mark.parametrize("milliseconds", [-5, 0, 1])
def test_what_the_clock_cannot_tell_from_nothing_is_one_bucket(milliseconds: int) -> None:
    assert bucket_of(timedelta(milliseconds=milliseconds)) == 0
    assert seconds_of(0) < 0.001


def test_a_year_is_in_a_bucket_below_1500() -> None:
    """The most counters that an item can get: a few tens of kilobytes."""
    assert bucket_of(timedelta(days=366)) < 1500
