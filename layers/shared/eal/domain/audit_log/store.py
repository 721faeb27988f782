"""Reading the audit log. Transactions add records; nothing changes or deletes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from eal.core import ids, settings
from eal.core.cursor import Position, seal, unseal
from eal.core.errors import InvalidCursor
from eal.core.table import page
from eal.core.table.collection import Collection
from eal.core.table.page import Page, Partition
from eal.domain.audit_log.model import AuditLogFilters, AuditRecord, TimeRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.wire import AuditLogQuery

AUDIT_RECORDS = Collection("AUDIT", AuditRecord, id_prefix="aud", noun="audit record")
_CURSOR_LIFETIME = timedelta(days=31)
"""Lifetime of a cursor of an ascending list. Lists stop reading a record from the table this long before it expires
there."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
"""A margin for clocks that differ: an id can be later than the record of its creation."""


def get(record_id: str, by: Caller) -> AuditRecord:
    """A record, from the table or the archive. Raises: NotFound."""
    return AUDIT_RECORDS.find(by.tenant, record_id) or AUDIT_RECORDS.load(archived_item(record_id, by))


def archived_item(record_id: str, by: Caller) -> Item:
    """A record that the table does not have. Raises: NotFound."""
    # A younger one would still be in the table, and none is older than its organization.
    oldest = ids.lowest("aud", _earliest(by.organization_id, by))
    if ids.is_id("aud", record_id) and oldest <= record_id < ids.lowest("aud", by.at - _DAY):
        from eal.domain.audit_log import archived

        if item := archived.find(by.tenant, record_id):
            return item
    raise AUDIT_RECORDS.not_found(record_id)


def search(query: AuditLogQuery, by: Caller) -> Page[AuditRecord]:
    """One page of records, newest first by default. Indexes serve one resource's history and one actor's records.

    A page reads either the table or the archive. Where the table starts advances with time, so a position in the
    archived part has the end of that part with it: `Position(id=until, at=seq)`.

    Raises: InvalidCursor.
    """
    scope = query.cursor_scope(by.tenant)
    position = unseal(scope, query.cursor) if query.cursor else None
    until = _archived_until(query, position, by)
    if until is None:
        found = _table_page(query, position, by)
        if found.next_cursor is None and query.order == "desc" and _reaches_archive(query, by):
            return Page(found.items, seal(scope, Position(_table_start(by.at))))
        return found
    seq = position.at if position else None
    items, seq = _archived_page(query, TimeRange(_oldest(query, by), until), seq, by)
    following = None if seq is None else Position(until, seq)
    if seq is None and query.order == "asc" and not _is_before(query.created_before, until):
        following = Position(until)  # the table continues the list
    records = [AUDIT_RECORDS.load(item) for item in items]
    return Page(records, seal(scope, following) if following else None)


def iterate_all(query: AuditLogQuery, by: Caller) -> Iterator[Item] | None:
    """All records that can match, in the order of the list and without pages. The caller applies `matches`.

    None if some can be in the archive only.
    """
    return None if _reaches_archive(query, by) else page.iterate_all(query, _partition(query, by.tenant))


def _table_page(query: AuditLogQuery, position: Position | None, by: Caller) -> Page[AuditRecord]:
    """Raises: InvalidCursor for a position whose following records have expired in the table."""
    partition = _partition(query, by.tenant)
    if query.order == "desc" and _reaches_archive(query, by):
        partition = partition._replace(lowest=_table_start(by.at))
    if query.order == "asc" and position and position.id < ids.lowest("aud", by.at - _table_days()):
        raise InvalidCursor(
            "The cursor has expired. Start again without a cursor, with the time of the last record as created_after."
        )
    return page.read(by.tenant, query, partition, AUDIT_RECORDS.load, _filter(query, partition))


def _archived_page(
    query: AuditLogQuery, span: TimeRange, seq: int | None, by: Caller
) -> tuple[list[Item], int | None]:
    from eal.domain.audit_log import archived  # most requests do not need it

    read = archived.newest_first if query.order == "desc" else archived.oldest_first
    return read(by.tenant, span, seq, query.limit, lambda item: matches(query, item))


def _archived_until(query: AuditLogQuery, position: Position | None, by: Caller) -> str | None:
    """The end of the archived part that a page reads, as an id; None if the page reads the table."""
    start = _table_start(by.at)
    if position and position.at is not None:
        return position.id
    if not _reaches_archive(query, by) or (position and query.order == "asc"):
        return None
    until = position.id if position else query.created_before and ids.lowest("aud", query.created_before)
    if query.order == "desc":
        return until if until and until <= start else None
    return min(until or start, start)


def _reaches_archive(query: AuditLogQuery, by: Caller) -> bool:
    """Whether records that can match are older than those that lists read from the table."""
    return ids.lowest("aud", _oldest(query, by)) < _table_start(by.at)


def _oldest(query: AuditLogQuery, by: Caller) -> datetime:
    """The earliest time of a record that can match: none is older than its organization, its resource or its actor, by
    their ids."""
    origins = [origin for origin in (by.organization_id, query.resource_id, query.actor_id) if origin]
    times = [_earliest(origin, by) for origin in origins]
    return max([*times, query.created_after] if query.created_after else times)


def _earliest(origin: str, by: Caller) -> datetime:
    """The creation time of an organization, a resource or an actor by its id: no record of it is older. Names have no
    time."""
    if not ids.is_id(origin.rpartition("_")[0], origin):
        return _EPOCH
    # Cut, because an id can have a time after the year 9999.
    return ids.created_at(min(f"aud_{origin[-26:]}", ids.lowest("aud", by.at))) - _DAY


def _table_start(at: datetime) -> str:
    """Lists read the records from this id on from the table. The others are in the archive."""
    return ids.lowest("aud", at - _table_days() + _CURSOR_LIFETIME)


def _table_days() -> timedelta:
    return timedelta(days=settings.audit_table_days())


def _is_before(at: datetime | None, until: str) -> bool:
    return at is not None and ids.lowest("aud", at) <= until


def _filter(query: AuditLogQuery, partition: Partition) -> Callable[[Item], bool] | None:
    """A predicate for the filters that the partition does not serve; None if it serves all."""
    served = {"gsi1": {"resource_type", "resource_id"}, "gsi2": {"actor_id"}}.get(
        partition.index_name or "", set()
    )
    if all(getattr(query, name) is None for name in AuditLogFilters.model_fields.keys() - served):
        return None
    return lambda item: matches(query, item)


def _partition(query: AuditLogQuery, tenant: Tenant) -> Partition:
    base = AUDIT_RECORDS.partition(tenant)
    if query.resource_type and query.resource_id:
        by_resource = AUDIT_RECORDS.partition(tenant, query.resource_type, query.resource_id)
        return Partition(base=base, id_prefix="aud", index_name="gsi1", index_partition=by_resource)
    if query.actor_id:
        by_actor = AUDIT_RECORDS.partition(tenant, "actor", query.actor_id)
        return Partition(base=base, id_prefix="aud", index_name="gsi2", index_partition=by_actor)
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
        (query.request_id, item["request_id"]),
    )
    return all(value is None or value == stored for value, stored in compared)
