"""Items keep their ids and decisions while the engine repeats them, and any change shows in their versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from eal.ai.claims.extraction import Quote, ScopeItem
from eal.ai.claims.vocabulary import Activity, Unit
from eal.core import ids
from eal.domain.claims.checks import CheckFinding
from eal.domain.claims.scope.model import Decision, identified, item_ids, reviewed

CLAIM = "clm_01kq09bekje6vbq5xe2b60xtww"
AT = datetime(2026, 4, 24, tzinfo=UTC)
ITEMS = st.builds(
    ScopeItem,
    room=st.sampled_from([None, "kitchen", "attic"]),
    activity=st.sampled_from([Activity.REMOVE, Activity.REPLACE]),
    description=st.sampled_from(["carpet", "drywall"]),
    quantity=st.sampled_from([None, 10.0, 20.0]),
    unit=st.sampled_from([None, Unit.SF]),
    evidence=st.lists(
        st.builds(
            Quote,
            source=st.just("note"),
            source_id=st.sampled_from(["note_1", "note_2"]),
            text=st.text(min_size=1),
        ),
        max_size=2,
    ).map(tuple),
    confidence=st.floats(0, 1),
)


def _decision(item_id: str, item: ScopeItem, version: int = 1) -> Decision:
    return Decision(
        id=item_id,
        status="accepted",
        fingerprint=item.fingerprint,
        scope_version=1,
        decided_by="key_1",
        decided_at=AT,
        version=version,
        salt="00",
    )


@given(st.lists(ITEMS))
def test_ids_are_unique_and_well_formed(items: list[ScopeItem]) -> None:
    found = item_ids(CLAIM, items)

    assert len(set(found)) == len(items)
    assert all(ids.is_id("item", item_id) for item_id in found)
    assert item_ids(CLAIM, items) == found


@given(st.lists(ITEMS, min_size=1), st.lists(ITEMS))
def test_later_items_do_not_change_the_ids_of_earlier_ones(
    items: list[ScopeItem], later: list[ScopeItem]
) -> None:
    assert item_ids(CLAIM, [*items, *later])[: len(items)] == item_ids(CLAIM, items)


@given(ITEMS, st.floats(0, 1))
def test_a_decision_holds_whatever_the_confidence_becomes(item: ScopeItem, confidence: float) -> None:
    (item_id,) = item_ids(CLAIM, [item])
    decisions = {item_id: _decision(item_id, item)}

    (after,) = reviewed(CLAIM, 2, [replace(item, confidence=confidence)], decisions)

    assert (after.id, after.status, after.version) == (item_id, "accepted", 3)


@given(ITEMS)
def test_a_decision_does_not_hold_for_another_quantity_but_its_number_counts(item: ScopeItem) -> None:
    (item_id,) = item_ids(CLAIM, [item])
    decisions = {item_id: _decision(item_id, item, version=4)}

    (after,) = reviewed(CLAIM, 2, [replace(item, quantity=999.0)], decisions)

    assert (after.id, after.status, after.decision, after.version) == (item_id, "proposed", None, 6)


@given(st.lists(ITEMS, min_size=1))
def test_findings_name_all_items_of_their_fingerprint_and_keep_their_ids(items: list[ScopeItem]) -> None:
    scope = reviewed(CLAIM, 1, items, {})
    finding = CheckFinding(check="item_without_evidence", saw="x", action="y", items=(items[0].fingerprint,))

    (found,) = identified(CLAIM, [finding], scope)

    assert found.item_ids == tuple(
        item.id for item in scope if item.engine.fingerprint == items[0].fingerprint
    )
    assert identified(CLAIM, [finding], scope) == (found,)
    assert ids.is_id("chk", found.id)
