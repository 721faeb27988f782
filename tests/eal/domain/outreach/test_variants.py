"""The variant that an enrollment gets in a step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from eal.core import ids
from eal.domain.outreach.sequences.model import Sequence, Step, Variant, variant_of

AT = datetime(2026, 4, 24, tzinfo=UTC)
IDS = [ids.new("enr", AT) for _ in range(4000)]


def _sequence(*weights: int, steps: int = 1) -> Sequence:
    variants = tuple(
        Variant(name=f"v{number}", subject="a", body="b", weight=weight)
        for number, weight in enumerate(weights)
    )
    return Sequence(
        id="seq_1",
        name="x",
        created_at=AT,
        updated_at=AT,
        version=1,
        steps=tuple(Step(delay_hours=0, variants=variants) for _ in range(steps)),
    )


def test_recipients_are_divided_by_weight() -> None:
    sequence = _sequence(1, 3)

    counts = Counter(variant_of(sequence, 0, enrollment_id).name for enrollment_id in IDS)

    assert 0.22 < counts["v0"] / len(IDS) < 0.28


@given(st.lists(st.integers(1, 100), min_size=2, max_size=5), st.integers(0, 3), st.sampled_from(IDS))
def test_the_variant_follows_from_the_enrollment_and_the_step(
    weights: list[int], step: int, enrollment_id: str
) -> None:
    sequence = _sequence(*weights, steps=4)

    assert variant_of(sequence, step, enrollment_id) == variant_of(sequence, step, enrollment_id)
    renamed = replace(sequence, name="other", version=9)
    assert variant_of(renamed, step, enrollment_id) == variant_of(sequence, step, enrollment_id)


def test_variants_of_two_steps_are_independent() -> None:
    sequence = _sequence(1, 1, steps=2)

    pairs = Counter(
        (variant_of(sequence, 0, enrollment_id).name, variant_of(sequence, 1, enrollment_id).name)
        for enrollment_id in IDS
    )

    assert len(pairs) == 4
    assert all(0.2 < count / len(IDS) < 0.3 for count in pairs.values())


def test_a_step_without_variants_has_one() -> None:
    sequence = replace(_sequence(1), steps=(Step(delay_hours=0, subject="Hi", body="Text"),))

    assert variant_of(sequence, 0, IDS[0]) == Variant(name="A", subject="Hi", body="Text")
