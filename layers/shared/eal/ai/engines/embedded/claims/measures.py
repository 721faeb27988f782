"""The measures of rooms that sentences state, and the rooms and conflicts that follow from all statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.claims.extraction import MeasureConflict, Opening, Piece, Quote, Room
from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.chunks import places
from eal.ai.engines.embedded.claims.marks import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from eal.ai.claims.vocabulary import OpeningKind, PieceKind
    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.rooms import RoomMention
    from eal.ai.engines.embedded.claims.tokens import NoteToken

type Rank = Literal[1, 2, 3]
type RoomRole = Literal[
    "main", "next", "closet", "offset", "door", "window", "opening", "missing_wall", "other"
]

MIN_SIDE_FEET = 1
MAX_SIDE_FEET = 400
CORRECTION: Rank = 3
ESTIMATE: Rank = 1
_EVERYWHERE = frozenset({"all", "throughout", "every", "everywhere", "whole", "entire"})
_SAME = 0.01
"""Two measures that differ by less than this share are one."""
_OPENING_ROLES: dict[str, RoomRole] = {
    "door": "door",
    "window": "window",
    "garage door": "door",
    "opening": "opening",
    "missing_wall": "missing_wall",
}
_PARTS_OF_SURFACES = frozenset({
    "section", "area", "hole", "piece", "patch", "sheet", "spot", "portion", "cut", "panel", "strip", "access",
    "sections", "areas", "pieces", "holes", "stain",
})  # fmt: skip
_SEPARATE = frozenset({"adjoining", "adjacent", "separate"})
_EACH = frozenset({"all", "both", "each"})
_NEAR_MARKS = 4
_TOWARDS = frozenset({"toward", "towards", "facing", "near"})
_WITH = frozenset({"with", "w/", "w", "and", "plus", "+"})
_CLOSETS = frozenset({"closet", "walk-in closet", "linen closet", "coat closet"})


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: the numbers of its source and of itself, its words, and their rank: 3 for an instrument or a
    correction, 1 for an estimate or hearsay.
    """

    order: tuple[int, int]
    quote: Quote
    rank: Rank


@dataclass(frozen=True, slots=True)
class Statement:
    """A measure of a room. `everywhere`: a height of all rooms. `replaced`: the text says that it was wrong.
    `beside_name`: the size stands next to the name of its room.
    """

    room: RoomMention | None
    field: Literal["size", "height", "piece", "opening"]
    said: Said
    sides: tuple[float, ...]
    piece: PieceKind = "main"
    opening: OpeningKind = "door"
    count: int = 1
    everywhere: bool = False
    replaced: bool = False
    beside_name: bool = False


@cache
def _instrument() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:laser\w*|lidar|matterport|docusketch|docu sketch|encircle|magicplan|hover|sketch"
        r"|scan\w*|a tape|taped|tape(?:d)? measure\w*|field[- ]verified|field measure\w*|correct(?:ion"
        r"|ed|s)?|actual(?:ly)?|"
        r"re-?measure\w*|remeasured|revised|updated?|as-?built|blueprints?|floor ?plan|measured"
        r"|verified|should be|confirmed|tape measure|disto|total)\b"
    )


@cache
def _estimate() -> re.Pattern[str]:
    return re.compile(
        r"(?:\b(?:approx\w*|about|roughly|around|looks? like|guess\w*|estimat\w+|eyeball\w*|ballpark"
        r"|paced|maybe|or so|ish|probably|(?:insured|owner|homeowner|customer|ho|tenant) (?:says?|said"
        r"|states?|stated|thinks?|thought|reports?|told)|"
        r"per (?:the )?(?:homeowner|insured|owner|customer|ho)|visually|i think|from memory)\b|~|\+/-|±)"
    )


def rank(words: str) -> Rank:
    """The rank of a sentence's measures, by its words."""
    lowered = words.lower()
    if _estimate().search(lowered):
        return ESTIMATE
    return CORRECTION if _instrument().search(lowered) else 2


