"""Reading the audit log. Transactions add records; nothing changes or deletes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import page
from eal.core.table.collection import Collection
from eal.core.table.page import Page, Partition
from eal.domain.audit_log.model import AuditLogFilters, AuditRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.wire import AuditLogQuery

AUDIT_RECORDS = Collection("AUDIT", AuditRecord, id_prefix="aud", noun="audit record")


def search(query: AuditLogQuery, by: Caller) -> Page[AuditRecord]:
    """One page of records, newest first by default. Indexes serve one resource's history and one actor's records."""
    partition = _partition(query, by.tenant)
    return page.read(by.tenant, query, partition, AUDIT_RECORDS.load, _filter(query, partition))


def every(query: AuditLogQuery, by: Caller) -> Iterator[Item]:
    """All records that can match, in the order of the list and without pages. The caller applies `matches`."""
    return page.every(query, _partition(query, by.tenant))


def _filter(query: AuditLogQuery, partition: Partition) -> Callable[[Item], bool] | None:
    """A predicate for the filters that the partition does not serve; None if it serves all."""
    served = {"gsi1": {"resource_type", "resource_id"}, "gsi2": {"actor_id"}}.get(
        partition.index or "", set()
    )
    if all(getattr(query, name) is None for name in AuditLogFilters.model_fields.keys() - served):
        return None
    return lambda item: matches(query, item)


def _partition(query: AuditLogQuery, tenant: Tenant) -> Partition:
    base = AUDIT_RECORDS.partition(tenant)
    if query.resource_type and query.resource_id:
        by_resource = AUDIT_RECORDS.partition(tenant, query.resource_type, query.resource_id)
        return Partition(base=base, id_prefix="aud", index="gsi1", index_partition=by_resource)
    if query.actor_id:
        by_actor = AUDIT_RECORDS.partition(tenant, "actor", query.actor_id)
        return Partition(base=base, id_prefix="aud", index="gsi2", index_partition=by_actor)
    return Partition(base=base, id_prefix="aud")


def matches(query: AuditLogFilters, item: Item) -> bool:
    """Whether a stored or archived record matches the filters."""
    resource, actor = item["resource"], item["actor"]
    assert isinstance(resource, dict)  # noqa: S101 - the shape that transactions store, for the type checker
    assert isinstance(actor, dict)  # noqa: S101
    compared = (
        (query.action, item["action"]),
        (query.source, item["source"]),
        (query.actor_id, actor["id"]),
        (query.resource_type, resource["type"]),
        (query.resource_id, resource["id"]),
    )
    return all(value is None or value == stored for value, stored in compared)
