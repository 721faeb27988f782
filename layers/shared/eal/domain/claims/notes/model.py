"""A note: immutable. What was wrong in it is corrected by another note that names it."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from eal.core.clock import Instant

type NoteKind = Literal["note", "moisture_reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoistureReading:
    """A reading of a moisture meter. `dry_standard` is the value of the same material when dry, in the same unit."""

    material: str
    value: float
    unit: str
    dry_standard: float | None = None
    place: str | None = None
    taken_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note has a text, a moisture reading a text, a reading or both. The API calls the type `kind`.

    `salt` is for the audit log's commitments; it is never shown. `text_sha256` remains when the retention deletes the
    text, with the author, the place and the salt.
    """

    id: str
    claim_id: str
    type: NoteKind
    created_at: Instant
    created_by: str
    salt: str | None = None
    text: str | None = None
    text_sha256: str | None = None
    author: str | None = None
    corrects: str | None = None
    reading: MoistureReading | None = None
    text_deleted_at: Instant | None = None


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
