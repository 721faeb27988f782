"""The photos of a claim in the State table: a partition per claim for them, and one for their register.

Nothing here changes the claim's item, or checks it in a transaction. Hundreds of photos of a claim can be declared and
inspected side by side, and DynamoDB cancels concurrent transactions that contain the same item.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from eal.core import audit, ids
from eal.core.errors import Conflict, NotFound
from eal.core.table import page, progress
from eal.core.table.item import dump, load, patched
from eal.core.table.keys import Key, partition
from eal.core.table.page import Partition
from eal.core.table.read import count, get_all, walk
from eal.core.table.write import Stale
from eal.domain.claims.photos.model import (
    ID_PREFIX,
    MAX_PHOTOS,
    PERSONAL,
    UNUSED_KEPT,
    Findings,
    Photo,
    RegisterEntry,
    findings,
)
from eal.domain.claims.store import CLAIMS, check_is_not_closed, check_no_hold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim
    from eal.domain.claims.photos.model import PhotoRef
    from eal.domain.claims.photos.wire import PhotoCreate, PhotoUpdate

PHOTO_KIND, REGISTER_KIND = "CLAIM_PHOTO", "CLAIM_PHOTO_REGISTER"
_AUDITED = (
    "claim_id", "filename", "content_type", "size_bytes", "sha256", "caption", "room", "status", "rejection",
)  # fmt: skip


class StoredPhotoPage(NamedTuple):
    """A page of photos, each with its findings."""

    items: list[tuple[Photo, Findings]]
    next_cursor: str | None


class Registered(NamedTuple):
    """A photo with its claim and its entry in the register."""

    claim: Claim
    photo: Photo
    entry: RegisterEntry


def photo_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_PHOTO#clm_…`."""
    return partition(tenant, PHOTO_KIND, claim_id)


def photo_key(tenant: Tenant, claim_id: str, photo_id: str) -> Key:
    return Key(photo_partition(tenant, claim_id), photo_id)


def register_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_PHOTO_REGISTER#clm_…`."""
    return partition(tenant, REGISTER_KIND, claim_id)


def register_key(tenant: Tenant, claim_id: str, photo_id: str) -> Key:
    return Key(register_partition(tenant, claim_id), photo_id)


# ---------------------------------------------------------------- requests


def declare(claim_id: str, body: PhotoCreate, by: Caller) -> Photo:
    """A new photo, which awaits its upload.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is closed, or has MAX_PHOTOS.
    """
    claim = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(claim.version)
    check_is_not_closed(claim)
    if count("pk = :pk", {":pk": register_partition(by.tenant, claim_id)}) >= MAX_PHOTOS:
        raise Conflict(
            f"The claim {claim_id} has {MAX_PHOTOS} photos, deleted ones included, which is the limit.",
            limit=MAX_PHOTOS,
        )
    new = Photo(
        id=ids.new(ID_PREFIX, by.at),
        claim_id=claim_id,
        filename=body.filename,
        content_type=body.content_type,
        size_bytes=body.size_bytes,
        sha256=body.sha256,
        caption=body.caption,
        room=body.room,
        status="awaiting_upload",
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        request_id=by.request_id,
    )
    by.transaction.create(_item(new, by.tenant))
    entry = RegisterEntry(id=new.id, sha256=new.sha256, version=1)
    by.transaction.create({**_register_item(entry, claim_id, by.tenant), "ttl": _ttl(new)})
    _audit("claim_photo.declared", None, new, by)
    return new


def get(claim_id: str, photo_id: str, by: Caller) -> tuple[Photo, Findings]:
    """Raises: NotFound, also for a photo of another claim."""
    photo = _get(claim_id, photo_id, by).photo.as_of(by.at)
    return photo, findings(photo, register_of(claim_id, by.tenant))


def search(claim_id: str, query: ListQuery, by: Caller) -> StoredPhotoPage:
    """The photos of a claim, newest first. Raises: NotFound, InvalidCursor."""
    CLAIMS.get(by.tenant, claim_id)
    photos = Partition(base=photo_partition(by.tenant, claim_id), id_prefix=ID_PREFIX)
    found = page.read(by.tenant, query, photos, _load)
    register = register_of(claim_id, by.tenant)
    return StoredPhotoPage(
        [(photo.as_of(by.at), findings(photo, register)) for photo in found.items], found.next_cursor
    )


def update(claim_id: str, photo_id: str, body: PhotoUpdate, by: Caller) -> tuple[Photo, Findings]:
    """The photo with the fields of the body; null clears a field.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is closed.
    """
    claim, before, _ = _get(claim_id, photo_id, by)
    by.transaction.check_if_match(before.version)
    check_is_not_closed(claim)
    after = patched(before, body)
    if after != before:
        after = replace(after, version=before.version + 1, updated_at=by.at)
        by.transaction.replace(_item(after, by.tenant), was=before.version)
        _audit("claim_photo.updated", before, after, by)
    return after.as_of(by.at), findings(after, register_of(claim_id, by.tenant))


