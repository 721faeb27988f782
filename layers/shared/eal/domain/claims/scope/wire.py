"""Request and response models for the scope of a claim."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from eal.ai.claims.extraction import Areas, areas
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
from eal.ai.provenance import ProvenanceView
from eal.core.clock import Instant
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import Wire, measured, one_line, one_of, prose, without_defaults
from eal.domain.claims.checks import Check, Level
from eal.domain.claims.scope.model import (
    IdentifiedFinding,
    ItemStatus,
    Measures,
    ReviewedItem,
    ReviewedRoom,
    Scope,
    Values,
    Verdict,
)

_VERSION = (
    "The version of the extraction. Null if there is none, or if it was deleted at the end of its retention."
)

MAX_QUANTITY = 1_000_000
MAX_FEET = 1_000
_MAX_PIECES, _MAX_OPENINGS, _MAX_EQUAL_OPENINGS = 20, 50, 100
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_Room = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line)]
_Code = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(one_line)]

_ACTIVITY = Field(description="What is done to what the description names.")
_BASIS = Field(
    description="Where the quantity comes from: `stated` or `measured` by somebody, a `photo_estimate`, or an "
    "`allowance`."
)
_COUNT = Field(description="The number of such openings.")
_DESCRIPTION = Field(description="A material, an object or a piece of equipment.")
_EXPLANATION = Field(description="Explains a quantity that is calculated.")
_IN_FEET = Field(description="In feet.")
_KIND_OF_PIECE = Field(
    description="`main`; an `offset`, which is open to it; or a `closet`, which has walls of its own."
)
_OPENING_HEIGHT = Field(description="In feet. Null for a missing wall as high as the room.")
_QUANTITY = Field(description="In `unit`. Null if nobody stated one.")
_UNIT = Field(description="As in Xactimate, such as `SF` (square feet), `LF` (linear feet) or `EA` (each).")


class ScopeQuery(Wire):
    model_config = _INPUT

    status: ItemStatus | None = None
    """`proposed`: nobody has decided on the item."""
    room: Annotated[str | None, Field(max_length=100)] = None
    """The name of a room, as in the `room` of items."""


class ValuesEdit(Wire):
    """Only the fields present change, from the effective values. Null clears a field. A `quantity` needs a `unit` and a
    `quantity_basis`, and the reverse.
    """

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults("activity", "description"))

    room: _Room | None = None
    """The name of the room. Null for the whole job and the outside of the building."""
    category_code: _Code | None = None
    """Free text."""
    selector_code: _Code | None = None
    """Free text."""
    activity: Annotated[Annotated[Activity, one_of(Activity)] | None, _ACTIVITY] = None
    description: Annotated[
        Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)] | None, _DESCRIPTION
    ] = None
    quantity: Annotated[
        Annotated[
            float,
            Field(gt=0, le=MAX_QUANTITY, strict=True, allow_inf_nan=False),
            AfterValidator(measured),
        ]
        | None,
        _QUANTITY,
    ] = None
    unit: Annotated[Annotated[Unit, one_of(Unit)] | None, _UNIT] = None
    quantity_basis: Annotated[QuantityBasis | None, _BASIS] = None
    note: Annotated[
        Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None, _EXPLANATION
    ] = None

    @model_validator(mode="after")
    def _keeps_what_it_must(self) -> Self:
        for name in ("activity", "description"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null.")
        return self


class ItemDecision(Wire):
    """`edited` needs `values`; `rejected` needs a `reason`."""

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "allOf": [
                {
                    "if": {"required": ["status"], "properties": {"status": {"const": "edited"}}},
                    "then": {"required": ["values"], "properties": {"values": {"type": "object"}}},
                    "else": {"properties": {"values": {"type": "null"}}},
                },
                {
                    "if": {"required": ["status"], "properties": {"status": {"const": "rejected"}}},
                    "then": {"required": ["reason"], "properties": {"reason": {"type": "string"}}},
                },
            ]
        },
    )

    status: Verdict
    """`accepted`: the engine's values apply. `edited`: the current values apply, with the changes in `values`.
    `rejected`: the item is not part of the scope."""
    values: ValuesEdit | None = None
    """The changed values. Required if `status` is `edited`, otherwise not allowed."""
    reason: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None = None
    """Why you decide this way. Required if `status` is `rejected`."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.status == "edited") != (self.values is not None):
            raise ValueError("'values' are required if 'status' is edited, and only then.")
        if self.status == "rejected" and not self.reason:
            raise ValueError("A rejection needs a 'reason'.")
        return self


