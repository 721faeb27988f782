"""Keys in the State table of organizations, their grants and the quotas of their API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table.keys import key
from eal.core.tenancy import BothModes

if TYPE_CHECKING:
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant


def organization_key(organization_id: str) -> Key:
    """`org_…#both#ORGANIZATION`, `org_…`."""
    return key(BothModes(organization_id), "ORGANIZATION", organization_id)


def grant_key(child_id: str, parent_id: str) -> Key:
    """`org_child#both#GRANT`, `org_parent`: a child has at most one grant, because it has at most one parent."""
    return key(BothModes(child_id), "GRANT", parent_id)


def key_quota_key(tenant: Tenant) -> Key:
    """`org_…#live#KEY_QUOTA`, `keys`."""
    return key(tenant, "KEY_QUOTA", "keys")
