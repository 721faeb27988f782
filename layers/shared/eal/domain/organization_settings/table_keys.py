"""Where organizations, the pointers to their children and their grants are in the State table: in both modes."""

from eal.core.table.keys import Key, key
from eal.core.tenancy import BothModes


def at(organization_id: str) -> Key:
    """`org_…#both#ORGANIZATION`, `org_…`."""
    return key(BothModes(organization_id), "ORGANIZATION", organization_id)


def pointer_at(parent_id: str, child_id: str) -> Key:
    """`org_parent#both#CHILD`, `org_child`: what lists of children walk."""
    return key(BothModes(parent_id), "CHILD", child_id)


def grant_at(child_id: str, parent_id: str) -> Key:
    """`org_child#both#GRANT`, `org_parent`: one of a child at most, as it has one parent at most."""
    return key(BothModes(child_id), "GRANT", parent_id)