@dataclass(slots=True)
class RoomContext:
    """The room that a source named last, whether its size is already known in this source, and the last height."""

    room: RoomMention | None = None
    sized: bool = False
    height: float | None = None


def statements(
    sequence: Sequence[NoteToken], marks: Sequence[Mark], context: RoomContext, said: Said
) -> list[Statement]:
    """The measures that a sentence states; `context` moves on to the room that it names last."""
    found: list[Statement] = []
    here = places(marks)
    for index, mark in enumerate(marks):
        if (
            here[index]
            and mark.room
            and not (context.sized and index and marks[index - 1].text == "into")
            and not (context.sized and mark.room.name in _CLOSETS and _is_part(marks, index))
        ):
            context.sized = context.sized and context.room is not None and mark.room.name == context.room.name
            context.room = mark.room
        elif mark.kind is Kind.HEIGHT:
            found += _heights(marks, index, context, said)
        elif mark.kind is Kind.LENGTH and mark.value is not None and _is_missing_wall(marks, index):
            found.append(
                Statement(context.room, "opening", said, (_rounded(mark.value),), opening="missing_wall")
            )
        elif mark.kind is Kind.SIZE and mark.size:
            found += _sized(sequence, marks, index, context, said)
    return found


def _heights(marks: Sequence[Mark], index: int, context: RoomContext, said: Said) -> list[Statement]:
    """The height of the current room, of a list of rooms before it, or of all rooms. A mark without a value repeats
    the last height.
    """
    value = marks[index].value
    height = context.height if value is None else _rounded(value)
    if height is None:
        return []
    context.height = height
    everywhere = context.room is None and any(mark.text in _EVERYWHERE for mark in marks)
    listed = _listed(marks[:index]) or [context.room]
    return [Statement(room, "height", said, (height,), everywhere=everywhere) for room in listed]


def _listed(marks: Sequence[Mark]) -> list[RoomMention | None]:
    """The rooms of a list that share what follows: "living room, dining room and den all"."""
    rooms = list({mark.room.name: mark.room for mark in marks if mark.room}.values())
    if any(mark.text in _EACH for mark in marks[-_NEAR_MARKS:]):
        return [*rooms]
    others = (Kind.ROOM, Kind.COMMA, Kind.JOIN, Kind.WORD, Kind.AUXILIARY)
    return [*rooms] if len(rooms) > 1 and all(mark.kind in others for mark in marks) else []


def _sized(
    sequence: Sequence[NoteToken], marks: Sequence[Mark], index: int, context: RoomContext, said: Said
) -> list[Statement]:
    size = marks[index].size
    sides = tuple(_rounded(side) for side in size.sides) if size else ()
    if not all(MIN_SIDE_FEET <= side <= MAX_SIDE_FEET for side in sides[:2]):
        return []
    role = _role(sequence, marks, index, context)
    if role == "other":
        return []
    if role in ("closet", "offset"):
        return [Statement(context.room, "piece", said, sides[:2], piece=role)]
    if role in ("door", "window", "opening", "missing_wall"):
        return [Statement(context.room, "opening", said, sides[:2], opening=role, count=_count(marks, index))]
    room = marks[index + 1].room if role == "next" else context.room
    before = [mark for mark in marks[max(0, index - 2) : index] if mark.kind is not Kind.WORD]
    replaced = bool(before) and before[-1].kind is Kind.NOT
    beside = any(mark.kind is Kind.ROOM for mark in marks[max(0, index - 2) : index + 2])
    context.room, context.sized = room, True
    found = [Statement(room, "size", said, sides[:2], replaced=replaced, beside_name=beside)]
    if len(sides) == 3:
        context.height = sides[2]
        found.append(Statement(room, "height", said, sides[2:], replaced=replaced, beside_name=beside))
    return found


def _is_missing_wall(marks: Sequence[Mark], index: int) -> bool:
    return any(mark.text == "missing_wall" for mark in marks[max(0, index - 3) : index + 3])


