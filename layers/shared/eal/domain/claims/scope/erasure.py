"""The end of the scope of a claim: its quotes are what people wrote, so it goes with the texts of the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.clock import rfc3339
from eal.core.table import scrub
from eal.core.table.read import walk
from eal.domain.claims.scope.table_keys import (
    correction_partition,
    count_key,
    decision_partition,
    extraction_partition,
)

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Tenant


def delete_all(tenant: Tenant, claim_id: str, until: datetime | None = None) -> None:
    """Delete the claim's extractions, decisions and corrections, or those made before `until`. Idempotent."""
    for partition, made_at in (
        (extraction_partition(tenant, claim_id), "created_at"),
        (decision_partition(tenant, claim_id), "decided_at"),
        (correction_partition(tenant, claim_id), "decided_at"),
    ):
        for item in walk("pk = :pk", {":pk": partition}):
            if until is None or cast("str", item[made_at]) < rfc3339(until):
                scrub.remove(item)
    if until is None:
        scrub.remove_key(count_key(tenant, claim_id))
