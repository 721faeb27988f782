"""The integrity checks of a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eal.ai.claims.evidence import ClaimFacts, ClaimFile, ClaimNote
from eal.ai.claims.extraction import (
    Extraction,
    MeasureConflict,
    PhotoSummary,
    Piece,
    Quote,
    Room,
    ScopeItem,
    WaterLevel,
)
from eal.ai.claims.vocabulary import Activity, Unit
from eal.domain.claims.checks import Check, CheckFinding, findings

BEGIN = datetime(2026, 3, 2, 15, tzinfo=UTC)
QUOTE = Quote("note", "note-1", "as noted")
COMPLETE = ClaimFacts(
    claim_number="C-1",
    carrier="Acme Mutual",
    policy_number="P-1",
    insured="Dana Doe",
    address="1 Main St",
    date_of_loss="2026-03-01",
    loss_type="fire",
)
KITCHEN = Room(name="kitchen", height=8, pieces=(Piece(kind="main", length=10, width=12),), evidence=(QUOTE,))
PHOTO = PhotoSummary(
    photo_id="photo-1",
    room="kitchen",
    damage=None,
    materials=(),
    severity=None,
    hazards=(),
    phase=None,
    unknown=("extent",),
)
EMPTY = Extraction(
    rooms=(), items=(), photo_summaries=(), water_category=None, water_class=None, exclusions=(), conflicts=()
)  # fmt: skip


def item(
    activity: str,
    description: str,
    quantity: float | None = None,
    unit: Unit | None = Unit.SF,
    *,
    count: float | None = None,
) -> ScopeItem:
    return ScopeItem(
        room="kitchen",
        activity=Activity(activity),
        description=description,
        quantity=quantity,
        unit=unit if quantity else None,
        quantity_basis="stated" if quantity else None,
        count=count,
        evidence=(QUOTE,),
        confidence=0.9,
    )


def found(
    *items: ScopeItem, file: ClaimFile | None = None, **parts: object
) -> list[tuple[Check, str | None]]:
    return [(finding.check, finding.room) for finding in of(*items, file=file, **parts)]


def of(*items: ScopeItem, file: ClaimFile | None = None, **parts: object) -> tuple[CheckFinding, ...]:
    extraction = replace(EMPTY, items=items, rooms=(KITCHEN,), photo_summaries=(PHOTO,))
    return findings(file or ClaimFile(facts=COMPLETE), replace(extraction, **parts))  # type: ignore[arg-type]


def test_a_complete_scope_has_no_finding() -> None:
    assert (
        found(item("remove", "drywall", 40), item("replace", "drywall", 40), item("paint", "wall", 300)) == []
    )


def test_removal_without_replacement_and_the_reverse() -> None:
    assert found(item("remove", "vinyl", 100)) == [("removal_without_replacement", "kitchen")]
    assert found(item("replace", "vinyl", 100)) == [("replacement_without_removal", "kitchen")]
    assert found(item("remove_and_replace", "vinyl", 100)) == []
    assert found(item("remove", "tree", None)) == []


def test_a_quantity_over_the_rooms_area() -> None:
    finding = of(item("remove_and_replace", "vinyl", 150))[0]

    assert (finding.check, finding.items) == (
        "quantity_over_room",
        (item("remove_and_replace", "vinyl", 150).fingerprint,),
    )
    assert finding.saw == "150 SF of vinyl (remove_and_replace) in kitchen, whose floor is 120 SF."
    assert found(item("remove_and_replace", "vinyl", 140)) == []
    assert found(item("detach_and_reset", "baseboard", 50, Unit.LF)) == [("quantity_over_room", "kitchen")]
    assert found(item("remove_and_replace", "vinyl", 14, Unit.SY)) == []
    assert found(item("clean", "wall", 400)) == [("quantity_over_room", "kitchen")]
    assert found(item("clean", "wall", 400), rooms=(replace(KITCHEN, height=None),)) == []


def test_quantities_of_one_material_count_together() -> None:
    assert found(item("clean", "vinyl", 70), item("clean", "vinyl", 60)) == [
        ("quantity_over_room", "kitchen")
    ]


def test_an_item_without_evidence() -> None:
    assert found(replace(item("clean", "vinyl", 70), evidence=())) == [("item_without_evidence", "kitchen")]


def test_drywall_without_paint() -> None:
    assert found(item("remove_and_replace", "drywall", 40)) == [("drywall_without_paint", "kitchen")]


def test_porous_material_kept_in_category_3() -> None:
    level = WaterLevel(value=3, basis="stated", evidence=QUOTE)

    assert found(item("clean", "carpet", 100), water_category=level) == [("porous_material_kept", "kitchen")]
    assert found(item("clean", "tile", 100), water_category=level) == []
    assert found(item("clean", "carpet", 100)) == []
    facts = ClaimFile(facts=replace(COMPLETE, water_category=3))
    assert found(item("clean", "carpet", 100), file=facts) == [("porous_material_kept", "kitchen")]


def test_equipment_days_without_readings() -> None:
    equipment = item("dry", "air mover", 9, Unit.DAY, count=3)
    notes = tuple(
        ClaimNote(
            id=f"note-{day}",
            kind="moisture_reading",
            text="north wall 20",
            created_at=BEGIN + timedelta(days=day),
        )
        for day in range(3)
    )

    assert found(equipment) == [("equipment_without_readings", None)]
    assert found(equipment, file=ClaimFile(notes=notes[:2], facts=COMPLETE)) == [
        ("equipment_without_readings", None)
    ]
    assert found(equipment, file=ClaimFile(notes=notes, facts=COMPLETE)) == []


def test_a_room_without_photos() -> None:
    assert found(photo_summaries=()) == [("room_without_photos", "kitchen")]


def test_missing_claim_fields() -> None:
    file = ClaimFile(facts=replace(COMPLETE, carrier=None, loss_type="water"))

    assert [finding.saw for finding in of(file=file)] == [
        "The claim has no carrier.",
        "The claim has no water_category.",
        "The claim has no water_class.",
    ]


def test_conflicting_measures() -> None:
    conflict = MeasureConflict(
        room="kitchen", field="size", subject=None, kept="10 x 12 ft", others=("11 x 12 ft",), evidence=(QUOTE,)
    )  # fmt: skip

    assert [finding.saw for finding in of(conflicts=(conflict,))] == [
        "size in kitchen: 10 x 12 ft is used, 11 x 12 ft is stated too."
    ]


activities = st.sampled_from([activity.value for activity in Activity])
descriptions = st.sampled_from(
    ["drywall", "carpet", "carpet pad", "vinyl", "baseboard", "air mover", "wall", "hose bib"]
)
units = st.sampled_from([*Unit])
scopes = st.lists(st.builds(item, activities, descriptions, st.integers(1, 500), units), max_size=8)


@given(scopes, st.permutations(range(8)))
def test_the_same_scope_in_any_order_has_the_same_findings(scope: list[ScopeItem], order: list[int]) -> None:
    shuffled = [scope[index] for index in order if index < len(scope)]

    assert of(*shuffled) == of(*scope) == of(*scope)