_Feet = Annotated[float, Field(gt=0, le=MAX_FEET, strict=True, allow_inf_nan=False), AfterValidator(measured)]


class PieceEdit(Wire):
    """A rectangle of the floor, in feet."""

    model_config = _INPUT

    kind: Annotated[PieceKind, _KIND_OF_PIECE]
    length: Annotated[_Feet, _IN_FEET]
    width: Annotated[_Feet, _IN_FEET]


class OpeningEdit(Wire):
    """Equal openings in the walls, in feet."""

    model_config = _INPUT

    kind: OpeningKind
    """The kind of opening. All but a `window` reach the floor and shorten its perimeter."""
    width: Annotated[_Feet, _IN_FEET]
    height: Annotated[_Feet | None, _OPENING_HEIGHT] = None
    count: Annotated[int, _COUNT, Field(ge=1, le=_MAX_EQUAL_OPENINGS, strict=True)] = 1


class MeasuresEdit(Wire):
    """Only the fields present change, from the effective measures. Null takes the engine's measure again."""

    model_config = _INPUT

    height: _Feet | None = None
    """The height of the room in feet."""
    pieces: (
        Annotated[
            list[PieceEdit],
            Field(
                max_length=_MAX_PIECES, description="All of the room's. The first is `main`, and no other."
            ),
        ]
        | None
    ) = None
    openings: (
        Annotated[list[OpeningEdit], Field(max_length=_MAX_OPENINGS, description="All of the room's.")] | None
    ) = None

    @model_validator(mode="after")
    def _begins_with_the_main_piece(self) -> Self:
        kinds = [piece.kind for piece in self.pieces or ()]
        if [kind == "main" for kind in kinds] != [number == 0 for number in range(len(kinds))]:
            raise ValueError("The first of the 'pieces' must be 'main', and no other.")
        return self


class RoomUpdate(Wire):
    model_config = _INPUT

    measures: MeasuresEdit
    """The measures to correct. Omitted ones stay as they are."""
    reason: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None = None
    """Why the engine's measures are wrong."""


class AcceptItems(Wire):
    model_config = _INPUT

    min_confidence: Annotated[
        float, Field(ge=0, le=1, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]
    """Only items with at least this confidence. 0 accepts all."""
    room: _Room | None = None
    """Only items of this room."""


class AcceptedItemsView(Wire):
    accepted: list[str]
    """The ids of the items that this request accepted."""
    remaining: int
    """The number of items that are still to be accepted. Repeat the request until it is 0."""


class QuoteView(Wire):
    """Words that stand verbatim in a note, or in the caption or the room of a photo."""

    source: SourceKind
    """Whether a note or a photo is quoted."""
    source_id: str
    """The id of the note or photo. A photo may have been deleted since."""
    quote: Annotated[str, Field(validation_alias="text")]
    """The quoted text."""


class ScopeValuesView(Wire):
    room: str | None
    """The name of the room. Null for the whole job and the outside of the building."""
    category_code: str | None
    """Free text that a person entered. It is never filled in automatically."""
    selector_code: str | None
    """Free text that a person entered. It is never filled in automatically."""
    activity: Annotated[Activity, _ACTIVITY]
    description: Annotated[str, _DESCRIPTION]
    quantity: Annotated[float | None, _QUANTITY]
    unit: Annotated[Unit | None, _UNIT]
    quantity_basis: Annotated[QuantityBasis | None, _BASIS]
    note: Annotated[str | None, _EXPLANATION]


class ItemDecisionView(Wire):
    reason: str | None
    """Why the person decided this way. Never null for a rejection."""
    decided_by: str
    """The id of the API key or member."""
    decided_at: Instant
    """When the decision was made."""
    scope_version: int
    """The version of the extraction that the decision was about. The decision also applies to later versions that
    repeat the item unchanged."""


class ScopeItemView(ScopeValuesView):
    """The values that hold, beside those of the engine."""

    id: str
    """The unique id. It stays the same if a later extraction finds the same work again."""
    claim_id: str
    """The id of the claim that the item belongs to."""
    evidence: list[QuoteView]
    """The quotes that support the engine's values."""
    confidence: float
    """The engine's confidence, from 0 to 1."""
    status: ItemStatus
    """`proposed` until a person decides, and again if a later extraction changes the item."""
    engine: ScopeValuesView
    """Values that the engine extracted. They never change."""
    decision: ItemDecisionView | None
    """A person's decision on these values of the engine. Null if there is none."""
    version: int
    """Grows with each extraction and with each decision."""

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.claim_id,)

    @classmethod
    def of_item(cls, item: ReviewedItem, claim_id: str) -> Self:
        values = ScopeValuesView.of(item.values)
        return cls(
            **dict(values),
            id=item.id,
            claim_id=claim_id,
            evidence=[QuoteView.of(quote) for quote in item.engine.evidence],
            confidence=item.engine.confidence,
            status=item.status,
            engine=ScopeValuesView.of(Values.of(item.engine)),
            decision=ItemDecisionView.of(item.decision) if item.decision else None,
            version=item.version,
        )


