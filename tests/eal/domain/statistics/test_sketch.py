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
"""Rounding errors of logarithms, for values at the end of a bucket."""


@given(SPANS)
def test_a_bucket_represents_its_values_to_one_per_cent(span: timedelta) -> None:
    seconds = span.total_seconds()

    assert abs(seconds_of(bucket_of(span)) - seconds) <= (ACCURACY + ROUNDING) * seconds


@given(SPANS, SPANS)
def test_buckets_increase_with_durations(span: timedelta, other: timedelta) -> None:
    assert (bucket_of(span) <= bucket_of(other)) or span > other


@given(st.lists(SPANS, min_size=1, max_size=200), st.sampled_from((0.0, 0.25, 0.5, 0.9, 0.99, 1.0)))
def test_a_quantile_is_accurate_to_one_per_cent(spans: list[timedelta], q: float) -> None:
    exact = sorted(spans)[int(q * (len(spans) - 1))].total_seconds()

    found = quantile(Counter(map(bucket_of, spans)), q)

    assert found is not None
    assert abs(found - exact) <= (ACCURACY + ROUNDING) * exact


@given(st.lists(SPANS, min_size=1), st.lists(SPANS))
def test_sketches_are_merged_by_adding_their_buckets(spans: list[timedelta], others: list[timedelta]) -> None:
    merged = Counter(map(bucket_of, spans)) + Counter(map(bucket_of, others))

    assert quantile(merged, 0.5) == quantile(Counter(map(bucket_of, spans + others)), 0.5)


def test_an_empty_sketch_has_no_quantile() -> None:
    assert quantile({}, 0.5) is None


@pytest.mark.parametrize("milliseconds", [-5, 0, 1])
def test_durations_below_a_millisecond_share_one_bucket(milliseconds: int) -> None:
    assert bucket_of(timedelta(milliseconds=milliseconds)) == 0
    assert seconds_of(0) < 0.001


def test_a_year_is_in_a_bucket_below_1500() -> None:
    """So an item has at most a few tens of kilobytes of counters."""
    assert bucket_of(timedelta(days=366)) < 1500
