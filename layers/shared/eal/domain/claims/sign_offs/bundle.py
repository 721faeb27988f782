"""The bundle of a sign-off: what was signed as JSON, and the scope as CSV. Pure.

The JSON is written when a person signs, and everything else is made of it. The same bundle gives the same bytes.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, ClassVar, Literal

from eal.core.clock import Instant
from eal.core.csv_cell import escape_formulas
from eal.core.schema import ConfigDict, Field, TypeAdapter
from eal.domain.claims.sign_offs.files import canonical

FORMAT: Literal["eal-claim-bundle/1"] = "eal-claim-bundle/1"


class _Strict:
    """Unknown members are refused, so that a reader of the schema knows all of them."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy(_Strict):
    """The API key or the member that signed, by id, and the name that was given."""

    type: Literal["api_key", "member"]
    id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(_Strict):
    """A finding that the signer accepted, and why."""

    check_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffPart(_Strict):
    id: str
    version: Annotated[int, Field(ge=1, description="1 for the first sign-off of the claim.")]
    signed_at: Instant
    signed_by: SignedBy
    extraction_version: int
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPart(_Strict):
    """The claim as it was when it was signed. Absent values are null."""

    id: str
    claim_number: str | None
    carrier: str | None
    policy_number: str | None
    insured: str | None
    address: str | None
    date_of_loss: date | None
    loss_type: str | None
    water_category: int | None
    water_class: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(_Strict):
    """Words that stand verbatim in the text of a note or in the caption of a photo."""

    source: Literal["note", "photo"]
    source_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterPart(_Strict):
    """The evidence about the water, by ANSI/IICRC S500. With the basis `source`, its source is stated."""

    field: Literal["water_category", "water_class"]
    value: int
    basis: Literal["stated", "source"]
    evidence: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(_Strict):
    """A rectangle of a room's floor, in feet."""

    kind: str
    length: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(_Strict):
    """Equal openings in a room's walls, in feet."""

    kind: str
    width: float
    height: float | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAreas(_Strict):
    """Derived from the measures: square feet, linear feet, square yards and cubic feet."""

    floor: float
    ceiling: float
    floor_perimeter: float
    ceiling_perimeter: float
    floor_square_yards: float
    walls: float | None
    walls_and_ceiling: float | None
    volume: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMeasures(_Strict):
    height: Annotated[float | None, Field(description="Feet.")]
    pieces: tuple[Piece, ...]
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCorrection(_Strict):
    """A correction of the measures of a room: its author, and the measures of the engine."""

    engine: RoomMeasures
    corrected_by: str
    corrected_at: Instant
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPart(_Strict):
    """A measure that nobody stated is null, and so is what follows from it."""

    name: str
    level: str | None
    height: Annotated[float | None, Field(description="Feet.")]
    pieces: tuple[Piece, ...]
    openings: tuple[Opening, ...]
    areas: RoomAreas | None
    evidence: tuple[Quote, ...]
    correction: RoomCorrection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Values(_Strict):
    """The values of an item. Category and selector codes are those that a person typed."""

    room: str | None
    activity: str
    description: str
    quantity: float | None
    unit: str | None
    quantity_basis: str | None
    note: str | None
    category_code: str | None = None
    selector_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPart(_Strict):
    """An item of the scope: the values that count, the engine's own, and the decision of a person.

    `engine` is null for an item that a person added.
    """

    id: str
    decision: Literal["accepted", "edited", "rejected"]
    decided_by: str
    decided_at: Instant
    reason: str | None
    values: Values
    engine: Values | None
    confidence: float | None
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBy(_Strict):
    """The model that looked at a photo, and the fields that it alone filled or added to."""

    fields: tuple[str, ...]
    engine: str
    model: str
    prompt_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoPart(_Strict):
    """A photo and the summary of its caption. `sha256` is that of the original, byte for byte."""

    id: str
    sha256: str
    filename: str
    caption: str | None
    taken_at: Annotated[str | None, Field(description="By the camera's clock.")]
    room: str | None
    damage: str | None
    materials: tuple[str, ...]
    severity: str | None
    hazards: tuple[str, ...]
    phase: str | None
    unknown: Annotated[tuple[str, ...], Field(description="What the summary could not tell.")]
    seen_by: SeenBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPart(_Strict):
    material: str
    value: float
    unit: str
    dry_standard: float | None
    place: str | None
    taken_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePart(_Strict):
    id: str
    kind: Literal["note", "moisture_reading"]
    created_at: Instant
    text: str | None
    author: str | None
    corrects: str | None
    reading: ReadingPart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionPart(_Strict):
    """Words that name damage, property or work outside this loss."""

    reason: str
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPart(_Strict):
    """Statements that differ about one measure: the value that counts, and the others."""

    room: str | None
    field: str
    subject: str | None
    kept: str
    others: tuple[str, ...]
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPart(_Strict):
    """A finding of the integrity checks, open when the claim was signed."""

    id: str
    check: str
    level: str
    saw: str
    action: str
    room: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(_Strict):
    """Everything that a sign-off freezes."""

    format: Literal["eal-claim-bundle/1"] = FORMAT
    organization: Annotated[str, Field(description="The name of the organization that signed.")]
    sign_off: SignOffPart
    claim: ClaimPart
    water: tuple[WaterPart, ...]
    rooms: tuple[RoomPart, ...]
    items: tuple[ItemPart, ...]
    photos: tuple[PhotoPart, ...]
    notes: tuple[NotePart, ...]
    exclusions: tuple[ExclusionPart, ...]
    conflicts: tuple[ConflictPart, ...]
    checks: tuple[CheckPart, ...]

    @property
    def scope(self) -> tuple[ItemPart, ...]:
        """The items that a person accepted, as they are or edited."""
        return tuple(item for item in self.items if item.decision != "rejected")


