"""The children of the caller's organization, each with its grant."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from eal.core.table.collection import Collection
from eal.core.table.item import load
from eal.core.table.page import Page
from eal.core.table.read import get_all
from eal.domain.organization_settings.table_keys import grant_key, organization_key
from eal.domain.organizations.grants.model import GivenGrant
from eal.domain.organizations.model import ChildPointer, Organization

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery

POINTERS = Collection("CHILD", ChildPointer, id_prefix="org", noun="child", both_modes=True)

MAX_CHILDREN_PER_READ = 33
"""Children per read: with up to three items per child, below the 100 items that one TransactGetItems may read."""


class Child(NamedTuple):
    organization: Organization
    grant: GivenGrant | None


def search(query: ListQuery, by: Caller) -> Page[Child]:
    """The caller's children, newest first, each with its grant to the caller."""
    ids = child_ids(query, by)
    children: list[Child] = []
    for batch in batched(ids.items, MAX_CHILDREN_PER_READ, strict=False):
        keys = [
            key
            for child_id in batch
            for key in (organization_key(child_id), grant_key(child_id, by.organization_id))
        ]
        for child, grant in batched(get_all(keys), 2, strict=True):
            if child:
                children.append(Child(load(Organization, child), load(GivenGrant, grant) if grant else None))
    return Page(children, ids.next_cursor)


def child_ids(query: ListQuery, by: Caller) -> Page[str]:
    """The ids of the caller's children, newest first."""
    pointers = POINTERS.search(by.tenant, query)
    return Page([pointer.id for pointer in pointers.items], pointers.next_cursor)
