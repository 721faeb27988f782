"""Logs from before the list of all logs. Two index marks show which of them have work.

Remove this module when releases before 1.2 can no longer be upgraded directly.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, cast

from eal.core.table import progress
from eal.core.table.read import walk
from eal.core.tenancy import Tenant
from eal.domain.audit_log import directory

if TYPE_CHECKING:
    from eal.core.tenancy import Mode

MARK_ATTRIBUTES = ("gsi1pk", "gsi1sk")
"""The index attributes of the mark of unarchived records, which the relay removes with the next number."""
_MARKS = ("UNARCHIVED", "UNSIGNED")


def adopt(shard_number: int) -> None:
    """List the logs of a shard that have a mark and no entry."""
    marked = {tenant for mark in _MARKS for tenant in _marked(mark, shard_number)}
    if marked:
        unlisted = marked.difference(directory.tenants(shard_number))
        for tenants in batched(sorted(unlisted), progress.MAX_BATCH, strict=False):
            progress.put_all([directory.entry(tenant) for tenant in tenants])


def _marked(mark: str, shard_number: int) -> list[Tenant]:
    tenants = []
    for item in walk("gsi1pk = :shard", {":shard": f"{mark}#{shard_number}"}, index="gsi1"):
        organization_id, mode = cast("str", item["gsi1sk"]).split("#")
        tenants.append(Tenant(organization_id, cast("Mode", mode)))
    return tenants