@cache
def _adapter() -> TypeAdapter[Bundle]:
    return TypeAdapter(Bundle)


def as_json(bundle: Bundle) -> bytes:
    """The bundle as JSON: equal bytes for equal bundles."""
    return canonical(_adapter().dump_python(bundle, mode="json"))


def of_json(content: bytes) -> Bundle:
    """Raises: pydantic.ValidationError."""
    return _adapter().validate_json(content)


def schema() -> bytes:
    """The JSON Schema of `bundle.json`. Each bundle contains it."""
    document = _adapter().json_schema(mode="serialization")
    document |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Bundle of a sign-off"}
    return f"{json.dumps(document, indent=2, sort_keys=True)}\n".encode()


_COLUMNS = (
    "item_id", "room", "category_code", "selector_code", "activity", "description", "quantity", "unit",
    "quantity_basis", "note", "decision", "decided_by", "decided_at", "engine_activity", "engine_description",
    "engine_quantity", "engine_unit", "confidence", "evidence",
)  # fmt: skip


def as_csv(bundle: Bundle) -> bytes:
    """The accepted and edited items, one a row. No cell starts like a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for item in bundle.scope:
        writer.writerow([_cell(value) for value in _row(item)])
    return out.getvalue().encode()


def _row(item: ItemPart) -> Iterable[object]:
    values, engine = item.values, item.engine
    return (
        item.id,
        values.room,
        values.category_code,
        values.selector_code,
        values.activity,
        values.description,
        values.quantity,
        values.unit,
        values.quantity_basis,
        values.note,
        item.decision,
        item.decided_by,
        item.decided_at.isoformat(),
        engine and engine.activity,
        engine and engine.description,
        engine and engine.quantity,
        engine and engine.unit,
        item.confidence,
        "; ".join(f"{quote.source} {quote.source_id}: {quote.text}" for quote in item.evidence),
    )


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.10g}"
        case _:
            return escape_formulas(str(value))
