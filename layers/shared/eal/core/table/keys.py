"""Keys of the State table. The owner is the first argument of every function, so no key is without tenant and mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self, cast
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.json import Json
    from eal.core.tenancy import Owner, Tenant

TENANT_SHARDS = 8
"""Partitions over which tenants are spread, for scheduled runs: of due markers and the list of logs."""
POINTER_SHARDS = 32
"""Partitions of the pointers to unpublished items. Each takes 1,000 write units per second, a pointer takes three."""


class Key(NamedTuple):
    pk: str
    sk: str

    @classmethod
    def of(cls, item: Mapping[str, Json]) -> Self:
        """The key of a stored item."""
        return cls(cast("str", item["pk"]), cast("str", item["sk"]))


def partition(owner: Owner, *kind: str) -> str:
    """`org_…#live#LEAD`, or with more parts an index partition: `org_…#live#LEAD#status#new`."""
    return "#".join((owner.organization_id, owner.plane, *kind))


def key(owner: Owner, kind: str, sk: str) -> Key:
    return Key(partition(owner, kind), sk)


def events_partition(tenant: Tenant, resource_id: str) -> str:
    """The gsi1 partition of a resource's events."""
    return partition(tenant, "EVENT", resource_id)


def responses_partition(tenant: Tenant, resource_id: str) -> str:
    """The partition of the pointers to idempotency records whose responses show a resource."""
    return partition(tenant, "RESPONSE", resource_id)


def shard(name: str, tenant: Tenant, shards: int = TENANT_SHARDS) -> str:
    """A tenant's partition among those over which all tenants are spread: `AUDIT_LOG#3`."""
    return f"{name}#{crc32(f'{tenant.organization_id}#{tenant.mode}'.encode()) % shards}"


def pending_key(tenant: Tenant, kind: str, first_id: str) -> Key:
    """The key of the pointer to the unpublished items of a kind in one transaction, of which `first_id` is the first.

    Its partition does not begin with a tenant: its sort key does.
    """
    return Key(shard("PENDING", tenant, POINTER_SHARDS), f"{partition(tenant, kind)}#{first_id}")
