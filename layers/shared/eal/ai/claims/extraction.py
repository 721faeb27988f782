"""Parts that are extracted from the evidence: rooms, scope items, summaries of photos, exclusions, conflicts of
measures."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from eal.ai.claims.vocabulary import (
    Activity,
    ExclusionReason,
    OpeningKind,
    Phase,
    PieceKind,
    QuantityBasis,
    Severity,
    SourceKind,
    Unit,
)


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words that stand verbatim in the text of a note or in the caption of a photo."""

    source: SourceKind
    source_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A rectangle of a room's floor, in feet. A room has one `main` piece; an L-shape has an offset next to it."""

    kind: PieceKind
    length: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`count` equal openings in a room's walls, in feet. A missing wall without a height has that of the room."""

    kind: OpeningKind
    width: float
    height: float | None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room with its measures in feet; a measure that nobody stated is None."""

    name: str
    level: str | None = None
    height: float | None = None
    pieces: tuple[Piece, ...] = ()
    openings: tuple[Opening, ...] = ()
    evidence: tuple[Quote, ...] = ()

    @property
    def length(self) -> float | None:
        return self.pieces[0].length if self.pieces else None

    @property
    def width(self) -> float | None:
        return self.pieces[0].width if self.pieces else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Xactimate's variables of a room: square feet, linear feet, square yards and cubic feet, next to their names."""

    floor: float  # F
    ceiling: float  # C
    floor_perimeter: float  # PF, less doors, openings and missing walls
    ceiling_perimeter: float  # PC
    floor_square_yards: float  # SY
    walls: float | None  # W, less openings
    walls_and_ceiling: float | None  # WC
    volume: float | None  # V


def areas(room: Room) -> Areas | None:
    """The areas that follow from the measures. None without length and width; walls and volume need the height.

    A closet has walls of its own, as a subroom of Xactimate's. An offset opens to the main piece over its longer side,
    but not over more than the main piece's: the notes do not say over which side.
    """
    if not room.pieces:
        return None
    floor = sum(piece.length * piece.width for piece in room.pieces)
    around = sum(2 * (piece.length + piece.width) for piece in room.pieces)
    main = room.pieces[0]
    for piece in room.pieces[1:]:
        if piece.kind == "offset":
            around -= 2 * min(max(piece.length, piece.width), max(main.length, main.width))
    to_floor = sum(opening.width * opening.count for opening in room.openings if opening.kind != "window")
    height = room.height
    walls = None
    if height is not None:
        open_area = sum(
            opening.width
            * min(opening.height if opening.height is not None else height, height)
            * opening.count
            for opening in room.openings
        )
        walls = _rounded(max(0.0, around * height - open_area))
    return Areas(
        floor=_rounded(floor),
        ceiling=_rounded(floor),
        floor_perimeter=_rounded(max(0.0, around - to_floor)),
        ceiling_perimeter=_rounded(around),
        floor_square_yards=_rounded(floor / 9),
        walls=walls,
        walls_and_ceiling=None if walls is None else _rounded(walls + floor),
        volume=None if height is None else _rounded(floor * height),
    )


def _rounded(value: float) -> float:
    return round(value, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeItem:
    """A line of the scope. `room` is the name of a room, or None for the whole job and the outside of the building.

    A quantity has a unit and a basis; all three are None if nobody stated one. `count` is the number of units of
    equipment if the quantity is their days together. `note` explains a quantity that is calculated.
    """

    room: str | None
    activity: Activity
    description: str
    quantity: float | None = None
    unit: Unit | None = None
    quantity_basis: QuantityBasis | None = None
    count: float | None = None
    note: str | None = None
    evidence: tuple[Quote, ...] = ()
    confidence: float

    @property
    def fingerprint(self) -> str:
        """Equal for an item that a later extraction repeats unchanged, whatever its evidence and confidence."""
        content = (self.room, self.activity.value, self.description, self.quantity, self.unit)
        return hashlib.sha256(repr(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBy:
    """The model that looked at a photo, and the fields of the summary that it alone filled or added to."""

    fields: tuple[str, ...]
    engine: str
    model: str
    prompt_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSummary:
    """A photo by its caption, and by a model where the caption is silent. `unknown` names what neither says."""

    photo_id: str
    room: str | None
    damage: str | None
    materials: tuple[str, ...]
    severity: Severity | None
    hazards: tuple[str, ...]
    phase: Phase | None
    unknown: tuple[str, ...]
    seen_by: SeenBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterLevel:
    """A water category or class. `basis` is "stated", or "source" if the stated source of the water determines it."""

    value: int
    basis: Literal["stated", "source"]
    evidence: Quote


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Words that name damage, property or work outside this loss, or that try to command the software."""

    reason: ExclusionReason
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureConflict:
    """Statements that differ about one measure. `field` is such as "size", "height", "quantity" or "water_category";
    `kept` and `others` are the values as text.
    """

    room: str | None
    field: str
    subject: str | None
    kept: str
    others: tuple[str, ...]
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """The statements in the evidence of a claim. They are advisory: a person reviews every item. `remarks` are slugs
    about the run."""

    rooms: tuple[Room, ...]
    items: tuple[ScopeItem, ...]
    photo_summaries: tuple[PhotoSummary, ...]
    water_category: WaterLevel | None
    water_class: WaterLevel | None
    exclusions: tuple[Exclusion, ...]
    conflicts: tuple[MeasureConflict, ...]
    remarks: tuple[str, ...] = ()