def _is_part(marks: Sequence[Mark], index: int) -> bool:
    """Whether a closet is a part of the room whose size is before it: "with closet 2x6", "and a 3x6 closet"."""
    room, before = marks[index].room, {mark.text for mark in marks[max(0, index - 2) : index]}
    if not index or before & _SEPARATE:
        return False
    named = room is not None and room.name != "closet"
    if named and not before & _WITH and marks[index - 1].kind is not Kind.SIZE:
        return False
    return marks[index - 1].kind is Kind.SIZE or any(
        mark.kind is Kind.SIZE for mark in marks[index + 1 : index + 6]
    )


def _role(sequence: Sequence[NoteToken], marks: Sequence[Mark], index: int, context: RoomContext) -> RoomRole:  # noqa: C901 - one case for each role
    """The object of a size: "main" of the current room, "next" of the room after it, a piece, an opening, or other."""
    title = marks[0]
    if (title.kind is Kind.OPENING or title.text in _OPENING_ROLES) and not any(
        mark.kind in (Kind.ROOM, Kind.ACTIVITY) for mark in marks[:index]
    ):
        return _OPENING_ROLES[title.text]
    before, after = _near(marks, index, -1), _near(marks, index, 1)
    for mark in after[:2]:
        if mark.kind is Kind.ROOM and mark.room and mark.room.name in _CLOSETS and context.sized:
            return "closet"
        if mark.kind is Kind.OPENING or (mark.kind is Kind.MATERIAL and mark.text in _OPENING_ROLES):
            return _OPENING_ROLES[mark.text]
        if mark.kind is Kind.PIECE:
            return (
                "main"
                if _is_followed_by_size(marks, mark)
                else "closet"
                if mark.text == "closet"
                else "offset"
            )
        break
    for mark in before[:2]:
        if mark.kind is Kind.OPENING or (mark.kind is Kind.MATERIAL and mark.text in _OPENING_ROLES):
            return _OPENING_ROLES[mark.text]
        if mark.kind is Kind.ROOM and mark.room and mark.room.name in _CLOSETS and context.sized:
            return "closet"
        if mark.kind is Kind.PIECE or (
            mark.kind is Kind.PREPOSITION and context.sized and mark.text == "plus"
        ):
            return "offset" if context.sized else "main"
        break
    if _is_of_a_part(sequence, marks, index):
        return "other"
    if before and before[0].kind is Kind.ROOM:
        return "main"
    if _is_of_work(marks, index, sized=context.sized):
        return "other"
    if after and after[0].kind is Kind.MATERIAL and after[0].first - marks[index].after <= 3:
        return "other"
    if (
        before
        and before[0].kind in (Kind.MATERIAL, Kind.ACTIVITY, Kind.COUNT)
        and not any(mark.text in ("is", "measures", "room") for mark in marks[max(0, index - 4) : index])
    ):
        return "other"
    if (
        index + 1 < len(marks)
        and marks[index + 1].kind is Kind.ROOM
        and not (before and before[0].kind is Kind.ROOM)
    ):
        return "next"
    return "main" if context.room else "other"


def _is_of_a_part(sequence: Sequence[NoteToken], marks: Sequence[Mark], index: int) -> bool:
    """Whether a size is of a part of a surface: "a 4x4 section", or a product that is worked out: "7 x 8 = 56 SF"."""
    for token in sequence[marks[index].after : min(marks[-1].after, marks[index].after + 3)]:
        if token.text == "=":
            return any(mark.kind is Kind.MATERIAL for mark in marks[:index])
        if token.kind not in ("word", "number"):
            return False
        if token.text in _PARTS_OF_SURFACES:
            return True
    return False


def _is_of_work(marks: Sequence[Mark], index: int, *, sized: bool) -> bool:
    """Whether a sentence without a room states work before a size: "Tarp on the rear slope, 20 x 30"."""
    earlier = marks[:index]
    names_room = any(
        mark.kind is Kind.ROOM or mark.text in ("room", "is", "measures") for mark in marks[: index + 2]
    )
    works = [mark.activity for mark in earlier if mark.activity]
    return not names_room and (bool(works) if sized else Activity.PROTECT in works)


