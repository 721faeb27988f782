"""The integrity checks of a claim: rules over its evidence and scope, without a model. The same input gives the same
findings in the same order. They advise; none changes the scope.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eal.ai.claims.extraction import areas
from eal.ai.claims.vocabulary import Activity, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eal.ai.claims.evidence import ClaimFile
    from eal.ai.claims.extraction import Areas, Extraction, Room, ScopeItem

type Check = Literal[
    "removal_without_replacement",
    "replacement_without_removal",
    "quantity_over_room",
    "item_without_evidence",
    "drywall_without_paint",
    "porous_material_kept",
    "equipment_without_readings",
    "room_without_photos",
    "claim_field_missing",
    "conflicting_measures",
]

type Level = Literal["block", "warn"]

BLOCKING: frozenset[Check] = frozenset(
    {"quantity_over_room", "item_without_evidence", "porous_material_kept", "conflicting_measures"}
)
"""The checks whose findings contradict the evidence or each other. A sign-off needs a reason for each."""

_REMOVING = frozenset({Activity.REMOVE, Activity.REMOVE_AND_REPLACE})
_REPLACING = frozenset({Activity.REPLACE, Activity.REMOVE_AND_REPLACE})
_KEEPING = frozenset(
    {Activity.CLEAN, Activity.DRY, Activity.TREAT, Activity.REPAIR, Activity.DETACH_AND_RESET}
)
_NOT_REPLACED = frozenset(
    {"contents", "containment", "floor protection", "tree", "mold", "soot", "asbestos", "water", "debris"}
)
"""Removed for good."""
_POROUS = frozenset(
    {
        "carpet", "carpet pad", "drywall", "insulation", "ceiling tile", "wallpaper", "underlayment", "laminate",
        "rug", "mattress", "sofa", "paneling",
    }
)  # fmt: skip
"""Materials that hold contaminated water."""
_FLOORS = frozenset(
    {
        "carpet", "carpet pad", "vinyl", "laminate", "wood floor", "tile", "subfloor", "underlayment", "floor",
        "concrete", "floor coating", "vapor barrier", "floor protection", "rug",
    }
)  # fmt: skip
_WALLS_AND_CEILINGS = frozenset({"drywall", "plaster", "paint"})
_WALLS = frozenset({"wall", "paneling", "wallpaper"})
_CEILINGS = frozenset({"ceiling", "ceiling tile"})
_PERIMETERS = frozenset({"baseboard", "cove base", "shoe molding", "crown molding", "tack strip", "toe kick"})
_ROUNDING = 1.02
_WASTE = 1.2
"""Material to install includes waste: up to a fifth for floors with a pattern."""
_SQUARE_FEET = {Unit.SF: 1, Unit.SY: 9}
_FIELDS = ("claim_number", "carrier", "policy_number", "insured", "address", "date_of_loss", "loss_type")
_WATER_FIELDS = ("water_category", "water_class")
_WATER_LOSSES = frozenset({"water", "sewage"})
_READING = re.compile(r"\b\d{1,3}(?:\.\d)? ?(?:%|pts?\b|gpp\b|wme\b)|\bmoisture content\b", re.IGNORECASE)
_CATEGORY_3 = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """`saw` is what the check saw, `action` what a person can do. `items` are fingerprints of the items concerned."""

    check: Check
    saw: str
    action: str
    room: str | None = None
    items: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return "block" if self.check in BLOCKING else "warn"


def findings(file: ClaimFile, extraction: Extraction) -> tuple[CheckFinding, ...]:
    """All findings. `extraction` may have the decisions of a person in it instead of the engine's values."""
    items = sorted(extraction.items, key=_order)
    rooms = sorted(extraction.rooms, key=lambda room: room.name)
    return (
        *_one_sided(items),
        *_over_room(rooms, items),
        *_without_evidence(items),
        *_without_paint(items),
        *_porous_kept(file, extraction, items),
        *_without_readings(file, items),
        *_without_photos(rooms, extraction),
        *_missing_fields(file, extraction),
        *_conflicting(extraction),
    )


