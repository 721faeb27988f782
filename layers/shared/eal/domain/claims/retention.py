"""The end of the retention of a claim's evidence, which begins when the claim is closed.

The closed claims whose evidence is kept have an item each, in the order of their closing. So what is due is the
beginning of a partition, whenever the tenant changes its retention. A legal hold removes the item, and its release adds
it again.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import clock, observe
from eal.core.caller import worker
from eal.core.clock import rfc3339
from eal.core.table.keys import Key
from eal.core.table.read import walk
from eal.domain.claims import store
from eal.domain.claims.notes import erasure as notes
from eal.domain.claims.photos import erasure as photos
from eal.domain.claims.scope import erasure as scope
from eal.domain.claims.sign_offs import erasure as sign_offs
from eal.domain.claims.store import CLAIMS
from eal.domain.organization_settings import retention as retention_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

_WORKER = "apply_retention"


def apply(tenant: Tenant, request_id: str, deadline: float) -> bool:
    """Enqueue the deletion of what is due. False if that was not all by `deadline`, which is on the clock of
    `time.monotonic`.

    Raises: Stale if a claim changed meanwhile.
    """
    days = retention_settings.retention_of(tenant.organization_id).claim_days
    for pointer in _due(tenant, days):
        if time.monotonic() > deadline:
            return False
        by = worker(_WORKER, tenant, request_id)
        _end(pointer, by)
        by.transaction.commit()
    return True


def delete_evidence(tenant: Tenant, claim_id: str, until: datetime) -> None:
    """Delete the texts of the notes that were created before `until`, the photos, the scope and the files of
    sign-offs. Idempotent.
    """
    notes.delete_texts(tenant, claim_id, until)
    photos.delete_all(tenant, claim_id, until)
    scope.delete_all(tenant, claim_id, until)
    sign_offs.delete_files(tenant, claim_id, until)


def _due(tenant: Tenant, days: int) -> Iterator[Item]:
    """The pointers to the claims that were closed more than `days` ago."""
    values: dict[str, Json] = {
        ":pk": store.retention_partition(tenant),
        ":end": rfc3339(clock.now() - timedelta(days=days)),
    }
    return walk("pk = :pk AND sk < :end", values)


def _end(pointer: Item, by: Caller) -> None:
    """Record the deletion and enqueue it, in one transaction. The evidence can be more than one transaction deletes.

    A claim that was reopened, put on hold or erased since the query is left alone.
    """
    claim = CLAIMS.find(by.tenant, cast("str", pointer["claim_id"]))
    if claim is None or store.retention_key(by.tenant, claim) != Key.of(pointer):
        return
    store.replace_claim("claim.evidence_deleted", claim, replace(claim, evidence_deleted_at=by.at), by)
    task: dict[str, Json] = {"claim_id": claim.id, "until": rfc3339(by.at)}
    by.transaction.enqueue_task("erase_claim_evidence", task)
    observe.count("claim_evidence_deleted")
