"""The notes of a claim in the State table: a partition per claim, because all of them are larger than an item."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import Conflict, NotFound, ValidationFailed
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import count, get_all
from eal.domain.claims import store as claims
from eal.domain.claims.notes.model import MoistureReading, Note, sha256
from eal.domain.claims.store import CLAIMS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.claims.notes.wire import NoteCreate, NoteQuery

KIND, ID_PREFIX = "CLAIM_NOTE", "note"
MAX_NOTES = 2000
"""Maximum number of notes of a claim, readings included: the checks, an extraction and a sign-off read all of them."""
_CLOCK_SKEW = timedelta(minutes=5)
_NOT_AUDITED = frozenset({"id", "created_at", "created_by", "text_sha256"})
_PERSONAL = frozenset({"text", "author", "reading"})


def note_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_NOTE#clm_…`."""
    return partition(tenant, KIND, claim_id)


def note_key(tenant: Tenant, claim_id: str, note_id: str) -> Key:
    return Key(note_partition(tenant, claim_id), note_id)


def add(claim_id: str, body: NoteCreate, by: Caller) -> Note:
    """A new note of the claim. The claim keeps its version, so several people can add notes at once.

    Raises: NotFound; ValidationFailed for a reading in the future; Conflict if the claim has MAX_NOTES. The commit
    raises NotFound if there is no such claim, Conflict if it is closed, and ValidationFailed if it does not have the
    note that this one corrects.
    """
    new = Note(
        id=ids.new(ID_PREFIX, by.at),
        claim_id=claim_id,
        type=body.kind,
        created_at=by.at,
        created_by=by.actor.id,
        salt=audit.new_salt(),
        text=body.text,
        text_sha256=sha256(body.text) if body.text else None,
        author=body.author,
        corrects=body.corrects,
        reading=MoistureReading(**dict(body.reading)) if body.reading else None,
    )
    if new.reading and new.reading.taken_at and new.reading.taken_at > by.at + _CLOCK_SKEW:
        raise ValidationFailed.of_field("/reading/taken_at", "Must not be in the future.", "future")
    claims.require_open(claim_id, by)
    if count("pk = :pk", {":pk": note_partition(by.tenant, claim_id)}) >= MAX_NOTES:
        raise Conflict(
            f"The claim {claim_id} has {MAX_NOTES} notes and readings, which is the limit.", limit=MAX_NOTES
        )
    if new.corrects:
        _require_note(claim_id, new.corrects, by)
    by.transaction.create({**note_key(by.tenant, claim_id, new.id)._asdict(), "kind": KIND, **dump(new)})
    recorded = {name: value for name, value in dump(new).items() if name not in _NOT_AUDITED}
    changes = audit.changes({}, recorded, personal=_PERSONAL, salt=new.salt)
    by.transaction.audit("claim_note.created", new.id, changes)
    return new


def get(claim_id: str, note_id: str, by: Caller) -> Note:
    """Raises: NotFound, also for a note of another claim."""
    if not ids.is_id(CLAIMS.id_prefix, claim_id):
        raise CLAIMS.not_found(claim_id)
    if not ids.is_id(ID_PREFIX, note_id):
        raise _not_found(claim_id, note_id)
    claim, note = get_all([CLAIMS.key(by.tenant, claim_id), note_key(by.tenant, claim_id, note_id)])
    if claim is None:
        raise CLAIMS.not_found(claim_id)
    if note is None:
        raise _not_found(claim_id, note_id)
    return load(Note, note)


def search(claim_id: str, query: NoteQuery, by: Caller) -> Page[Note]:
    """The notes of a claim, newest first. Raises: NotFound, InvalidCursor."""
    CLAIMS.get(by.tenant, claim_id)
    notes = Partition(base=note_partition(by.tenant, claim_id), id_prefix=ID_PREFIX)
    keep = (lambda item: item["type"] == query.kind) if query.kind else None
    return page.read(by.tenant, query, notes, lambda item: load(Note, item), keep)


def _require_note(claim_id: str, note_id: str, by: Caller) -> None:
    absent = ValidationFailed.of_field(
        "/corrects", f"The claim has no note {ids.shown(note_id)}.", "not_found"
    )
    if not ids.is_id(ID_PREFIX, note_id):
        raise absent
    by.transaction.require(
        note_key(by.tenant, claim_id, note_id), "attribute_exists(pk)", lambda _item: absent
    )


def _not_found(claim_id: str, note_id: str) -> NotFound:
    return NotFound(f"The claim {claim_id} has no note {ids.shown(note_id)}.")
