"""The evidence of a claim: its notes, its photos and its own fields."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from eal.ai.claims.sight import PhotoSight
    from eal.ai.claims.vocabulary import NoteKind


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

    @property
    def characters(self) -> int:
        """Length of all texts together, in characters."""
        return sum(len(note.text) for note in self.notes) + sum(len(photo.caption) for photo in self.photos)


def input_sha256(file: ClaimFile) -> str:
    """The hash of all that the extraction depends on."""
    notes = sorted((asdict(note) for note in file.notes), key=lambda note: str(note["id"]))
    captions = sorted((asdict(photo) for photo in file.photos), key=lambda photo: str(photo["id"]))
    return hashlib.sha256(json.dumps([notes, captions, asdict(file.facts)], default=str).encode()).hexdigest()