class ExclusionView(Wire):
    """Words that name what does not belong to the loss, or that try to command the software."""

    reason: ExclusionReason
    """Why the text is left out: `prior_damage`, `other_property` (other people's), `excluded_work` (excluded, declined,
    denied or done by others), or `instruction` (a command to the software)."""
    evidence: Annotated[QuoteView, Field(validation_alias="quote")]
    """The text, with the note or photo that it comes from."""


class MeasureConflictView(Wire):
    """Statements that differ about one measure."""

    room: str | None
    """The name of the room. Null if the conflict is not about one room."""
    field: str
    """The measure, such as `size`, `height`, `quantity` or `water_category`."""
    subject: str | None
    """The activity and description, such as `replace drywall`. Null unless `field` is `quantity`."""
    kept: str
    """The later or authoritative value, which is used."""
    others: list[str]
    """The values that are not used, as text. A value such as `3 (claim)` is from the claim's own field."""
    evidence: list[QuoteView]
    """The quotes that state the values, those of `kept` first."""


class WaterLevelView(Wire):
    value: int
    """The category, from 1 to 3, or the class, from 1 to 4, by ANSI/IICRC S500."""
    basis: Literal["stated", "source"]
    """`stated`, or `source` if the stated source of the water determines the value."""
    evidence: QuoteView
    """The quote that states the value or names the source of the water."""


class ScopeView(Wire):
    changes_by_itself: ClassVar[bool] = True

    version: Annotated[int | None, Field(description=_VERSION)]
    created_at: Instant | None
    """When the extraction was recorded. Null if `version` is null."""
    provenance: ProvenanceView | None
    """The engine that made the extraction, its input and its cost. Null if `version` is null."""
    remarks: list[str]
    """Remarks about the run, as slugs, such as `bedrock_throttled` if a model gave no result."""
    water_category: WaterLevelView | None
    """The category of the water according to the evidence."""
    water_class: WaterLevelView | None
    """The class of the water loss according to the evidence."""
    data: list[ScopeItemView]
    """The items that match."""
    next_cursor: None = None
    """Always null: the response has all items that match."""
    exclusions: list[ExclusionView]
    """Parts that the extraction left out, with the reasons."""
    conflicts: list[MeasureConflictView]
    """The measures on which the evidence disagrees."""

    @classmethod
    def of_scope(cls, scope: Scope, claim_id: str, query: ScopeQuery) -> Self:
        """The whole scope, with the items that match the query."""
        context = scope.context
        return cls(
            version=scope.version,
            created_at=context.created_at if context else None,
            provenance=ProvenanceView.of(context.provenance) if context else None,
            remarks=list(context.remarks) if context else [],
            water_category=_level(context.water_category) if context else None,
            water_class=_level(context.water_class) if context else None,
            data=[
                ScopeItemView.of_item(item, claim_id)
                for item in scope.items
                if query.status in (None, item.status) and query.room in (None, item.values.room)
            ],
            exclusions=[ExclusionView.of(exclusion) for exclusion in scope.exclusions],
            conflicts=[MeasureConflictView.of(conflict) for conflict in scope.conflicts],
        )


