"""The rules that hold for an extraction, whichever engine made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.ai.claims.evidence import ClaimFile
    from eal.ai.claims.extraction import Extraction, Quote, Room, ScopeItem


def faults(extraction: Extraction, file: ClaimFile) -> list[str]:
    """The faults of an extraction of the evidence; none if it is valid."""
    texts = {("note", note.id): note.text for note in file.notes}
    texts |= {("photo", photo.id): photo.caption for photo in file.photos}
    names = {room.name for room in extraction.rooms}
    found = [
        f"{subject}: {fault}"
        for subject, quotes in _quoted(extraction)
        for fault in _quote_faults(quotes, texts)
    ]
    found += [f"room {room.name}: {fault}" for room in extraction.rooms for fault in _room_faults(room)]
    found += [
        f"item {item.activity} {item.description}: {fault}"
        for item in extraction.items
        for fault in _item_faults(item, names)
    ]
    return found


def _quoted(extraction: Extraction) -> Iterator[tuple[str, Sequence[Quote]]]:
    """Everything that needs evidence, with its quotes."""
    for room in extraction.rooms:
        yield f"room {room.name}", room.evidence
    for item in extraction.items:
        yield f"item {item.activity} {item.description}", item.evidence
    for exclusion in extraction.exclusions:
        yield f"exclusion {exclusion.reason}", (exclusion.quote,)
    for conflict in extraction.conflicts:
        yield f"conflict {conflict.field}", conflict.evidence
    for level in (extraction.water_category, extraction.water_class):
        if level is not None:
            yield "water", (level.evidence,)


def _quote_faults(quotes: Sequence[Quote], texts: dict[tuple[str, str], str]) -> Iterator[str]:
    if not quotes:
        yield "no evidence"
    for quote in quotes:
        if not quote.text or quote.text not in texts.get((quote.source, quote.source_id), ""):
            yield f"the quote is not in {quote.source} {quote.source_id}"


def _room_faults(room: Room) -> Iterator[str]:
    sides = [side for piece in room.pieces for side in (piece.length, piece.width)]
    if any(side <= 0 for side in sides) or (room.height is not None and room.height <= 0):
        yield "a measure is not positive"


def _item_faults(item: ScopeItem, rooms: set[str]) -> Iterator[str]:
    given = [value is not None for value in (item.quantity, item.unit, item.quantity_basis)]
    if any(given) != all(given):
        yield "quantity, unit and basis go together"
    if item.quantity is not None and item.quantity <= 0:
        yield "the quantity is not positive"
    if item.room is not None and item.room not in rooms:
        yield f"unknown room {item.room}"
    if not 0 <= item.confidence <= 1:
        yield f"confidence {item.confidence}"