def _order(item: ScopeItem) -> tuple[str, str, str, float, str]:
    return (item.room or "", item.description, item.activity.value, item.quantity or 0.0, item.fingerprint)


def _grouped(items: Iterable[ScopeItem]) -> dict[tuple[str | None, str], list[ScopeItem]]:
    found: dict[tuple[str | None, str], list[ScopeItem]] = defaultdict(list)
    for item in items:
        found[item.room, item.description].append(item)
    return found


def _one_sided(items: Sequence[ScopeItem]) -> Iterator[CheckFinding]:
    for (room, description), group in _grouped(items).items():
        removed = [item for item in group if item.activity in _REMOVING]
        replaced = [item for item in group if item.activity in _REPLACING]
        if removed and not replaced and description not in _NOT_REPLACED:
            yield CheckFinding(
                check="removal_without_replacement",
                saw=f"{description} is removed in {_place(room)}, and nothing replaces it.",
                action="Add the replacement, or note why it stays out.",
                room=room,
                items=_fingerprints(removed),
            )
        if replaced and not removed:
            yield CheckFinding(
                check="replacement_without_removal",
                saw=f"{description} is replaced in {_place(room)}, and nothing removes the old one.",
                action="Add the removal, or note that there was nothing to remove.",
                room=room,
                items=_fingerprints(replaced),
            )


def _over_room(rooms: Sequence[Room], items: Sequence[ScopeItem]) -> Iterator[CheckFinding]:
    measured = {room.name: areas(room) for room in rooms}
    totals: dict[tuple[str, str, Activity], list[ScopeItem]] = defaultdict(list)
    for item in items:
        if item.room is not None and item.quantity is not None:
            totals[item.room, item.description, item.activity].append(item)
    for (room, description, activity), group in totals.items():
        derived = measured.get(room)
        limit = _limit(derived, description) if derived else None
        if limit is None:
            continue
        value, unit, name = limit
        total = sum(_in_unit(item, unit) for item in group)
        if total > value * (_WASTE if activity in _REPLACING else _ROUNDING):
            yield CheckFinding(
                check="quantity_over_room",
                saw=(
                    f"{total:g} {unit} of {description} ({activity}) in {_place(room)},"
                    f" whose {name} is {value:g} {unit}."
                ),
                action="Correct the quantity or the measures of the room.",
                room=room,
                items=_fingerprints(group),
            )


def _limit(derived: Areas, description: str) -> tuple[float, Unit, str] | None:
    """The most of a material that fits into a room; None if its measures do not tell."""
    if description in _FLOORS:
        return derived.floor, Unit.SF, "floor"
    if description in _CEILINGS:
        return derived.ceiling, Unit.SF, "ceiling"
    if description in _PERIMETERS:
        return derived.ceiling_perimeter, Unit.LF, "perimeter"
    if description in _WALLS and derived.walls is not None:
        return derived.walls, Unit.SF, "wall area"
    if description in _WALLS_AND_CEILINGS and derived.walls_and_ceiling is not None:
        return derived.walls_and_ceiling, Unit.SF, "area of walls and ceiling"
    return None


def _in_unit(item: ScopeItem, unit: Unit) -> float:
    quantity = item.quantity or 0.0
    if unit is Unit.SF and item.unit in _SQUARE_FEET:
        return quantity * _SQUARE_FEET[item.unit]
    return quantity if item.unit is unit else 0.0


def _without_evidence(items: Sequence[ScopeItem]) -> Iterator[CheckFinding]:
    for item in items:
        if not item.evidence:
            yield CheckFinding(
                check="item_without_evidence",
                saw=f"{item.description} ({item.activity}) in {_place(item.room)} has no quote from a note or caption.",
                action="Add a note or photo that shows it, or reject the item.",
                room=item.room,
                items=(item.fingerprint,),
            )


