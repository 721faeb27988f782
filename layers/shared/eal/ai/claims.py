"""The evidence of a claim, and what is extracted from it: rooms, scope items, summaries of photos, exclusions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

type NoteKind = Literal["note", "moisture_reading"]
type SourceKind = Literal["note", "photo"]
type QuantityBasis = Literal["measured", "photo_estimate", "allowance", "stated"]
type PieceKind = Literal["main", "offset", "closet"]
type OpeningKind = Literal["door", "window", "missing_wall", "opening"]
type ExclusionReason = Literal["prior_damage", "other_property", "excluded_work", "instruction"]
type Severity = Literal["minor", "moderate", "severe"]
type Phase = Literal["before", "during", "after"]


class Activity(StrEnum):
    """What is done to the material, object or equipment that the description of an item names."""

    REMOVE = "remove"
    REPLACE = "replace"
    REMOVE_AND_REPLACE = "remove_and_replace"
    DETACH_AND_RESET = "detach_and_reset"
    REPAIR = "repair"
    CLEAN = "clean"
    TREAT = "treat"
    PAINT = "paint"
    EXTRACT = "extract"
    DRY = "dry"
    MONITOR = "monitor"
    PROTECT = "protect"
    MOVE = "move"
    DISPOSE = "dispose"
    TEST = "test"


class Unit(StrEnum):
    """The units of Xactimate in which notes state quantities."""

    SF = "SF"
    LF = "LF"
    SY = "SY"
    SQ = "SQ"
    CF = "CF"
    CY = "CY"
    EA = "EA"
    HR = "HR"
    DAY = "DAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNote:
    """A note of a person, or a moisture reading with the text of its meter.

    `created_at` is when it was written, or the reading taken. `corrects` is the id of the note that it corrects; its
    measures count more.
    """

    id: str
    kind: NoteKind
    text: str
    created_at: datetime
    corrects: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoContent:
    """What is visible in a photo, in closed vocabularies, so that no words of it get further. None is not visible."""

    damage: str | None = None
    materials: tuple[str, ...] = ()
    severity: Severity | None = None
    hazards: tuple[str, ...] = ()
    phase: Phase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSight:
    """What a model saw in a photo, and which one at what cost. Its input is the photo with its SHA-256."""

    content: PhotoContent
    engine: str
    model: str
    prompt_version: str | None
    tokens: int
    cost_microusd: int
    latency_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPhoto:
    """A photo as its caption and EXIF describe it. `sight` is what a model saw in its pixels."""

    id: str
    caption: str
    taken_at: datetime | None = None
    sight: PhotoSight | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """Fields of the claim that the extraction compares with the notes, and that the checks require."""

    claim_number: str | None = None
    carrier: str | None = None
    policy_number: str | None = None
    insured: str | None = None
    address: str | None = None
    date_of_loss: str | None = None
    loss_type: str | None = None
    water_category: int | None = None
    water_class: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFile:
    """All evidence of a claim. The order of notes and photos does not matter."""

    notes: tuple[ClaimNote, ...] = ()
    photos: tuple[ClaimPhoto, ...] = ()
    facts: ClaimFacts = ClaimFacts()


def input_sha256(file: ClaimFile) -> str:
    """The hash of all that the extraction depends on."""
    notes = sorted((asdict(note) for note in file.notes), key=lambda note: str(note["id"]))
    captions = sorted((asdict(photo) for photo in file.photos), key=lambda photo: str(photo["id"]))
    return hashlib.sha256(json.dumps([notes, captions, asdict(file.facts)], default=str).encode()).hexdigest()


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
    to_floor = sum(one.width * one.count for one in room.openings if one.kind != "window")
    height = room.height
    walls = None
    if height is not None:
        open_area = sum(
            one.width * min(one.height if one.height is not None else height, height) * one.count
            for one in room.openings
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
    """What the evidence of a claim states. Advisory: a person reviews every item. `remarks` are slugs about the run."""

    rooms: tuple[Room, ...]
    items: tuple[ScopeItem, ...]
    photo_summaries: tuple[PhotoSummary, ...]
    water_category: WaterLevel | None
    water_class: WaterLevel | None
    exclusions: tuple[Exclusion, ...]
    conflicts: tuple[MeasureConflict, ...]
    remarks: tuple[str, ...] = ()