def _near(marks: Sequence[Mark], index: int, step: int) -> list[Mark]:
    """The marks with a meaning next to a size, up to the end of its phrase."""
    found: list[Mark] = []
    at = index + step
    while 0 <= at < len(marks) and abs(at - index) <= 5 and len(found) < 2:
        mark = marks[at]
        if mark.kind in (Kind.BREAK, Kind.COMMA, Kind.SIZE, Kind.HEIGHT, Kind.JOIN) or mark.text in _TOWARDS:
            break
        if mark.kind in (Kind.ROOM, Kind.OPENING, Kind.MATERIAL, Kind.PIECE, Kind.ACTIVITY):
            found.append(mark)
        at += step
    return found


def _is_followed_by_size(marks: Sequence[Mark], piece: Mark) -> bool:
    return any(mark.kind is Kind.SIZE for mark in marks[marks.index(piece) + 1 : marks.index(piece) + 4])


def _count(marks: Sequence[Mark], index: int) -> int:
    for before in reversed(marks[max(0, index - 5) : index]):
        if before.kind in (Kind.SIZE, Kind.COMMA, Kind.JOIN):
            break
        if before.kind is Kind.COUNT and before.value and before.value <= 20:
            return int(before.value)
    return 1


def _rounded(value: Fraction) -> float:
    return round(float(value), 4)


def differ(sides: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two measures differ, whichever side comes first."""
    return any(
        abs(a - b) > max(_SAME * max(a, b), 0.05) for a, b in zip(sorted(sides), sorted(other), strict=False)
    )


def room(
    name: str, level: str | None, stated: Sequence[Statement], everywhere: Sequence[Statement]
) -> tuple[Room, list[MeasureConflict]]:
    """The room by its statements: the one of the highest rank, and the latest among these, counts."""
    conflicts: list[MeasureConflict] = []
    size = _best([statement for statement in stated if statement.field == "size"])
    heights = [statement for statement in stated if statement.field == "height"]
    height = _best(heights) or _best(everywhere)
    for field, best in (("size", size), ("height", height)):
        if best:
            others = [
                statement
                for statement in stated
                if statement.field == field and differ(statement.sides, best.sides)
            ]
            if others:
                conflicts.append(_conflict(name, field, best, others))
    pieces: list[Piece] = []
    if size:
        pieces.append(Piece(kind="main", length=size.sides[0], width=size.sides[1]))
        for statement in stated:
            piece = (
                Piece(kind=statement.piece, length=statement.sides[0], width=statement.sides[1])
                if statement.field == "piece"
                else None
            )
            if piece and piece not in pieces:
                pieces.append(piece)
    openings = [
        Opening(
            kind=statement.opening,
            width=statement.sides[0],
            height=statement.sides[1] if len(statement.sides) > 1 else None,
            count=statement.count,
        )
        for statement in stated
        if statement.field == "opening"
    ]
    used = [statement for statement in (size, height) if statement] + [
        statement for statement in stated if statement.field in ("piece", "opening")
    ]
    return (
        Room(
            name=name, level=level, height=height.sides[0] if height else None, pieces=tuple(pieces),
            openings=tuple(dict.fromkeys(openings)),
            evidence=tuple(dict.fromkeys(statement.said.quote for statement in used)),
        ),
        conflicts,
    )  # fmt: skip


def _best(stated: Iterable[Statement]) -> Statement | None:
    candidates = [statement for statement in stated if not statement.replaced]
    if not candidates:
        return None
    ranked = enumerate(candidates)
    return max(ranked, key=lambda pair: (pair[1].said.rank, pair[1].said.order, pair[0]))[1]


def _conflict(name: str, field: str, best: Statement, others: Sequence[Statement]) -> MeasureConflict:
    return MeasureConflict(
        room=name, field=field, subject=None, kept=_text(best.sides),
        others=tuple(dict.fromkeys(_text(statement.sides) for statement in others)),
        evidence=tuple(dict.fromkeys([best.said.quote, *(statement.said.quote for statement in others)])),
    )  # fmt: skip


def _text(sides: Sequence[float]) -> str:
    return " x ".join(f"{side:g}" for side in sides) + " ft"
