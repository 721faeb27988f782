"""Keys of extractions and decisions, for those that need neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table.keys import Key, key, partition

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant

EXTRACTION_KIND, DECISION_KIND = "CLAIM_EXTRACTION", "CLAIM_SCOPE_DECISION"
CORRECTION_KIND = "CLAIM_ROOM_CORRECTION"
COUNT_KIND = "CLAIM_DECISIONS"


def extraction_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_EXTRACTION#clm_…`: all versions. A sort key is such as `000001#items#00`."""
    return partition(tenant, EXTRACTION_KIND, claim_id)


def decision_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_SCOPE_DECISION#clm_…`."""
    return partition(tenant, DECISION_KIND, claim_id)


def correction_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_ROOM_CORRECTION#clm_…`."""
    return partition(tenant, CORRECTION_KIND, claim_id)


def count_key(tenant: Tenant, claim_id: str) -> Key:
    """The item that counts the requests that decided about the claim's scope: it shows whether one did meanwhile."""
    return key(tenant, COUNT_KIND, claim_id)


def decision_key(tenant: Tenant, claim_id: str, item_id: str) -> Key:
    return Key(decision_partition(tenant, claim_id), item_id)


def correction_key(tenant: Tenant, claim_id: str, room_id: str) -> Key:
    return Key(correction_partition(tenant, claim_id), room_id)
