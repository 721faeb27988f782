"""The end of the bundles of a claim: the files go, and their hashes stay, in the sign-off and in the audit log.

A worker may write a bundle meanwhile. Each deletion changes the sign-off's version, so the worker's commit fails and it
begins again; files are deleted before and after that, because a killed run finds them by what is left of the item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import clock, ids
from eal.core.table import progress, scrub
from eal.core.table.item import dump, load
from eal.core.table.read import walk
from eal.core.table.write import Stale
from eal.domain.claims.sign_offs import objects, store
from eal.domain.claims.sign_offs.model import SignOff, SignOffRef

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant


def erase(tenant: Tenant, claim_id: str) -> None:
    """Delete the sign-offs of an erased claim with all their files. Idempotent."""
    objects.delete_claim(tenant, claim_id)
    scrub.remove_all(store.sign_off_partition(tenant, claim_id))
    objects.delete_claim(tenant, claim_id)


def delete_files(tenant: Tenant, claim_id: str, until: datetime) -> None:
    """Delete the files of the sign-offs that were made before `until`. Idempotent. Raises: Stale."""
    for item, sign_off in _sign_offs(tenant, claim_id):
        if sign_off.signed_at >= until:
            continue
        ref = SignOffRef(tenant, claim_id, sign_off.id)
        objects.delete_sign_off(ref)
        if sign_off.files_deleted_at is None:
            _replace(item, sign_off, sign_off.without_files(clock.now()))
            objects.delete_sign_off(ref)


def delete_reports(tenant: Tenant, claim_id: str, photo_id: str) -> None:
    """Delete the reports that may show a deleted photo. Idempotent. Raises: Stale."""
    for item, sign_off in _sign_offs(tenant, claim_id):
        if sign_off.signed_at < ids.created_at(photo_id) or sign_off.files_deleted_at:
            continue
        ref = SignOffRef(tenant, claim_id, sign_off.id)
        objects.delete_report(ref)
        if sign_off.report_deleted_at is None:
            _replace(item, sign_off, sign_off.without_report(clock.now()))
            objects.delete_report(ref)


def _sign_offs(tenant: Tenant, claim_id: str) -> Iterator[tuple[Item, SignOff]]:
    for item in walk("pk = :pk", {":pk": store.sign_off_partition(tenant, claim_id)}):
        yield item, load(SignOff, item)


def _replace(item: Item, before: SignOff, after: SignOff) -> None:
    """The audit record is that of the change which causes the deletion."""
    if not progress.advance({**item, **dump(after)}, was=before.version):
        raise Stale
