"""A kind of item with ids: the one way in which a store names its key, item, look-up, 404 and pages.

LEADS = Collection("LEAD", Lead, id_prefix="lead", noun="lead")

LEADS.get(by.tenant, lead_id)                                     # the lead, or NotFound
LEADS.item(by.tenant, lead, gsi1=("status", lead.status))         # what a transaction puts
LEADS.page(by.tenant, query, index="gsi1", by=("status", "new"))  # one page of a list
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from eal.core import ids
from eal.core.errors import NotFound
from eal.core.table import page, read
from eal.core.table.item import MAX_LISTED_BYTES, compressed, dump, load
from eal.core.table.keys import Key, partition
from eal.core.table.page import Page, Partition
from eal.core.tenancy import BothModes, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eal.core.json import Json
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item

type Index = Literal["gsi1", "gsi2"]


class Collection[T]:
    """Items of one kind, each stored under its id. `noun` is the word for one in a message.

    `both_modes`: the items belong to the organization whatever the mode, as keys and members do. `compressed` are the
    fields that are stored compressed: large ones, which no update changes in part.
    """

    # Not a dataclass: nearly every cold start would pay half a millisecond for its generated methods.
    def __init__(
        self,
        kind: str,
        model: type[T],
        *,
        id_prefix: str,
        noun: str,
        both_modes: bool = False,
        compressed: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.model = model
        self.id_prefix = id_prefix
        self.noun = noun
        self.both_modes = both_modes
        self.compressed = compressed

    def partition(self, tenant: Tenant, *parts: str) -> str:
        """`org_…#live#LEAD`, or with parts one of an index: `org_…#live#LEAD#status#new`."""
        owner = BothModes(tenant.organization_id) if self.both_modes else tenant
        return partition(owner, self.kind, *parts)

    def key(self, tenant: Tenant, item_id: str) -> Key:
        return Key(self.partition(tenant), item_id)

    def load(self, item: Item) -> T:
        return load(self.model, item)

    def find(self, tenant: Tenant, item_id: str) -> T | None:
        """One of the tenant's own, or None. A text that is no id of this kind costs no read."""
        item = read.get(self.key(tenant, item_id)) if ids.is_id(self.id_prefix, item_id) else None
        return self.load(item) if item else None

    def get(self, tenant: Tenant, item_id: str) -> T:
        """Raises: NotFound."""
        found = self.find(tenant, item_id)
        if found is None:
            raise self.not_found(item_id)
        return found

    def not_found(self, item_id: str) -> NotFound:
        return NotFound(f"There is no {self.noun} {ids.shown(item_id)}.")

    def item(self, tenant: Tenant, entity: T, **indexes: tuple[str, ...] | None) -> Item:
        """The entity with its key. `gsi1=("status", "new")` puts it into that index; None leaves it out."""
        fields = dump(entity)
        for name in self.compressed:
            if name in fields:
                fields[name] = compressed(fields[name], MAX_LISTED_BYTES // len(self.compressed))
        item_id = fields["id"]
        item: Item = {"pk": self.partition(tenant), "sk": item_id, "kind": self.kind, **fields}
        for index, parts in indexes.items():
            if parts is not None:
                item |= {f"{index}pk": self.partition(tenant, *parts), f"{index}sk": item_id}
        return item

    def page(
        self,
        tenant: Tenant,
        query: ListQuery,
        *,
        index: Index | None = None,
        by: tuple[str, ...] = (),
        keep: Callable[[Item], bool] | None = None,
    ) -> Page[T]:
        """A page of all, or of those that `index` has under `by`. `keep` is a filter that no index serves.

        Raises: InvalidCursor.
        """
        return page.read(tenant, query, self._walked(tenant, index, by), self.load, keep)

    def walk(self, tenant: Tenant) -> Iterator[T]:
        """Every one of the tenant's, oldest first. For collections that are bounded."""
        values: dict[str, Json] = {":pk": self.partition(tenant)}
        return map(self.load, read.walk("pk = :pk", values))

    def _walked(self, tenant: Tenant, index: Index | None, by: tuple[str, ...]) -> Partition:
        return Partition(
            base=self.partition(tenant),
            id_prefix=self.id_prefix,
            index_name=index,
            index_partition=self.partition(tenant, *by) if index else None,
        )
