"""The end of photos: their objects and items go. Their hashes stay in the register and in the audit log.

A worker may inspect a photo meanwhile, and store its preview. So the objects are deleted before the item, because a
killed run finds them by it, and again after it, because from then on the inspection deletes what it has stored.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, cast

from eal.core import clock, ids
from eal.core.table import scrub
from eal.core.table.read import walk
from eal.domain.claims.photos import objects
from eal.domain.claims.photos.model import ID_PREFIX, PhotoRef
from eal.domain.claims.photos.store import photo_partition, register_partition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

_PHOTOS_AT_ONCE = 300


def delete_all(tenant: Tenant, claim_id: str, until: datetime | None = None) -> None:
    """Delete the photos of a claim, or those that were declared before `until`. Idempotent.

    The audit record is that of the change of the claim which causes the deletion.
    """
    for items in batched(_items(photo_partition(tenant, claim_id), until), _PHOTOS_AT_ONCE, strict=False):
        refs = [PhotoRef(tenant, claim_id, cast("str", item["id"])) for item in items]
        objects.delete(refs)
        for item in items:
            scrub.remove(item)
        objects.delete(refs)
    now = clock.now()
    for entry in _items(register_partition(tenant, claim_id), until):
        scrub.remove_attributes(entry, ("perceptual_hash",), mark="deleted_at", at=now)


def scrub_traces(tenant: Tenant, claim_id: str, photo_id: str) -> None:
    """Delete the objects of a deleted photo, and what stored responses say of it. Idempotent."""
    objects.delete([PhotoRef(tenant, claim_id, photo_id)])
    scrub.responses(tenant, photo_id)


def _items(of: str, until: datetime | None) -> Iterator[Item]:
    if until is None:
        return walk("pk = :pk", {":pk": of})
    values: dict[str, Json] = {":pk": of, ":end": ids.lowest(ID_PREFIX, until)}
    return walk("pk = :pk AND sk < :end", values)
