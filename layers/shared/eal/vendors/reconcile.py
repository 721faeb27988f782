"""The reconciliation of a tenant's connection to a vendor."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import clock, observe
from eal.core.caller import vendor as acting
from eal.domain.integrations import connections, inbound, reconciliation
from eal.vendors.http import Busy, ResponseTooLarge, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.integrations.cursors import Cursor
    from eal.domain.integrations.reconciliation import Ingest, Reconciliation

type Recover = Callable[[Reconciliation, Caller, datetime], Cursor]
"""Ingests the missing records of one connection, and returns the new cursor. Raises NotConfigured, Busy, Refused or
TooLarge."""
type RecoverMissed = Callable[[Reconciliation, Caller, datetime, Ingest], Cursor]
"""`Recover` of a vendor with webhooks: it passes the missing records to an Ingest."""

_UNAUTHORIZED = 401


class NotConfigured(Exception):
    """The tenant has to complete the integration's settings or secrets."""


def run(vendor: str, tenant: Tenant, request_id: str, recover: Recover) -> None:
    """Reconcile the tenant's connection to the vendor, if it is due."""
    now = clock.now()
    due = reconciliation.claim(vendor, tenant, now)
    if due is None:
        return
    after, wait = due.cursor, timedelta()  # after a failure it is due at once, not when the lease ends
    try:
        after, wait = _outcome(due, acting(vendor, tenant, request_id), now, recover)
    finally:
        reconciliation.save(due, replace(after, next_at=now + wait), now)


def missed_webhooks(recover: RecoverMissed) -> Recover:
    """Ingest the missing records like webhooks, so that a webhook that arrives meanwhile has no second effect."""

    def recover_missed(due: Reconciliation, by: Caller, now: datetime) -> Cursor:
        connection_id = due.integration.connection_id or ""
        connection = connections.find(connection_id, due.integration.vendor)
        if connection is None:
            return due.cursor  # disconnected just now

        def ingest(kind: str, body: dict[str, Json]) -> None:
            raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
            inbound.ingest(connection, connection_id, kind, raw, request_id=by.request_id)
            observe.count("gap_found")

        return recover(due, by, now, ingest)

    return recover_missed


def _outcome(due: Reconciliation, by: Caller, now: datetime, recover: Recover) -> tuple[Cursor, timedelta]:
    """The new cursor, and the wait until the next run."""
    try:
        return recover(due, by, now).succeeded(now), reconciliation.INTERVAL
    except Busy as busy:
        observe.logger.warning("vendor_busy", retry_after=round(busy.retry_after))
        reason, wait = (
            "throttled" if busy.is_throttled else "unavailable",
            timedelta(seconds=busy.retry_after),
        )
    except NotConfigured as fault:
        observe.logger.info("integration_not_configured", fault=str(fault))
        reason, wait = "not_configured", timedelta()
    except VendorRefused as refused:
        observe.logger.warning("vendor_refused", status_code=refused.status)
        unauthorized = refused.status == _UNAUTHORIZED
        reason, wait = "unauthorized" if unauthorized else "refused", reconciliation.INTERVAL_AFTER_REFUSAL
    except ResponseTooLarge:
        observe.logger.warning("vendor_response_too_large")
        reason, wait = "invalid_response", reconciliation.INTERVAL_AFTER_REFUSAL
    return due.cursor.failed(now, reason), max(reconciliation.INTERVAL, wait)
