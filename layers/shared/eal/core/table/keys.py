"""Keys of the State table. The owner is the first argument of every function, so no key is without tenant and mode."""

from typing import NamedTuple
from zlib import crc32

from eal.core.tenancy import Owner, Tenant

PENDING_SHARDS = 8


class Key(NamedTuple):
    pk: str
    sk: str


def partition(owner: Owner, *kind: str) -> str:
    """`org_…#live#LEAD`, or with more parts an index partition: `org_…#live#LEAD#status#new`."""
    return "#".join((owner.organization_id, owner.plane, *kind))


def key(owner: Owner, kind: str, sk: str) -> Key:
    return Key(partition(owner, kind), sk)


def events_partition(tenant: Tenant, resource_id: str) -> str:
    """The gsi1 partition of a resource's events."""
    return partition(tenant, "EVENT", resource_id)


def answers_partition(tenant: Tenant, resource_id: str) -> str:
    """The partition of the pointers to idempotency records whose answers show a resource."""
    return partition(tenant, "ANSWER", resource_id)


def shard(name: str, tenant: Tenant) -> str:
    """A tenant's partition of a sparse index that spreads all tenants over PENDING_SHARDS partitions: `PENDING#3`."""
    return f"{name}#{crc32(f'{tenant.organization_id}#{tenant.mode}'.encode()) % PENDING_SHARDS}"


def pending_shard(tenant: Tenant) -> str:
    """The partition of the sparse `pending` index in which a tenant's unpublished items wait."""
    return shard("PENDING", tenant)