def delete(claim_id: str, photo_id: str, by: Caller) -> None:
    """Delete the photo, and enqueue the deletion of its objects. Its hash stays in the register.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is on legal hold.
    """
    claim, before, entry = _get(claim_id, photo_id, by)
    by.transaction.check_if_match(before.version)
    check_no_hold(claim)
    by.transaction.require(
        CLAIMS.key(by.tenant, claim_id), "attribute_not_exists(legal_hold)", lambda _claim: Stale()
    )
    by.transaction.delete(photo_key(by.tenant, claim_id, photo_id), was=before.version)
    ended = replace(entry, perceptual_hash=None, deleted_at=by.at, version=entry.version + 1)
    by.transaction.put_version(_register_item(ended, claim_id, by.tenant), was=entry.version)
    _audit("claim_photo.deleted", before, None, by)
    by.transaction.enqueue_task("erase_claim_photo", {"claim_id": claim_id, "photo_id": photo_id})


def _get(claim_id: str, photo_id: str, by: Caller) -> Registered:
    if not ids.is_id(CLAIMS.id_prefix, claim_id):
        raise CLAIMS.not_found(claim_id)
    if not ids.is_id(ID_PREFIX, photo_id):
        raise _not_found(claim_id, photo_id)
    claim, photo, entry = _read(claim_id, photo_id, by.tenant)
    if claim is None:
        raise CLAIMS.not_found(claim_id)
    if photo is None:
        raise _not_found(claim_id, photo_id)
    return Registered(claim, photo, entry)


# ---------------------------------------------------------------- workers


def find(ref: PhotoRef) -> Registered | None:
    """The photo as it is stored; None if it, or its claim, was deleted."""
    claim, photo, entry = _read(ref.claim_id, ref.photo_id, ref.tenant)
    return Registered(claim, photo, entry) if claim and photo else None


def begin(photo: Photo, tenant: Tenant, by: Caller) -> None:
    """Record that the photo was uploaded. Raises: Stale if the photo has changed meanwhile."""
    after = photo.inspecting(by.at)
    if not progress.advance(_item(after, tenant), was=photo.version):
        raise Stale


def finish(found: Registered, after: Photo, perceptual_hash: str | None, by: Caller) -> None:
    """Commit the result of an inspection. Raises: Stale if the photo has changed meanwhile."""
    before, entry = found.photo, found.entry
    by.transaction.put_version(_item(after, by.tenant), was=before.version)
    changed = replace(entry, perceptual_hash=perceptual_hash, version=entry.version + 1)
    by.transaction.put_version(_register_item(changed, before.claim_id, by.tenant), was=entry.version)
    _audit(f"claim_photo.{after.status}", before, after, by)
    by.transaction.commit()


def register_of(claim_id: str, tenant: Tenant) -> Sequence[RegisterEntry]:
    """The entries of all photos of a claim, in the order of their declaration."""
    items = walk("pk = :pk", {":pk": register_partition(tenant, claim_id)})
    return [load(RegisterEntry, item) for item in items]


def _read(claim_id: str, photo_id: str, tenant: Tenant) -> tuple[Claim | None, Photo | None, RegisterEntry]:
    """The entry of a photo that waited for its inspection for more than a week has expired: it begins again."""
    claim, item, entry = get_all(
        [
            CLAIMS.key(tenant, claim_id),
            photo_key(tenant, claim_id, photo_id),
            register_key(tenant, claim_id, photo_id),
        ]
    )
    photo = _load(item) if item else None
    none = RegisterEntry(id=photo_id, sha256=photo.sha256 if photo else "", version=0)
    return CLAIMS.load(claim) if claim else None, photo, load(RegisterEntry, entry) if entry else none


def _load(item: Item) -> Photo:
    return load(Photo, item)


def _item(photo: Photo, tenant: Tenant) -> Item:
    """A photo without an upload expires."""
    expiry: Item = {"ttl": _ttl(photo)} if photo.status == "awaiting_upload" else {}
    return {
        **photo_key(tenant, photo.claim_id, photo.id)._asdict(),
        "kind": PHOTO_KIND,
        **dump(photo),
        **expiry,
    }


def _register_item(entry: RegisterEntry, claim_id: str, tenant: Tenant) -> Item:
    return {**register_key(tenant, claim_id, entry.id)._asdict(), "kind": REGISTER_KIND, **dump(entry)}


def _ttl(photo: Photo) -> int:
    return int((photo.created_at + UNUSED_KEPT).timestamp())


def _audit(action: str, before: Photo | None, after: Photo | None, by: Caller) -> None:
    photo = after or before
    if photo is None:
        raise AssertionError("a photo begins, changes or ends")
    changes = audit.changes(_audited(before), _audited(after), personal=PERSONAL, salt=photo.salt)
    by.transaction.audit(action, photo.id, changes)


def _audited(photo: Photo | None) -> Item:
    if photo is None:
        return {}
    stored = dump(photo)
    evidence = dump(photo.evidence) if photo.evidence else {}
    return {
        **{name: stored[name] for name in _AUDITED if name in stored},
        **{f"evidence.{name}": value for name, value in evidence.items()},
    }


def _not_found(claim_id: str, photo_id: str) -> NotFound:
    return NotFound(f"The claim {claim_id} has no photo {ids.shown(photo_id)}.")