class PieceView(Wire):
    """A rectangle of the floor, in feet."""

    kind: Annotated[PieceKind, _KIND_OF_PIECE]
    length: float
    """Length in feet."""
    width: float
    """Width in feet."""


class OpeningView(Wire):
    """Equal openings in the walls, in feet."""

    kind: OpeningKind
    """The kind of opening. All but a `window` reach the floor and shorten its perimeter."""
    width: float
    """Width in feet."""
    height: Annotated[float | None, _OPENING_HEIGHT]
    count: Annotated[int, _COUNT]


class AreasView(Wire):
    """Derived from the measures: square feet, feet, square yards and cubic feet."""

    floor: float
    """Area of the floor in square feet, all pieces together."""
    ceiling: float
    """Area of the ceiling in square feet; always equal to `floor`."""
    floor_perimeter: float
    """Perimeter of the floor in feet, less doors, openings and missing walls."""
    ceiling_perimeter: float
    """Perimeter of the ceiling in feet, with nothing deducted for openings."""
    floor_square_yards: float
    """The floor in square yards."""
    walls: float | None
    """Area of the walls in square feet, less openings. Null without a height."""
    walls_and_ceiling: float | None
    """Area of the walls and the ceiling in square feet, less openings. Null without a height."""
    volume: float | None
    """Volume in cubic feet. Null without a height."""


class MeasuresView(Wire):
    height: float | None
    """Height in feet. Null if not stated."""
    pieces: list[PieceView]
    """The rectangles of the floor, `main` first. Empty if nobody stated a size."""
    openings: list[OpeningView]
    """Doors, windows, missing walls and other openings."""

    @classmethod
    def of_measures(cls, measures: Measures) -> Self:
        return cls(
            height=measures.height,
            pieces=[PieceView.of(piece) for piece in measures.pieces],
            openings=[OpeningView.of(opening) for opening in measures.openings],
        )


class RoomCorrectionView(Wire):
    reason: str | None
    """Why the person corrected the measures. Null if no reason was given."""
    decided_by: str
    """The id of the API key or member."""
    decided_at: Instant
    """When the measures were corrected."""
    scope_version: int
    """The version of the extraction whose measures were corrected. The correction also applies to later versions that
    repeat them."""


class RoomView(Wire):
    """A room with the measures that hold, in feet, beside those of the engine. What nobody stated is null."""

    id: str
    """The unique id. It stays the same if a later extraction finds a room of the same name."""
    claim_id: str
    """The id of the claim that the room belongs to."""
    name: str
    """The name, in lower case and without abbreviations, such as `master bedroom`."""
    level: str | None
    """The floor that the room is on, such as `2nd floor` or `upstairs`."""
    length: float | None
    """The length of the main piece in feet."""
    width: float | None
    """The width of the main piece in feet."""
    height: float | None
    """Height in feet. Null if not stated."""
    pieces: list[PieceView]
    """The rectangles of the floor, `main` first. Empty if nobody stated a size."""
    openings: list[OpeningView]
    """Doors, windows, missing walls and other openings."""
    areas: AreasView | None
    """The areas that follow from the measures. Null without length and width."""
    evidence: list[QuoteView]
    """The quotes that state the measures. If there are none, those that name work in the room."""
    engine: MeasuresView
    """Measures that the engine extracted. They never change."""
    correction: RoomCorrectionView | None
    """A person's correction of these measures of the engine. Null if there is none."""
    version: int
    """Grows with each extraction and with each correction."""

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.claim_id,)

    @classmethod
    def of_room(cls, reviewed: ReviewedRoom, claim_id: str) -> Self:
        room = reviewed.effective
        derived: Areas | None = areas(room)
        return cls(
            **dict(MeasuresView.of_measures(reviewed.measures)),
            id=reviewed.id,
            claim_id=claim_id,
            name=room.name,
            level=room.level,
            length=room.length,
            width=room.width,
            areas=AreasView.of(derived) if derived else None,
            evidence=[QuoteView.of(quote) for quote in room.evidence],
            engine=MeasuresView.of_measures(Measures.of(reviewed.engine)),
            correction=RoomCorrectionView.of(reviewed.correction) if reviewed.correction else None,
            version=reviewed.version,
        )


