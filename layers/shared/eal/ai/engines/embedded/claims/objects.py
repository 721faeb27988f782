"""The materials of a chunk that are worked on, each with its quantity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from eal.ai.claims.vocabulary import Activity, Unit
from eal.ai.engines.embedded.claims.marks import Kind
from eal.ai.engines.embedded.claims.materials import (
    AGENTS,
    COVERINGS,
    EQUIPMENT,
    EXTERIOR,
    LINEAR,
    PLACING,
    SURFACES,
    TESTS,
    are_pair,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from eal.ai.engines.embedded.claims.chunks import Chunk
    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.rooms import RoomMention

_COMPASS = frozenset({
    "n", "s", "e", "w", "north", "south", "east", "west", "party", "exterior", "back", "rear", "left", "right",
    "shared", "that",
})  # fmt: skip
_WHERE = frozenset({"ceiling", "wall", "floor"})
_PARTS = frozenset({"side", "sides", "behind", "back", "bottom", "top", "rest"})
_OBJECT_PREPOSITIONS = frozenset({"to", "on", "of", "for"})
_CUT_HEIGHT_FEET = 4
"""A length up to this is the height of a cut, not the run of the wall: "drywall removed 2 ft up"."""
_MIN_RUN_FEET = 1
"""A shorter length is a profile: 3-1/4" base."""
_OUTDOORS = frozenset({"outdoors", "outdoor", "outside", "exterior"})
_HAS_HEIGHT = frozenset({"drywall", "flood cut", "cabinet", "framing"})


@dataclass(slots=True)
class Object:
    """A material that is worked on. `mark` covers its words and those of its quantity.

    `joined`: "and" stands before it. `trailing`: its quantity is after it. `predicated`: it has a verb of its own that
    names no activity. `placed`: it is set up. `known`: a gazetteer knows its name.
    """

    mark: Mark
    room: RoomMention | None
    own_room: bool
    value: Fraction | None = None
    unit: Unit | None = None
    calculated: str | None = None
    days: Fraction | None = None
    known: bool = True
    placed: bool = False
    joined: bool = False
    trailing: bool = False
    predicated: bool = False

    @property
    def name(self) -> str:
        return self.mark.text

    @property
    def is_equipment(self) -> bool:
        return self.name in EQUIPMENT

    @property
    def has_days(self) -> bool:
        """Whether days are a quantity of it."""
        return self.name in EQUIPMENT or self.name in AGENTS

    def take(self, stated: Mark) -> None:
        """Takes a quantity from elsewhere in the sentence, if it has none."""
        if self.value is None:
            self.value, self.unit = stated.value, stated.unit
        self.cover(stated)

    def share(self, other: Object) -> None:
        """Takes the quantity of another object, if it has none."""
        if self.value is None:
            self.value, self.unit = other.value, other.unit

    def cover(self, mark: Mark) -> None:
        self.mark = replace(
            self.mark, first=min(self.mark.first, mark.first), after=max(self.mark.after, mark.after)
        )

    def again(self, chunk: Chunk) -> Object:
        """A copy of the object for another activity."""
        copy = replace(self, days=None)
        copy.mark = replace(self.mark, after=max(self.mark.after, chunk.marks[-1].after))
        return copy


def objects(chunk: Chunk) -> list[Object]:
    """The materials of a chunk that are worked on. Others say where the work is: "behind the vanity"."""
    marks = chunk.marks
    # "ceiling drywall tile": in a row of materials, the last one is the head.
    heads = [
        index
        for index, mark in enumerate(marks)
        if mark.kind is Kind.MATERIAL
        and not (index + 1 < len(marks) and marks[index + 1].kind is Kind.MATERIAL)
    ]
    worked = [index for index in heads if _is_worked(marks, index)]
    if any(marks[index].text in AGENTS for index in worked) and _treats(chunk):
        worked = [index for index in worked if marks[index].text in AGENTS]
    if (
        not worked
        and heads
        and marks[heads[0]].text != "debris"
        and _preposition(marks, heads[0]) in _OBJECT_PREPOSITIONS
    ):
        worked = heads[:1]
    found = [_object(chunk, marks[index]) for index in worked]
    _measure(marks, worked, found)
    return _without_repeats(found)


def _object(chunk: Chunk, mark: Mark) -> Object:
    room = None if _is_outside(chunk, mark) else chunk.room
    predicated = any(other.kind is Kind.AUXILIARY and other.first > mark.first for other in chunk.marks)
    return Object(
        mark, room, chunk.own_room, placed=chunk.has_word(PLACING), joined=chunk.joined, predicated=predicated
    )


def _is_outside(chunk: Chunk, mark: Mark) -> bool:
    """Whether work is in no room: on the roof, or a sample of the air outside."""
    if mark.text in TESTS and chunk.has_word(_OUTDOORS):
        return True
    return mark.text in EXTERIOR and not chunk.own_room


def _treats(chunk: Chunk) -> bool:
    return not chunk.activities or any(mark.activity is Activity.TREAT for mark in chunk.activities)


def _is_worked(marks: Sequence[Mark], index: int) -> bool:
    name = marks[index].text
    counted = bool(index) and marks[index - 1].kind is Kind.COUNT
    if name in _WHERE and any(_is_other(mark, name) for mark in marks):
        return False
    return name in AGENTS or (name in EQUIPMENT and counted) or not _is_place(marks, index)


