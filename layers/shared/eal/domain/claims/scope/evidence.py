"""The evidence of a claim, as the extraction and the checks read it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from eal.ai.claims.evidence import ClaimFacts, ClaimFile, ClaimNote, ClaimPhoto
from eal.core.table.item import load
from eal.core.table.read import walk
from eal.domain.claims.notes.model import Note
from eal.domain.claims.notes.store import note_partition
from eal.domain.claims.photos.model import Photo
from eal.domain.claims.photos.store import photo_partition

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim
    from eal.domain.claims.notes.model import MoistureReading
    from eal.domain.leads.address import Address


def read(claim: Claim, tenant: Tenant) -> ClaimFile:
    """All evidence: what the notes say whose text is not deleted, and of photos that are ready."""
    items = walk("pk = :pk", {":pk": photo_partition(tenant, claim.id)})
    photos = [load(Photo, item) for item in items if item["status"] == "ready"]
    return ClaimFile(
        notes=read_notes(claim, tenant), photos=tuple(map(_photo, photos)), facts=facts_of(claim)
    )


def read_notes(claim: Claim, tenant: Tenant) -> tuple[ClaimNote, ...]:
    notes = (load(Note, item) for item in walk("pk = :pk", {":pk": note_partition(tenant, claim.id)}))
    return tuple(_note(note) for note in notes if note.text_deleted_at is None)


def facts_of(claim: Claim) -> ClaimFacts:
    return ClaimFacts(
        claim_number=claim.claim_number,
        carrier=claim.carrier,
        policy_number=claim.policy_number,
        insured=claim.insured.name if claim.insured else None,
        address=_line(claim.address) if claim.address else None,
        date_of_loss=claim.date_of_loss.isoformat() if claim.date_of_loss else None,
        loss_type=claim.loss_type,
        water_category=claim.water_category,
        water_class=claim.water_class,
    )


def is_empty(file: ClaimFile) -> bool:
    """Whether no note and no photo says anything."""
    return not any(note.text for note in file.notes) and not any(photo.caption for photo in file.photos)


def _note(note: Note) -> ClaimNote:
    """A reading without a text is put into words. One with both has its text alone, which quotes must stand in."""
    taken_at = note.reading.taken_at if note.reading else None
    text = note.text or (_in_words(note.reading) if note.reading else "")
    return ClaimNote(
        id=note.id,
        kind=note.type,
        text=text,
        created_at=taken_at or note.created_at,
        corrects=note.corrects,
    )


def _in_words(reading: MoistureReading) -> str:
    words = f"{reading.material} {reading.value:g} {reading.unit}"
    return f"{reading.place}: {words}" if reading.place else words


def _photo(photo: Photo) -> ClaimPhoto:
    """The room precedes the caption as a sentence of its own, so that a quote is in one of the two."""
    texts = [f"{photo.room}." if photo.room and photo.caption else photo.room, photo.caption]
    return ClaimPhoto(
        id=photo.id,
        caption=" ".join(text for text in texts if text),
        taken_at=_taken_at(photo),
        sight=photo.sight,
    )


def _taken_at(photo: Photo) -> datetime | None:
    """None if the camera recorded no offset from UTC: its time cannot be compared with others."""
    text = photo.evidence.taken_at if photo.evidence else None
    if text is None:
        return None
    try:
        taken_at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return taken_at if taken_at.tzinfo else None


def _line(address: Address) -> str:
    parts = (address.line1, address.line2, address.city, address.state, address.postal_code)
    return ", ".join(part for part in parts if part)
