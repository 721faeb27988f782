"""Keys of the State table. Tenant and mode are the first arguments of every function, so no key is without them."""

from typing import NamedTuple
from zlib import crc32

from eal.core.tenancy import Plane

PENDING_SHARDS = 8


class Key(NamedTuple):
    pk: str
    sk: str


def partition(organization_id: str, plane: Plane, *kind: str) -> str:
    """`org_…#live#LEAD`, or with more parts an index partition: `org_…#live#LEAD#status#new`."""
    return "#".join((organization_id, plane, *kind))


def key(organization_id: str, plane: Plane, kind: str, sk: str) -> Key:
    return Key(partition(organization_id, plane, kind), sk)


def shard(name: str, organization_id: str, plane: Plane) -> str:
    """A tenant's partition of a sparse index that spreads all tenants over PENDING_SHARDS partitions: `PENDING#3`."""
    return f"{name}#{crc32(f'{organization_id}#{plane}'.encode()) % PENDING_SHARDS}"


def pending_shard(organization_id: str, plane: Plane) -> str:
    """The partition of the sparse `pending` index in which a tenant's unpublished items wait."""
    return shard("PENDING", organization_id, plane)
