"""Tombstones: what remains of an erased resource. The audit log and late workers refer to its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.clock import rfc3339
from eal.core.table.keys import Key, key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.tenancy import Tenant
    from eal.core.transaction import Transaction


def tombstone_key(tenant: Tenant, kind: str, resource_id: str) -> Key:
    """`org_…#live#LEAD_TOMBSTONE`, `lead_…`, for the kind LEAD."""
    return key(tenant, f"{kind}_TOMBSTONE", resource_id)


def put(
    kind: str,
    resource_id: str,
    contacts: Sequence[str],
    former_contacts: Sequence[str],
    transaction: Transaction,
) -> None:
    """Add a resource's tombstone to the transaction that deletes it.

    The contacts, `email#…` and `phone#…`, stay until the worker has erased the messages from and to them.
    """
    transaction.create(
        {
            **tombstone_key(transaction.tenant, kind, resource_id)._asdict(),
            "kind": f"{kind}_TOMBSTONE",
            "id": resource_id,
            "erased_at": rfc3339(transaction.at),
            "contacts": [*contacts],
            "former_contacts": [*former_contacts],
        }
    )