class RoomsView(Wire):
    changes_by_itself: ClassVar[bool] = True  # a correction makes no new version

    version: Annotated[int | None, Field(description=_VERSION)]
    data: list[RoomView]
    """All rooms that are measured or have an item."""
    next_cursor: None = None
    """Always null: the response has all rooms."""


class SeenByView(Wire):
    """The model that looked at the photo's pixels."""

    fields: list[str]
    """The fields that only the model filled or added to. The caption takes precedence."""
    engine: str
    """`bedrock`: a model of Amazon Bedrock."""
    model: str
    """The id of the Bedrock model."""
    prompt_version: str | None
    """The version of the prompt that the model was given."""


class PhotoSummaryView(Wire):
    """A photo by its caption and room, and by a model where they are silent, if the organization chose one."""

    photo_id: str
    """The id of the photo, which may have been deleted since the extraction."""
    room: str | None
    """The room that the caption or the photo's `room` names, by its name in the list of rooms. Null if neither names
    one."""
    damage: str | None
    """The kind of damage: `sewage`, `fire`, `smoke`, `mold`, `water`, `storm` or `impact`. Null if unknown."""
    materials: list[str]
    """Materials and objects, by their general names, such as `drywall`."""
    severity: Severity | None
    """How bad the damage is. Null if unknown."""
    hazards: list[str]
    """Any of `asbestos`, `electrical`, `gas`, `lead`, `mold`, `sewage`, `sharp`, `slip` and `structure`."""
    phase: Phase | None
    """Whether the photo shows the state before, during or after the work. Null if unknown."""
    unknown: list[str]
    """Facts that neither the caption nor a model tells, as slugs, such as `severity`."""
    seen_by: SeenByView | None
    """The model that looked at the pixels. Null if none did."""


class PhotoSummariesView(Wire):
    version: Annotated[int | None, Field(description=_VERSION)]
    data: list[PhotoSummaryView]
    """One summary for each photo that was `ready` at the time of the extraction."""
    next_cursor: None = None
    """Always null: the response has all summaries."""


class ClaimFindingView(Wire):
    id: str
    """The id of the finding. It stays the same while the finding exists."""
    check: Check
    """The check that made the finding. It determines the `level`."""
    level: Level
    """`block`: a sign-off needs a reason for the finding."""
    saw: str
    """The finding of the check."""
    action: str
    """The recommended action."""
    room: str | None
    """The name of the room. Null if the finding is not about one room."""
    item_ids: list[str]
    """The ids of the items concerned. Empty for `room_without_photos`, `claim_field_missing` and
    `conflicting_measures`."""

    @classmethod
    def of_finding(cls, found: IdentifiedFinding) -> Self:
        finding = found.finding
        return cls(
            id=found.id,
            check=finding.check,
            level=finding.level,
            saw=finding.saw,
            action=finding.action,
            room=finding.room,
            item_ids=list(found.item_ids),
        )


class ChecksView(Wire):
    changes_by_itself: ClassVar[bool] = True

    version: Annotated[int | None, Field(description=_VERSION)]
    data: list[ClaimFindingView]
    """The findings, with people's decisions and corrections taken into account."""
    next_cursor: None = None
    """Always null: the response has all findings."""


def _level(level: object) -> WaterLevelView | None:
    return None if level is None else WaterLevelView.of(level)
