"""The reconciliation of a tenant's connection to a vendor.

Missing records are ingested like webhooks, so that a webhook that arrives meanwhile has no second effect.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import clock, observe
from eal.core.caller import vendor as acting
from eal.domain.integrations import connections, inbound, reconciliation
from eal.vendors.http import Busy, Refused, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.integrations.reconciliation import Cursor, Ingest, Reconciliation

type Recover = Callable[[Reconciliation, Caller, datetime, Ingest], Cursor]
"""Ingests the missing records of one connection, and returns the new cursor. Raises Busy, Refused or TooLarge."""


def run(vendor: str, tenant: Tenant, request_id: str, recover: Recover) -> None:
    """Reconcile the tenant's connection to the vendor, if it is due."""
    now = clock.now()
    due = reconciliation.claim(vendor, tenant, now)
    if due is None:
        return
    after, wait = due.cursor, timedelta()  # after a failure it is due at once, not when the lease ends
    try:
        after, wait = _reconcile(due, acting(vendor, tenant, request_id), now, recover)
    finally:
        reconciliation.save(due, replace(after, next_at=now + wait), now)


def _reconcile(due: Reconciliation, by: Caller, now: datetime, recover: Recover) -> tuple[Cursor, timedelta]:
    """The new cursor, and the wait until the next run."""
    vendor, connection_id = due.integration.vendor, due.integration.connection_id or ""
    connection = connections.find(connection_id, vendor)
    if connection is None:
        return due.cursor, reconciliation.INTERVAL  # disconnected just now

    def ingest(kind: str, body: dict[str, Json]) -> None:
        raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
        inbound.ingest(connection, connection_id, kind, raw, request_id=by.request_id)
        observe.count("gap_found")

    try:
        return recover(due, by, now, ingest), reconciliation.INTERVAL
    except Busy as busy:
        observe.logger.warning("vendor_busy", retry_after=round(busy.retry_after))
        return due.cursor, max(reconciliation.INTERVAL, timedelta(seconds=busy.retry_after))
    except Refused as refused:
        observe.logger.warning("vendor_refused", status_code=refused.status)
    except TooLarge:
        observe.logger.warning("vendor_answer_too_large")
    return due.cursor, reconciliation.INTERVAL_AFTER_REFUSAL
