"""The end of the notes of a claim: their texts go at the end of the retention, and the notes with the claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table import scrub
from eal.core.table.read import walk
from eal.domain.claims.notes.store import ID_PREFIX, note_partition

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.tenancy import Tenant

_TEXTS = ("text", "author", "salt", "reading.place")


def erase(tenant: Tenant, claim_id: str) -> None:
    """Delete all notes of an erased claim. Idempotent."""
    scrub.remove_all(note_partition(tenant, claim_id))


def delete_texts(tenant: Tenant, claim_id: str, until: datetime) -> None:
    """Delete what people wrote in the notes that were created before `until`. Idempotent.

    The hashes of the texts remain, and the readings' numbers. The salts go with the texts, because a short text can be
    guessed, and the salt would confirm the guess.
    """
    values: dict[str, Json] = {
        ":pk": note_partition(tenant, claim_id),
        ":end": ids.lowest(ID_PREFIX, until),
    }
    for item in walk("pk = :pk AND sk < :end", values):
        scrub.remove_attributes(item, _TEXTS, mark="text_deleted_at", at=until)
