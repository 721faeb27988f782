"""Reconciliation: which connections are due, and how far each has been reconciled.

A cursor states the time before which no record is missing. Losing a cursor only costs requests. A worker claims a
connection by advancing its cursor, so a message that arrives twice or late has no second effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, cast

from eal.core.json import Json
from eal.core.table import progress
from eal.core.table.item import dump, load
from eal.core.table.read import get_all, walk
from eal.core.tenancy import Tenant
from eal.domain.integrations.cursors import Cursor, cursor_key
from eal.domain.integrations.model import RECONCILIATION_PARTITIONS, Integration
from eal.domain.integrations.store import integration_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.table.item import Item

INTERVAL = timedelta(minutes=15)
INTERVAL_AFTER_REFUSAL = timedelta(hours=1)
"""Pause after a refusal, because a tenant that gave a wrong key may replace it."""
LEASE = timedelta(minutes=5)
"""Maximum time for which a connection is claimed: the timeout of the workers."""
_RETENTION = timedelta(days=90)
_BATCH_CONNECTIONS = 100
"""Connections per batch. Their cursors are read in one TransactGetItems, which reads at most 100 items."""

type Ingest = Callable[[str, dict[str, Json]], None]
"""Ingests a missing record, by kind and body, in the same way as a webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A claimed connection. Its integration has access to the vendor's API."""

    tenant: Tenant
    integration: Integration
    cursor: Cursor


def list_due(vendor: str, now: datetime) -> Iterator[Tenant]:
    """The tenants whose connection to the vendor is due."""
    items = walk("gsi2pk = :vendor", {":vendor": RECONCILIATION_PARTITIONS[vendor]}, index="gsi2")
    for batch in batched(items, _BATCH_CONNECTIONS, strict=False):
        tenants = [Tenant(*cast("str", item["gsi2sk"]).split("#")) for item in batch]  # type: ignore[arg-type]  # as `store._item` wrote it
        cursors = get_all([cursor_key(tenant, vendor) for tenant in tenants])
        for tenant, stored in zip(tenants, cursors, strict=True):
            if stored is None or load(Cursor, stored).next_at <= now:
                yield tenant


def claim(vendor: str, tenant: Tenant, now: datetime) -> Reconciliation | None:
    """The tenant's connection, if it is due and no other worker has claimed it, for LEASE."""
    item, stored = get_all([integration_key(tenant, vendor), cursor_key(tenant, vendor)])
    integration = load(Integration, item) if item else None
    if integration is None or not integration.has_access:
        return None  # disconnected while the message was in the queue
    cursor = _cursor(stored, integration)
    due = Reconciliation(tenant=tenant, integration=integration, cursor=cursor)
    if cursor.next_at > now or not save(due, replace(cursor, next_at=now + LEASE), now):
        return None
    return replace(due, cursor=replace(cursor, version=cursor.version + 1))


def save(reconciliation: Reconciliation, after: Cursor, now: datetime) -> bool:
    """Store the new cursor. False if another run was faster; the records that this run found stay ingested."""
    was = reconciliation.cursor.version
    item: dict[str, Json] = {
        **cursor_key(reconciliation.tenant, reconciliation.integration.vendor)._asdict(),
        "kind": "RECONCILIATION",
        "ttl": int((now + _RETENTION).timestamp()),
        **dump(replace(after, version=was + 1)),
    }
    return progress.advance(item, was=was)


def postpone(vendor: str, tenant: Tenant, now: datetime) -> None:
    """Leave a connection that kept failing alone for INTERVAL_AFTER_REFUSAL."""
    if due := claim(vendor, tenant, now):
        save(due, replace(due.cursor, next_at=now + INTERVAL_AFTER_REFUSAL), now)


def _cursor(stored: Item | None, integration: Integration) -> Cursor:
    connected_at = integration.created_at
    return load(Cursor, stored) if stored else Cursor(through=connected_at, next_at=connected_at)
