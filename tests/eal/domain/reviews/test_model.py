"""Reviews as functions of facts: merging, and the statistics as the sum of what every review adds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given

from eal.domain.reviews.model import (
    Review,
    ReviewFacts,
    counts_of,
    differences,
    merged,
    replaced_version,
)

AT = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)

_times = st.integers(0, 400).map(lambda days: AT + timedelta(days=days))
_facts = st.builds(
    ReviewFacts,
    surface=st.just("google"),
    external_id=st.just("a"),
    reviewed_at=_times,
    rating=st.none() | st.integers(1, 5),
    text=st.none() | st.sampled_from(["Good.", "Late."]),
    author=st.none() | st.just("Dana"),
    edited_at=st.none() | _times,
    lead_id=st.none() | st.just("lead_1"),
)


def _review(**fields: object) -> Review:
    given = {"rating": 3, "reviewed_at": AT, **fields}
    return Review(
        id="review_1",
        surface="google",
        external_id="a",
        created_at=AT,
        updated_at=AT,
        version=1,
        salt="00",
        **given,  # type: ignore[arg-type]  # of the test's own choice
    )


@given(_facts)
def test_facts_that_are_merged_change_nothing_again(facts: ReviewFacts) -> None:
    once = merged(_review(), facts)

    assert merged(once, facts) is once


@given(st.lists(_facts, max_size=6))
def test_the_newest_change_stays_in_whatever_order_facts_arrive(facts: list[ReviewFacts]) -> None:
    dated = [fact for fact in facts if fact.edited_at]
    review = _review()
    for fact in facts:
        review = merged(review, fact)

    if dated:
        assert review.edited_at == max(fact.edited_at for fact in dated if fact.edited_at)


@given(st.lists(st.tuples(_facts, st.booleans()), max_size=6))
def test_the_differences_add_up_to_what_the_last_state_adds(changes: list[tuple[ReviewFacts, bool]]) -> None:
    total: Counter[tuple[object, str]] = Counter()
    before: Review | None = None
    for facts, is_deleted in changes:
        after = merged(before or _review(), facts)
        if is_deleted:
            after = _review(rating=after.rating, reviewed_at=after.reviewed_at, status="deleted")
        for counter, amounts in differences(before, after).items():
            for name, amount in amounts.items():
                total[counter, name] += amount
        before = after

    expected = {
        (counter, name): amount
        for counter, amounts in counts_of(before).items()
        for name, amount in amounts.items()
    }
    assert {key: amount for key, amount in total.items() if amount} == expected


@given(_facts)
def test_an_earlier_version_is_kept_if_and_only_if_the_opinion_changes(facts: ReviewFacts) -> None:
    before = _review(text="Good.")
    after = merged(before, facts)

    is_changed = (before.rating, before.text) != (after.rating, after.text)
    assert (replaced_version(before, after) is not None) == is_changed
