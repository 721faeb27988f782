"""Reading the audit log. It is written by `Write` alone, and nothing changes or deletes it."""

from collections.abc import Callable, Iterator

from eal.core import ids
from eal.core.audit import AuditRecord
from eal.core.caller import Caller
from eal.core.errors import NotFound
from eal.core.table import page
from eal.core.table.item import Item, load
from eal.core.table.keys import key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get
from eal.domain.audit_log.model import AuditLogFilters
from eal.domain.audit_log.wire import AuditLogQuery


def search(query: AuditLogQuery, by: Caller) -> Page[AuditRecord]:
    """Records, newest first. One resource's history and one actor's deeds are index reads; the rest is filtered."""
    where = _partition(query, by)
    return page.read(by.tenant, query, where, _load, _kept(query, where))


def every(query: AuditLogQuery, by: Caller) -> Iterator[Item]:
    """All records that may match, in the list's order and without its pages. To be filtered by `matches`."""
    return page.every(query, _partition(query, by))


def find(record_id: str, by: Caller) -> AuditRecord:
    """Raises: NotFound."""
    item = get(key(by.tenant, "AUDIT", record_id)) if ids.is_id("aud", record_id) else None
    if item is None:
        raise NotFound(f"There is no audit record {record_id[:40]}.")
    return _load(item)


def _kept(query: AuditLogQuery, where: Partition) -> Callable[[Item], bool] | None:
    """The filters that the partition does not serve; None where it serves all, and the page reads what it shows."""
    served = {"gsi1": {"resource_type", "resource_id"}, "gsi2": {"actor_id"}}.get(where.index or "", set())
    if all(getattr(query, name) is None for name in AuditLogFilters.model_fields.keys() - served):
        return None
    return lambda item: matches(query, item)


def _partition(query: AuditLogQuery, by: Caller) -> Partition:
    base = partition(by.tenant, "AUDIT")
    if query.resource_type and query.resource_id:
        one = partition(by.tenant, "AUDIT", query.resource_type, query.resource_id)
        return Partition(base=base, id_prefix="aud", index="gsi1", index_partition=one)
    if query.actor_id:
        one = partition(by.tenant, "AUDIT", "actor", query.actor_id)
        return Partition(base=base, id_prefix="aud", index="gsi2", index_partition=one)
    return Partition(base=base, id_prefix="aud")


def matches(query: AuditLogFilters, item: Item) -> bool:
    """Whether a record, as it is stored or archived, is one of those that the filters let through."""
    resource, actor = item["resource"], item["actor"]
    assert isinstance(resource, dict)  # noqa: S101 - tells the type checker what Write stores
    assert isinstance(actor, dict)  # noqa: S101
    wanted = (
        (query.action, item["action"]),
        (query.source, item["source"]),
        (query.actor_id, actor["id"]),
        (query.resource_type, resource["type"]),
        (query.resource_id, resource["id"]),
    )
    return all(value is None or value == stored for value, stored in wanted)


def _load(item: Item) -> AuditRecord:
    return load(AuditRecord, item)
