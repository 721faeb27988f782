"""The scheduled reconciliation of a vendor: each connection that is due, within the time of a run.

Missing records are ingested like webhooks, so that a webhook that arrives meanwhile has no second effect.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import clock, ids, observe
from eal.core.caller import vendor as acting
from eal.domain.integrations import connections, inbound, reconciliation
from eal.vendors.http import Busy, Refused, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.integrations.reconciliation import Cursor, Ingest, Reconciliation

MAX_RUN_SECONDS = 800.0
"""The rest of the function's timeout is for the pauses of the last connection."""

type Recover = Callable[[Reconciliation, Caller, datetime, Ingest], Cursor]
"""Ingests the missing records of one connection, and returns the new cursor. Raises Busy, Refused or TooLarge."""


type Part = Callable[..., AbstractContextManager[None]]
"""`eal.entry.schedule.ScheduledRun.part`: a failure in a part is reported at the end of the run."""


def run(vendor: str, recover: Recover, part: Part) -> None:
    """Reconcile each connection that is due, each in a part of the run."""
    began = time.monotonic()
    for due in reconciliation.list_due(vendor, clock.now()):
        if time.monotonic() - began > MAX_RUN_SECONDS:
            observe.logger.warning("reconciliation_unfinished")
            break
        with part(**due.tenant._asdict()):
            _reconcile(due, recover)


def _reconcile(due: Reconciliation, recover: Recover) -> None:
    vendor, connection_id = due.integration.vendor, due.integration.connection_id or ""
    now = clock.now()
    by = acting(vendor, due.tenant, ids.new("run", now))
    observe.begin(by.request_id, **due.tenant._asdict())
    connection = connections.find(connection_id, vendor)
    if connection is None:
        return  # disconnected just now, and the index does not show it yet

    def ingest(kind: str, body: dict[str, Json]) -> None:
        raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
        inbound.ingest(connection, connection_id, kind, raw, request_id=by.request_id)
        observe.count("gap_found")

    wait = reconciliation.INTERVAL
    try:
        after = recover(due, by, now, ingest)
    except Busy as busy:
        observe.logger.warning("vendor_busy", retry_after=round(busy.retry_after))
        after, wait = due.cursor, max(wait, timedelta(seconds=busy.retry_after))
    except Refused as refused:
        observe.logger.warning("vendor_refused", status_code=refused.status)
        after, wait = due.cursor, reconciliation.INTERVAL_AFTER_REFUSAL
    except TooLarge:
        observe.logger.warning("vendor_answer_too_large")
        after, wait = due.cursor, reconciliation.INTERVAL_AFTER_REFUSAL
    reconciliation.save(due, replace(after, next_at=now + wait), now)
