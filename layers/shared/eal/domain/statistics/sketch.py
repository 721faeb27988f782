"""Quantiles of durations from counters, to 1 % of their value: the logarithmic buckets of DDSketch.

Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019,
section 2. Bucket i counts durations greater than GAMMA^(i-1) and at most GAMMA^i milliseconds. Its value is the one
with the same relative distance to both ends. So a sketch is a set of counters: `ADD` adds a duration to it, and
sketches are merged by adding their buckets.
"""

from __future__ import annotations

from math import ceil, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

ACCURACY = 0.01
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)


def bucket_of(span: timedelta) -> int:
    """The bucket of a duration. Durations up to a millisecond, the unit of the clock, share one bucket."""
    milliseconds = span.total_seconds() * 1000
    return ceil(log(milliseconds) / log(_GAMMA)) if milliseconds > 1 else 0


def seconds_of(bucket: int) -> float:
    """The value of a bucket."""
    return 2 * _GAMMA**bucket / (_GAMMA + 1) / 1000


def quantile(counts: Mapping[int, int], q: float) -> float | None:
    """The lower quantile `q`, from 0 to 1, in seconds; None for an empty sketch."""
    rank = q * (sum(counts.values()) - 1)
    passed = 0
    for bucket in sorted(counts):
        passed += counts[bucket]
        if passed > rank:
            return seconds_of(bucket)
    return None
