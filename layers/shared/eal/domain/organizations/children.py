"""The organizations below the caller's, each with what it has granted."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core.table import page
from eal.core.table.item import load
from eal.core.table.keys import partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get_all
from eal.core.tenancy import BothModes
from eal.domain.organization_settings.table_keys import at, grant_at
from eal.domain.organizations.grants.model import GivenGrant
from eal.domain.organizations.model import Organization

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery

CHILDREN_A_READ = 33
"""So many children with up to three items each are read in one transaction."""


class Child(NamedTuple):
    organization: Organization
    grant: GivenGrant | None


def search(query: ListQuery, by: Caller) -> Page[Child]:
    """The caller's children, newest first, each with what it has granted the caller."""
    found = child_ids(query, by)
    children: list[Child] = []
    for some in batched(found.items, CHILDREN_A_READ, strict=False):
        places = [place for one in some for place in (at(one), grant_at(one, by.organization_id))]
        for child, grant in batched(get_all(places), 2, strict=True):
            if child:
                children.append(Child(load(Organization, child), load(GivenGrant, grant) if grant else None))
    return Page(children, found.next_cursor)


def child_ids(query: ListQuery, by: Caller) -> Page[str]:
    """The ids of the caller's children, newest first."""
    where = Partition(base=partition(BothModes(by.organization_id), "CHILD"), id_prefix="org")
    return page.read(by.tenant, query, where, lambda item: cast("str", item["id"]))
