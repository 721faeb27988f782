"""The scope: the engine's items and rooms, which never change, and the decisions of people beside them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from eal.ai.claims.extraction import (
    Exclusion,
    Extraction,
    MeasureConflict,
    Opening,
    PhotoSummary,
    Piece,
    Room,
    ScopeItem,
    WaterLevel,
)
from eal.ai.claims.vocabulary import Activity, QuantityBasis, Unit
from eal.ai.provenance import Provenance
from eal.core import ids
from eal.core.clock import Instant
from eal.domain.claims.checks import CheckFinding

type Verdict = Literal["accepted", "edited", "rejected"]
type ItemStatus = Literal["proposed", "accepted", "edited", "rejected"]

ITEM_PREFIX, ROOM_PREFIX, FINDING_PREFIX = "item", "room", "chk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values of an item. The codes are free text of a person: no engine and no catalogue of ours fills them in."""

    activity: Activity
    description: str
    room: str | None = None
    quantity: float | None = None
    unit: Unit | None = None
    quantity_basis: QuantityBasis | None = None
    note: str | None = None
    category_code: str | None = None
    selector_code: str | None = None

    @classmethod
    def of(cls, item: ScopeItem) -> Self:
        return cls(
            activity=item.activity,
            description=item.description,
            room=item.room,
            quantity=item.quantity,
            unit=item.unit,
            quantity_basis=item.quantity_basis,
            note=item.note,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's decision about an item. `values` are set if the item was edited.

    `fingerprint` is that of the engine's item. The decision holds for every later extraction that repeats the item
    unchanged. `salt` is for the audit log's commitments; it is never shown.
    """

    id: str
    status: Verdict
    fingerprint: str
    scope_version: int
    decided_by: str
    decided_at: Instant
    version: int
    salt: str
    values: Values | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedItem:
    """An item of the engine with the latest decision about it, which may be about other values of the engine."""

    id: str
    scope_version: int
    engine: ScopeItem
    latest: Decision | None = None

    @property
    def decision(self) -> Decision | None:
        """The decision that holds for these values of the engine."""
        holds = self.latest is not None and self.latest.fingerprint == self.engine.fingerprint
        return self.latest if holds else None

    @property
    def status(self) -> ItemStatus:
        return self.decision.status if self.decision else "proposed"

    @property
    def version(self) -> int:
        """The version, which rises with each extraction and with each decision."""
        return self.scope_version + (self.latest.version if self.latest else 0)

    @property
    def values(self) -> Values:
        """The values that hold: those of the person if the item was edited."""
        edited = self.decision.values if self.decision else None
        return edited or Values.of(self.engine)

    @property
    def effective(self) -> ScopeItem:
        """The engine's item with the values that hold, as the checks read it."""
        values = self.values
        return replace(
            self.engine,
            room=values.room,
            activity=values.activity,
            description=values.description,
            quantity=values.quantity,
            unit=values.unit,
            quantity_basis=values.quantity_basis,
            note=values.note,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The measures of a room, in feet."""

    height: float | None = None
    pieces: tuple[Piece, ...] = ()
    openings: tuple[Opening, ...] = ()

    @classmethod
    def of(cls, room: Room) -> Self:
        return cls(height=room.height, pieces=room.pieces, openings=room.openings)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCorrection:
    """The measures of a room as a person corrected them.

    `fingerprint` is that of the engine's measures. The correction holds for every later extraction that repeats them.
    `salt` is for the audit log's commitments; it is never shown.
    """

    id: str
    measures: Measures
    fingerprint: str
    scope_version: int
    decided_by: str
    decided_at: Instant
    version: int
    salt: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedRoom:
    """A room of the engine with its latest correction, which may be of other measures of the engine."""

    id: str
    scope_version: int
    engine: Room
    latest: RoomCorrection | None = None

    @property
    def correction(self) -> RoomCorrection | None:
        """The correction that holds for these measures of the engine."""
        holds = self.latest is not None and self.latest.fingerprint == Measures.of(self.engine).fingerprint
        return self.latest if holds else None

    @property
    def version(self) -> int:
        """The version, which rises with each extraction and with each correction."""
        return self.scope_version + (self.latest.version if self.latest else 0)

    @property
    def measures(self) -> Measures:
        """The measures that hold."""
        return self.correction.measures if self.correction else Measures.of(self.engine)

    @property
    def effective(self) -> Room:
        """The engine's room with the measures that hold."""
        measures = self.measures
        return replace(
            self.engine, height=measures.height, pieces=measures.pieces, openings=measures.openings
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionContext:
    """Data that belongs to an extraction as a whole. `remarks` say, for example, why a model had no answer."""

    created_at: Instant
    provenance: Provenance
    water_category: WaterLevel | None
    water_class: WaterLevel | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The latest extraction of a claim. Without one, or after its retention, `version` and `context` are None."""

    version: int | None = None
    context: ExtractionContext | None = None
    rooms: tuple[ReviewedRoom, ...] = ()
    items: tuple[ReviewedItem, ...] = ()
    photo_summaries: tuple[PhotoSummary, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    conflicts: tuple[MeasureConflict, ...] = ()

    @property
    def effective(self) -> Extraction:
        """The extraction with what people decided: edited values, corrected measures, and no rejected items."""
        return Extraction(
            rooms=tuple(room.effective for room in self.rooms),
            items=tuple(item.effective for item in self.items if item.status != "rejected"),
            photo_summaries=self.photo_summaries,
            water_category=self.context.water_category if self.context else None,
            water_class=self.context.water_class if self.context else None,
            exclusions=self.exclusions,
            conflicts=self.conflicts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedFinding:
    """A finding of the checks with an id, which is the same while the finding is, and the items that it concerns."""

    id: str
    finding: CheckFinding
    item_ids: tuple[str, ...]


def item_ids(claim_id: str, items: Sequence[ScopeItem]) -> list[str]:
    """The ids of an extraction's items. A later extraction gives the same id to the same piece of work, whatever its
    quantity. Pieces that are equal in one source are paired in their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[str] = []
    for item in items:
        source = item.evidence[0].source_id if item.evidence else ""
        parts = (item.room or "", item.activity.value, item.description, item.unit or "", source)
        found.append(ids.derived(ITEM_PREFIX, claim_id, *parts, str(seen[parts])))
        seen[parts] += 1
    return found


def reviewed(
    claim_id: str, scope_version: int, items: Sequence[ScopeItem], decisions: Mapping[str, Decision]
) -> tuple[ReviewedItem, ...]:
    """The items with the latest decisions about them."""
    return tuple(
        ReviewedItem(id=item_id, scope_version=scope_version, engine=item, latest=decisions.get(item_id))
        for item_id, item in zip(item_ids(claim_id, items), items, strict=True)
    )


def corrected(
    claim_id: str, scope_version: int, rooms: Sequence[Room], corrections: Mapping[str, RoomCorrection]
) -> tuple[ReviewedRoom, ...]:
    """The rooms with the latest corrections of their measures. A room keeps its id while it keeps its name."""
    identifiers = [ids.derived(ROOM_PREFIX, claim_id, room.name) for room in rooms]
    return tuple(
        ReviewedRoom(id=room_id, scope_version=scope_version, engine=room, latest=corrections.get(room_id))
        for room_id, room in zip(identifiers, rooms, strict=True)
    )


def identified(
    claim_id: str, findings: Iterable[CheckFinding], items: Iterable[ReviewedItem]
) -> tuple[IdentifiedFinding, ...]:
    by_fingerprint: dict[str, list[str]] = {}
    for item in items:
        if item.status != "rejected":
            by_fingerprint.setdefault(item.effective.fingerprint, []).append(item.id)
    return tuple(_identified(claim_id, finding, by_fingerprint) for finding in findings)


def _identified(
    claim_id: str, finding: CheckFinding, by_fingerprint: Mapping[str, Sequence[str]]
) -> IdentifiedFinding:
    fingerprints = dict.fromkeys(finding.items)
    concerned = tuple(
        item_id for fingerprint in fingerprints for item_id in by_fingerprint.get(fingerprint, ())
    )
    finding_id = ids.derived(
        FINDING_PREFIX, claim_id, finding.check, finding.room or "", finding.saw, *concerned
    )
    return IdentifiedFinding(id=finding_id, finding=finding, item_ids=concerned)