def _is_other(mark: Mark, name: str) -> bool:
    """Whether a mark is a material that may be on a ceiling, wall or floor: "ceiling: 60 SF drywall removed"."""
    return (
        mark.kind is Kind.MATERIAL
        and mark.text not in _WHERE
        and mark.text != name
        and mark.text not in EQUIPMENT
    )


def _is_place(marks: Sequence[Mark], index: int) -> bool:
    """Whether a material says where the work is: "behind the vanity", and "N wall" next to another material."""
    earlier = [mark.text for mark in marks[:index] if mark.kind is Kind.MATERIAL]
    preposition = _preposition(marks, index)
    if preposition == "with" and earlier and are_pair(earlier[-1], marks[index].text):
        return False
    if marks[index].text == "wall" and earlier and marks[index - 1].text in _COMPASS:
        return True
    part_of = preposition == "of" and any(mark.text in _PARTS for mark in marks[max(0, index - 5) : index])
    return part_of or preposition not in (None, "of")


def _preposition(marks: Sequence[Mark], index: int) -> str | None:
    """The preposition that a material depends on."""
    for mark in reversed(marks[max(0, index - 4) : index]):
        if mark.kind is Kind.PREPOSITION:
            return mark.text
        if mark.kind not in (Kind.WORD, Kind.COUNT, Kind.MATERIAL):
            return None
    return None


def _measure(marks: Sequence[Mark], worked: Sequence[int], found: Sequence[Object]) -> None:
    """Gives each object the quantity before it, or the one after it if the first object has none before it."""
    amounts = [
        index
        for index, mark in enumerate(marks)
        if mark.kind in (Kind.COUNT, Kind.QUANTITY, Kind.LENGTH, Kind.SIZE)
    ]
    leading = bool(worked) and any(index < worked[0] for index in amounts)
    for number, target in enumerate(found):
        low = worked[number - 1] if number else -1
        high = worked[number + 1] if number + 1 < len(worked) else len(marks)
        before = [index for index in amounts if low < index < worked[number]] if leading else []
        after = [index for index in amounts if worked[number] < index < high]
        if leading and number + 1 < len(worked):
            after = []
        taken = _take(target, [marks[index] for index in (*reversed(before), *after)])
        target.trailing = taken is not None and taken.first >= target.mark.after
        _measure_days(marks, worked[number], target)
    for before_one, target in pairwise(found):
        if are_pair(before_one.name, target.name):
            target.share(before_one)
    if not leading:
        share(found)


def _measure_days(marks: Sequence[Mark], index: int, target: Object) -> None:
    counted = marks[index - 1] if index else None
    if target.is_equipment and target.value is None and counted and counted.kind is Kind.COUNT:
        target.value, target.unit = counted.value, Unit.EA
    following = marks[index + 1].text if index + 1 < len(marks) else ""
    if target.is_equipment and target.unit is Unit.EA and following == "days":
        target.unit = Unit.DAY
    days = next((mark.value for mark in marks[index:] if mark.kind is Kind.DAYS), None)
    if target.has_days:
        target.days = days


def _take(target: Object, candidates: Sequence[Mark]) -> Mark | None:
    """Takes the best of the amounts near an object: a quantity, then a length or size, then a count."""
    for mark in candidates:
        if mark.kind is Kind.QUANTITY:
            target.value, target.unit = mark.value, mark.unit
            return mark
    for mark in candidates:
        if mark.kind is Kind.SIZE and takes_size(target, mark):
            return mark
        if mark.kind is Kind.LENGTH and takes_length(target, mark):
            return mark
    for mark in candidates:
        if mark.kind is Kind.COUNT and takes_count(target, mark):
            return mark
    return None


def takes_size(target: Object, mark: Mark) -> bool:
    """Takes the product of two sides as the area of a surface: "4x8 section of drywall"."""
    sides = mark.size.sides if mark.size else ()
    if len(sides) != 2 or target.name not in SURFACES or target.name in LINEAR - {"drywall", "framing"}:
        return False
    target.value, target.unit = sides[0] * sides[1], Unit.SF
    target.calculated = " x ".join(f"{float(side):g} ft" for side in sides)
    return True


def takes_length(target: Object, mark: Mark) -> bool:
    if mark.value is None:
        return False
    if target.name in COVERINGS:
        target.value, target.unit = mark.value, Unit.SF
        return True
    if (
        target.name in LINEAR
        and mark.value >= _MIN_RUN_FEET
        and (mark.value > _CUT_HEIGHT_FEET or target.name not in _HAS_HEIGHT)
    ):
        target.value, target.unit = mark.value, Unit.LF
        return True
    return False


def takes_count(target: Object, mark: Mark) -> bool:
    if target.name in SURFACES:
        return False
    target.value, target.unit = mark.value, Unit.EA
    return True


def share(found: Sequence[Object]) -> None:
    """The quantity after a list of materials counts for those that "and" joins to it: "carpet & pad, 180 SF"."""
    for before, after in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
        if after.joined and after.unit is not Unit.HR:
            before.share(after)
    for before, after in pairwise(found):
        if after.joined and are_pair(before.name, after.name):
            after.share(before)


def _without_repeats(found: Sequence[Object]) -> list[Object]:
    """One object for a name twice in a chunk: "a drying system with two mats"."""
    kept: list[Object] = []
    for target in found:
        same = next(
            (other for other in kept if other.name == target.name and None in (other.value, target.value)),
            None,
        )
        if same is None:
            kept.append(target)
        else:
            same.share(target)
    return kept
