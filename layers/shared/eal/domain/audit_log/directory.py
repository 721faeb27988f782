"""The list of all logs, one entry for each tenant and mode that has audit records.

The relay writes the entry in the transaction that assigns the first number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table.keys import shard
from eal.core.table.read import walk
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode

_KIND = "AUDIT_LOG"


def entry(tenant: Tenant) -> Item:
    """The entry of a log: `AUDIT_LOG#3`, `org_…#live`."""
    return {"pk": shard(_KIND, tenant), "sk": f"{tenant.organization_id}#{tenant.mode}", "kind": _KIND}


def tenants(shard_number: int) -> Iterator[Tenant]:
    """The tenants of a shard whose logs have records."""
    for item in walk("pk = :shard", {":shard": f"{_KIND}#{shard_number}"}):
        organization_id, mode = cast("str", item["sk"]).split("#")
        yield Tenant(organization_id, cast("Mode", mode))
