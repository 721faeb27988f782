"""The chunks of a sentence: its marks between commas, conjunctions and brackets, each with the room it is about."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.marks import Kind
from eal.ai.engines.embedded.claims.materials import EQUIPMENT, PLACING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.rooms import RoomMention

_BESIDE = frozenset({
    "below", "beneath", "under", "underneath", "adjacent", "next", "behind", "beside", "outside", "opposite",
    "above", "off", "beyond",
})  # fmt: skip
_ARTICLES = frozenset({"the", "an", "a", "adjacent", "our", "this", "of", "from"})
_LEADING = frozenset({"in", "from", "at", "inside", "throughout", "of", "on", "to", "for"})
_SIDES_OF_ROOMS = frozenset({"side", "wall", "entrance"})
_STORED = frozenset({"set", "stored", "put", "placed", "stacked", "staged", "sitting"})
_WITH = frozenset({"with", "including", "incl", "w/", "counting"})
_WHOLE = frozenset({"whole", "entire"})
_DWELLINGS = frozenset({"house", "home", "dwelling", "structure", "building", "property"})


@dataclass(frozen=True, slots=True)
class Chunk:
    """`joined`: "and" stands before it. `bracket`: it is in brackets. `own_room`: the sentence names the room."""

    marks: tuple[Mark, ...]
    joined: bool
    bracket: bool
    room: RoomMention | None
    own_room: bool

    @property
    def activities(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.activity]

    def first(self, kind: Kind) -> Mark | None:
        return next((mark for mark in self.marks if mark.kind is kind), None)

    def has_word(self, words: frozenset[str]) -> bool:
        return any(mark.text in words for mark in self.marks)


def chunks(marks: Sequence[Mark], current: RoomMention | None) -> list[Chunk]:
    """The chunks of a sentence. `current` is the room of the sentence before."""
    here = places(marks)
    ahead = _room_ahead(marks, here)
    room, own = (ahead, True) if ahead else (current, False)
    found: list[Chunk] = []
    for indexes, joined, bracket in _split(marks):
        for index in indexes:
            if here[index]:
                room, own = marks[index].room, True
        part = tuple(marks[index] for index in indexes)
        chunk = Chunk(part, joined, bracket, room, own)
        if chunk.has_word(_WHOLE) and chunk.has_word(_DWELLINGS):
            chunk = Chunk(part, joined, bracket, None, own_room=True)
        found.append(chunk)
    return found


def places(marks: Sequence[Mark]) -> list[bool]:
    """Returns for each mark whether it is a room in which something is, rather than one next to it: "below the
    laundry"."""
    return [
        mark.kind is Kind.ROOM
        and not _is_beside(marks, index)
        and not _is_side(marks, index)
        and not _is_included(marks, index)
        for index, mark in enumerate(marks)
    ]


def _is_side(marks: Sequence[Mark], index: int) -> bool:
    """Whether a room names a side of another one: "the baseboard on the closet side"."""
    return index + 1 < len(marks) and marks[index + 1].text in _SIDES_OF_ROOMS


def _is_stored(marks: Sequence[Mark], index: int) -> bool:
    """Whether a room is where something was put: "pulled the toilet, set in the garage"."""
    near = marks[max(0, index - 3) : index]
    return any(mark.text in _STORED and other.text == "in" for mark, other in pairwise(near))


def _is_included(marks: Sequence[Mark], index: int) -> bool:
    """Whether a closet belongs to a quantity: "142 SF with the closet"."""
    room, before = marks[index].room, {mark.text for mark in marks[max(0, index - 2) : index]}
    sized = any(mark.kind is Kind.SIZE for mark in marks[index + 1 : index + 3])
    return room is not None and room.name == "closet" and bool(before & _WITH) and not sized


def _is_beside(marks: Sequence[Mark], index: int) -> bool:
    if _is_stored(marks, index):
        return True
    for before in reversed(marks[max(0, index - 3) : index]):
        if before.text == "to":
            moved = any(mark.activity is Activity.MOVE for mark in marks[max(0, index - 10) : index])
            opened = any(mark.kind is Kind.OPENING for mark in marks[max(0, index - 5) : index])
            if moved or opened:
                return True
        elif before.text == "adjacent":
            return marks[index - 1].text in ("to", "the")
        elif before.kind is Kind.PREPOSITION:
            return before.text in _BESIDE
        elif before.kind is not Kind.WORD or before.text not in _ARTICLES:
            return False
    return False


def _room_ahead(marks: Sequence[Mark], here: Sequence[bool]) -> RoomMention | None:
    """The first room of the sentence, if work is named before it: "removed base and drywall from the kitchen"."""
    worked = False
    for index, mark in enumerate(marks):
        if mark.kind is Kind.BREAK and mark.text in ("then", ";"):
            return None
        worked = worked or mark.kind in (Kind.ACTIVITY, Kind.MATERIAL)
        if here[index]:
            earlier = marks[max(0, index - 3) : index]
            led = any(mark.kind is Kind.PREPOSITION and mark.text in _LEADING for mark in earlier)
            after_material = bool(earlier) and earlier[-1].kind is Kind.MATERIAL
            return mark.room if worked and (led or after_material) else None
    return None


def _split(marks: Sequence[Mark]) -> list[tuple[list[int], bool, bool]]:
    """The indexes of each chunk's marks, and whether it is joined and in brackets."""
    found: list[tuple[list[int], bool, bool]] = []
    current: list[int] = []
    joined = bracket = False
    for index, mark in enumerate(marks):
        separates = mark.kind in (Kind.COMMA, Kind.JOIN, Kind.BREAK, Kind.PIECE)
        if current and (separates or _begins_statement(marks, index, current)):
            found.append((current, joined, bracket))
            current, joined, bracket = [], False, False
        if separates:
            joined = joined or mark.kind is Kind.JOIN
            bracket = mark.text == "("
        else:
            current.append(index)
    return [*found, (current, joined, bracket)] if current else found


def _begins_statement(marks: Sequence[Mark], index: int, current: Sequence[int]) -> bool:
    """Whether a mark begins a new statement without a separator, as in speech: "pulled base set two air movers"."""
    mark = marks[index]
    if not any(marks[index].kind is Kind.MATERIAL for index in current):
        return False
    if mark.kind is Kind.ROOM:
        return any(mark.kind in (Kind.SIZE, Kind.ROOM) for mark in marks[index + 1 : index + 3])
    materials = [mark.text for mark in marks[index + 1 : index + 4] if mark.kind is Kind.MATERIAL]
    if mark.text in PLACING and materials and materials[0] in EQUIPMENT:
        return True
    return mark.kind is Kind.ACTIVITY and _precedes_material(marks, index, current)


def _precedes_material(marks: Sequence[Mark], index: int, current: Sequence[int]) -> bool:
    """Whether an activity is about a material after it, rather than the one before."""
    if any(marks[index].kind is Kind.AUXILIARY for index in current[-4:]):
        return False
    has_activity = any(marks[index].kind is Kind.ACTIVITY for index in current)
    for following in marks[index + 1 :]:
        if following.kind in (Kind.COMMA, Kind.JOIN, Kind.BREAK, Kind.ACTIVITY):
            return False
        if following.kind is Kind.MATERIAL:
            return True
        if following.kind is Kind.PREPOSITION and following.text != "of" and not has_activity:
            return False
    return False
