"""A kind of item with ids: the one way in which a store names its key, item, look-up, 404 and pages.

LEADS = Collection("LEAD", Lead, id_prefix="lead", noun="lead", indexes={"status": ("gsi1", "status")})

LEADS.get(by.tenant, lead_id)                             # the lead, or NotFound
LEADS.item(by.tenant, lead)                               # what a transaction puts
LEADS.search(by.tenant, query, {"status": query.status})  # one page of a list
LEADS.audit(by.transaction, "lead.updated", before, after)  # the record of a change
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, cast

from eal.core import audit as audit_log
from eal.core import ids
from eal.core.clock import rfc3339
from eal.core.errors import NotFound
from eal.core.table import page, read
from eal.core.table.item import MAX_LISTED_BYTES, compressed, dump, load
from eal.core.table.keys import Key, partition
from eal.core.table.page import Page, Partition
from eal.core.tenancy import BothModes, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.transaction import Transaction

type Index = Literal["gsi1", "gsi2"]
type Predicate = Callable[[Item], bool]
type Filter = Json | Callable[[Json], bool]
"""The value that a stored field must have, or a predicate of it. None is no filter."""
type Filters = Mapping[str, Filter]
"""Filters by field; `score.value` is a member of one."""

_UNAUDITED = frozenset({"id", "created_at", "updated_at", "version", "salt"})


class _Identified(Protocol):
    id: str


def in_range[Bound: (int, str)](low: Bound | None, high: Bound | None) -> Filter:
    """The values from `low` on, and below `high`."""
    if low is None and high is None:
        return None

    def is_inside(stored: Json) -> bool:
        value = cast("Bound | None", stored)
        return value is not None and (low is None or value >= low) and (high is None or value < high)

    return is_inside


def in_time(since: datetime | None, until: datetime | None = None) -> Filter:
    """The times from `since` on, and before `until`."""
    return in_range(rfc3339(since) if since else None, rfc3339(until) if until else None)


class Collection[T]:
    """Items of one kind, each stored under its id. `noun` is the word for one in a message.

    `both_modes`: the items belong to the organization whatever the mode, as keys and members do. `compressed` are the
    fields that are stored compressed: large ones, which no update changes in part. `indexes` are the index of a field
    and the name of its partitions there; a search uses the first one of which it has the value.

    The audit log shows commitments to the `personal` fields, and nothing of the `unaudited` ones. `derived` returns
    further fields for it, made of unaudited ones.
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
        indexes: Mapping[str, tuple[Index, str]] | None = None,
        personal: frozenset[str] = frozenset(),
        unaudited: frozenset[str] = frozenset(),
        derived: Callable[[T], Item] | None = None,
    ) -> None:
        self.kind = kind
        self.model = model
        self.id_prefix = id_prefix
        self.noun = noun
        self.both_modes = both_modes
        self.compressed = compressed
        self.indexes = indexes or {}
        self.personal = personal
        self.unaudited = _UNAUDITED | unaudited
        self.derived = derived

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
        """The entity with its key and its indexes. `gsi2=("carrier", "acme")` is for an index that has not the field's
        own value; None leaves the item out of it."""
        fields = dump(entity)
        own: dict[str, tuple[str, ...] | None] = {}
        for path, (index, name) in self.indexes.items():
            if index not in own and (value := _member(fields, path)):
                own[index] = (name, cast("str", value))
        for name in self.compressed:
            if name in fields:
                fields[name] = compressed(fields[name], MAX_LISTED_BYTES // len(self.compressed))
        item_id = fields["id"]
        item: Item = {"pk": self.partition(tenant), "sk": item_id, "kind": self.kind, **fields}
        for index_name, parts in {**own, **indexes}.items():
            if parts is not None:
                item |= {f"{index_name}pk": self.partition(tenant, *parts), f"{index_name}sk": item_id}
        return item

    def search(
        self, tenant: Tenant, query: ListQuery, filters: Filters | None = None, also: Predicate | None = None
    ) -> Page[T]:
        """A page of those that the filters select, or of all. `also` is a filter of more than one field.

        Raises: InvalidCursor.
        """
        partition, keep = self.selection(tenant, filters or {}, also)
        return page.read(tenant, query, partition, self.load, keep)

    def selection(
        self, tenant: Tenant, filters: Filters, also: Predicate | None = None
    ) -> tuple[Partition, Predicate | None]:
        """The partition to read for the filters, and a predicate for those that it does not serve, if there are any."""
        base = self.partition(tenant)
        places = [*self.indexes.values()]
        for path, (index, name) in self.indexes.items():
            if isinstance(value := filters.get(path), str):
                # Two fields can have the same partitions.
                is_served = places.count((index, name)) == 1
                rest = {other: wanted for other, wanted in filters.items() if other != path or not is_served}
                by_value = self.partition(tenant, name, value)
                return Partition(base, self.id_prefix, index, by_value), _predicate(rest, also)
        return Partition(base, self.id_prefix), _predicate(filters, also)

    def at_most_one(self, tenant: Tenant, query: ListQuery, found: T | None, filters: Filters) -> Page[T]:
        """The page of a list whose one item was found by a key, if the filters and the query's times select it.

        Raises: InvalidCursor.
        """
        keep = _predicate({**filters, "created_at": in_time(*query.creation_range())})
        if found is not None and keep and not keep(dump(found)):
            found = None
        return page.at_most_one(tenant, query, found)

    def walk(self, tenant: Tenant) -> Iterator[T]:
        """Every one of the tenant's, oldest first. For collections that are bounded."""
        values: dict[str, Json] = {":pk": self.partition(tenant)}
        return map(self.load, read.walk("pk = :pk", values))

    def audited(self, entity: T | None) -> Item:
        """The fields that the audit log records; none if there is no entity."""
        if entity is None:
            return {}
        fields = {name: value for name, value in dump(entity).items() if name not in self.unaudited}
        return {**fields, **self.derived(entity)} if self.derived else fields

    def changes(self, before: T | None, after: T | None, **given: Json) -> tuple[audit_log.Change, ...]:
        """The changes for the audit record. `given` are fields of the act itself, such as its reason."""
        salt: str | None = getattr(after or before, "salt", None)
        return audit_log.changes(
            self.audited(before), {**self.audited(after), **given}, personal=self.personal, salt=salt
        )

    def audit(
        self, transaction: Transaction, action: str, before: T | None, after: T | None, **given: Json
    ) -> None:
        """Add the audit record of an entity that begins (`before` is None), changes, or ends (`after` is None)."""
        entity = cast("_Identified", after or before)
        transaction.audit(action, entity.id, self.changes(before, after, **given))


def _member(fields: Item, path: str) -> Json:
    value: Json = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _predicate(filters: Filters, also: Predicate | None = None) -> Predicate | None:
    """Whether an item has what the filters want; None if there is no filter."""
    given = [(path, wanted) for path, wanted in filters.items() if wanted is not None]
    if not given:
        return also

    def keep(item: Item) -> bool:
        return all(
            wanted(_member(item, path)) if callable(wanted) else _member(item, path) == wanted
            for path, wanted in given
        ) and (also is None or also(item))

    return keep
