"""Pauses of a sender, and the keys of counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.outreach.deliverability.model import Bucket, pause_reason

if TYPE_CHECKING:
    from eal.domain.outreach.deliverability.model import PauseReason


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "reason"),
    [
        (0, 0, 0, None),
        (5, 1, 0, None),
        (5, 4, 0, None),
        (5, 5, 0, "bounces"),
        (60, 4, 0, None),
        (60, 5, 0, "bounces"),
        (100, 4, 0, None),
        (100, 5, 0, "bounces"),
        (1000, 40, 0, None),
        (1000, 41, 0, "bounces"),
        (10, 0, 1, None),
        (10, 0, 2, "complaints"),
        (1000, 0, 1, None),
        (1000, 0, 2, "complaints"),
        (2000, 0, 2, None),
        (2000, 0, 3, "complaints"),
        (100, 50, 50, "complaints"),
    ],
)
def test_a_sender_is_paused_over_its_limits_with_a_floor_of_volume(
    sent: int, bounced: int, complained: int, reason: PauseReason | None
) -> None:
    assert pause_reason({"sent": sent, "hard_bounced": bounced, "complained": complained}) == reason


@given(st.integers(0, 100_000), st.integers(0, 4), st.integers(0, 1))
def test_four_bounces_and_one_complaint_pause_no_sender(sent: int, bounced: int, complained: int) -> None:
    assert pause_reason({"sent": sent, "hard_bounced": bounced, "complained": complained}) is None


@given(
    st.dates().map(lambda day: f"{day:%Y-%m-%d}"),
    st.none() | st.just("seq_01kq09bekje6vbq5xe2b60xtww"),
    st.none() | st.integers(0, 50),
    st.none() | st.text(min_size=1, max_size=50),
)
def test_a_bucket_is_read_from_its_key(
    day: str, sequence_id: str | None, step: int | None, variant: str | None
) -> None:
    bucket = Bucket(day, sequence_id, step, variant)

    assert Bucket.read(bucket.sk) == bucket
