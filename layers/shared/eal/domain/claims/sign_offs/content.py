"""The content that a sign-off freezes: the claim, its scope with the decisions, its photos and its notes. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from eal.ai.claims.extraction import areas
from eal.domain.claims.sign_offs.bundle import (
    Bundle,
    CheckPart,
    ClaimPart,
    ConflictPart,
    ExclusionPart,
    ItemPart,
    NotePart,
    Opening,
    PhotoPart,
    Piece,
    Quote,
    ReadingPart,
    RoomAreas,
    RoomCorrection,
    RoomMeasures,
    RoomPart,
    SeenBy,
    SignOffPart,
    Values,
    WaterPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eal.ai.claims.extraction import PhotoSummary, WaterLevel
    from eal.ai.claims.extraction import Quote as EngineQuote
    from eal.domain.claims.model import Claim
    from eal.domain.claims.notes.model import Note
    from eal.domain.claims.photos.model import Photo
    from eal.domain.claims.scope.model import IdentifiedFinding, Measures, ReviewedItem, ReviewedRoom, Scope
    from eal.domain.claims.scope.model import Values as ScopeValues
    from eal.domain.leads.address import Address


def freeze(
    organization: str,
    sign_off: SignOffPart,
    claim: Claim,
    scope: Scope,
    photos: Iterable[Photo],
    notes: Iterable[Note],
    findings: Iterable[IdentifiedFinding],
) -> Bundle:
    """Every item of the scope must be decided."""
    summaries = {summary.photo_id: summary for summary in scope.photo_summaries}
    return Bundle(
        organization=organization,
        sign_off=sign_off,
        claim=_claim(claim),
        water=tuple(_water(scope)),
        rooms=tuple(map(_room, scope.rooms)),
        items=tuple(_item(item) for item in scope.items),
        photos=tuple(_photo(photo, summaries.get(photo.id)) for photo in photos),
        notes=tuple(map(_note, notes)),
        exclusions=tuple(
            ExclusionPart(reason=exclusion.reason, quote=_quote(exclusion.quote))
            for exclusion in scope.exclusions
        ),
        conflicts=tuple(
            ConflictPart(
                room=conflict.room,
                field=conflict.field,
                subject=conflict.subject,
                kept=conflict.kept,
                others=conflict.others,
                evidence=_quotes(conflict.evidence),
            )
            for conflict in scope.conflicts
        ),
        checks=tuple(map(_check, findings)),
    )


def _claim(claim: Claim) -> ClaimPart:
    return ClaimPart(
        id=claim.id,
        claim_number=claim.claim_number,
        carrier=claim.carrier,
        policy_number=claim.policy_number,
        insured=claim.insured.name if claim.insured else None,
        address=_line(claim.address) if claim.address else None,
        date_of_loss=claim.date_of_loss,
        loss_type=claim.loss_type,
        water_category=claim.water_category,
        water_class=claim.water_class,
    )


def _line(address: Address) -> str:
    region = " ".join(part for part in (address.state, address.postal_code) if part)
    parts = (address.line1, address.line2, address.city, region)
    return ", ".join(part for part in parts if part)


def _water(scope: Scope) -> Iterator[WaterPart]:
    found: dict[str, WaterLevel | None] = (
        {"water_category": scope.context.water_category, "water_class": scope.context.water_class}
        if scope.context
        else {}
    )
    for field, level in found.items():
        if level:
            yield WaterPart(
                field="water_category" if field == "water_category" else "water_class",
                value=level.value,
                basis=level.basis,
                evidence=_quote(level.evidence),
            )


def _room(reviewed: ReviewedRoom) -> RoomPart:
    room, correction = reviewed.effective, reviewed.correction
    derived = areas(room)
    measures = _measures(reviewed.measures)
    return RoomPart(
        name=room.name,
        level=room.level,
        height=measures.height,
        pieces=measures.pieces,
        openings=measures.openings,
        areas=RoomAreas(**asdict(derived)) if derived else None,
        evidence=_quotes(room.evidence),
        correction=RoomCorrection(
            engine=_measures(type(reviewed.measures).of(reviewed.engine)),
            corrected_by=correction.decided_by,
            corrected_at=correction.decided_at,
            reason=correction.reason,
        )
        if correction
        else None,
    )


def _measures(measures: Measures) -> RoomMeasures:
    return RoomMeasures(
        height=measures.height,
        pieces=tuple(Piece(**asdict(piece)) for piece in measures.pieces),
        openings=tuple(Opening(**asdict(opening)) for opening in measures.openings),
    )


def _item(item: ReviewedItem) -> ItemPart:
    decision = item.decision
    if decision is None:
        raise AssertionError("a scope with undecided items is not frozen")
    return ItemPart(
        id=item.id,
        decision=decision.status,
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
        reason=decision.reason,
        values=_values(item.values),
        engine=_values(type(item.values).of(item.engine)),
        confidence=item.engine.confidence,
        evidence=_quotes(item.engine.evidence),
    )


def _values(values: ScopeValues) -> Values:
    return Values(**asdict(values))


def _photo(photo: Photo, summary: PhotoSummary | None) -> PhotoPart:
    return PhotoPart(
        id=photo.id,
        sha256=photo.sha256,
        filename=photo.filename,
        caption=photo.caption,
        taken_at=photo.evidence.taken_at if photo.evidence else None,
        room=photo.room or (summary.room if summary else None),
        damage=summary.damage if summary else None,
        materials=summary.materials if summary else (),
        severity=summary.severity if summary else None,
        hazards=summary.hazards if summary else (),
        phase=summary.phase if summary else None,
        unknown=summary.unknown if summary else (),
        seen_by=SeenBy(**asdict(summary.seen_by)) if summary and summary.seen_by else None,
    )


def _note(note: Note) -> NotePart:
    return NotePart(
        id=note.id,
        kind=note.type,
        created_at=note.created_at,
        text=note.text,
        author=note.author,
        corrects=note.corrects,
        reading=ReadingPart(**asdict(note.reading)) if note.reading else None,
    )


def _check(identified: IdentifiedFinding) -> CheckPart:
    finding = identified.finding
    return CheckPart(
        id=identified.id,
        check=finding.check,
        level=finding.level,
        saw=finding.saw,
        action=finding.action,
        room=finding.room,
    )


def _quotes(quotes: Sequence[EngineQuote]) -> tuple[Quote, ...]:
    return tuple(map(_quote, quotes))


def _quote(quote: EngineQuote) -> Quote:
    return Quote(source=quote.source, source_id=quote.source_id, text=quote.text)
