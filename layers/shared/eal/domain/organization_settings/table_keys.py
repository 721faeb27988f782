"""Keys of organizations and of their grants in the State table. Both belong to both modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table.keys import key
from eal.core.tenancy import BothModes

if TYPE_CHECKING:
    from eal.core.table.keys import Key


def organization_key(organization_id: str) -> Key:
    """`org_…#both#ORGANIZATION`, `org_…`."""
    return key(BothModes(organization_id), "ORGANIZATION", organization_id)


def grant_key(child_id: str, parent_id: str) -> Key:
    """`org_child#both#GRANT`, `org_parent`: a child has at most one grant, because it has at most one parent."""
    return key(BothModes(child_id), "GRANT", parent_id)