def _without_paint(items: Sequence[ScopeItem]) -> Iterator[CheckFinding]:
    painted = {item.room for item in items if item.activity is Activity.PAINT}
    for (room, description), group in _grouped(items).items():
        hung = [item for item in group if item.activity in _REPLACING]
        if description in ("drywall", "plaster") and hung and room not in painted:
            yield CheckFinding(
                check="drywall_without_paint",
                saw=f"{description} is replaced in {_place(room)}, and nothing is painted there.",
                action="Add the paint, or note who paints.",
                room=room,
                items=_fingerprints(hung),
            )


def _porous_kept(
    file: ClaimFile, extraction: Extraction, items: Sequence[ScopeItem]
) -> Iterator[CheckFinding]:
    stated = extraction.water_category
    category = stated.value if stated else file.facts.water_category
    if category != _CATEGORY_3:
        return
    for (room, description), group in _grouped(items).items():
        kept = [item for item in group if item.activity in _KEEPING]
        if description in _POROUS and kept and not any(item.activity in _REMOVING for item in group):
            yield CheckFinding(
                check="porous_material_kept",
                saw=f"{description} in {_place(room)} is porous and is kept, and the water is category 3.",
                action="Remove the material, or correct the category of the water.",
                room=room,
                items=_fingerprints(kept),
            )


def _without_readings(file: ClaimFile, items: Sequence[ScopeItem]) -> Iterator[CheckFinding]:
    equipment = [item for item in items if item.activity is Activity.DRY and item.unit is Unit.DAY]
    if not equipment:
        return
    read = {
        note.created_at.date()
        for note in file.notes
        if note.kind == "moisture_reading" or _READING.search(note.text)
    }
    days = max((item.quantity or 0.0) / (item.count or 1.0) for item in equipment)
    if len(read) < days:
        yield CheckFinding(
            check="equipment_without_readings",
            saw=f"Equipment runs for {days:g} days, and moisture is read on {len(read)} of them.",
            action="Add the missing moisture readings, or correct the days.",
            items=_fingerprints(equipment),
        )


def _without_photos(rooms: Sequence[Room], extraction: Extraction) -> Iterator[CheckFinding]:
    shown = {summary.room for summary in extraction.photo_summaries}
    for room in rooms:
        if room.name not in shown:
            yield CheckFinding(
                check="room_without_photos",
                saw=f"No photo's caption names {_place(room.name)}.",
                action="Add a photo, or name the room in its caption.",
                room=room.name,
            )


def _missing_fields(file: ClaimFile, extraction: Extraction) -> Iterator[CheckFinding]:
    facts = file.facts
    missing = [name for name in _FIELDS if getattr(facts, name) is None]
    if facts.loss_type in _WATER_LOSSES:
        found = {"water_category": extraction.water_category, "water_class": extraction.water_class}
        missing += [name for name in _WATER_FIELDS if getattr(facts, name) is None and found[name] is None]
    for name in missing:
        yield CheckFinding(
            check="claim_field_missing", saw=f"The claim has no {name}.", action=f"Set {name} on the claim."
        )


def _conflicting(extraction: Extraction) -> Iterator[CheckFinding]:
    for conflict in sorted(
        extraction.conflicts,
        key=lambda conflict: (conflict.room or "", conflict.field, conflict.subject or "", conflict.kept),
    ):
        subject = (conflict.subject or conflict.field).replace("_", " ")
        others = ", ".join(conflict.others)
        yield CheckFinding(
            check="conflicting_measures",
            saw=f"{subject} in {_place(conflict.room)}: {conflict.kept} is used, {others} is stated too.",
            action="Confirm which one is right.",
            room=conflict.room,
        )


def _fingerprints(items: Iterable[ScopeItem]) -> tuple[str, ...]:
    return tuple(item.fingerprint for item in items)


def _place(room: str | None) -> str:
    return room or "the claim"
