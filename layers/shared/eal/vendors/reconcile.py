"""A vendor's scheduled reconciliation: each connection that is due, until the time is over.

What was missing goes the way of a webhook, so that it looks the same and what came meanwhile has no second effect.
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
    from eal.domain.integrations.reconciliation import Cursor, Due, Take

SECONDS = 800.0
"""Of a run: the function's time-out leaves the last connection its pauses."""

type Fill = Callable[[Due, Caller, datetime, Take], Cursor]
"""Asks for one connection's gaps, takes each in, and returns how far it came. Raises Busy, Refused or TooLarge."""


type Part = Callable[..., AbstractContextManager[None]]
"""`eal.core.scheduled_run.ScheduledRun.part`: what fails in one is told at the run's end."""


def run(vendor: str, fill: Fill, part: Part) -> None:
    """Ask for each connection that is due, each in a part of the run."""
    began = time.monotonic()
    for due in reconciliation.due(vendor, clock.now()):
        if time.monotonic() - began > SECONDS:
            observe.logger.warning("reconciliation_unfinished")
            break
        with part(**due.tenant._asdict()):
            _reconcile(due, fill)


def _reconcile(due: Due, fill: Fill) -> None:
    vendor, connection_id = due.integration.vendor, due.integration.connection_id or ""
    now = clock.now()
    by = acting(vendor, due.tenant, ids.new("run", now))
    observe.begin(by.request_id, **due.tenant._asdict())
    connection = connections.find(connection_id, vendor)
    if connection is None:
        return  # disconnected just now; the index does not show it yet

    def take(kind: str, body: dict[str, Json]) -> None:
        raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
        inbound.take_in(connection, connection_id, kind, raw, request_id=by.request_id)
        observe.count("gap_found")

    wait = reconciliation.EVERY
    try:
        after = fill(due, by, now, take)
    except Busy as busy:
        observe.logger.warning("vendor_busy", retry_after=round(busy.retry_after))
        after, wait = due.cursor, max(wait, timedelta(seconds=busy.retry_after))
    except Refused as refused:
        observe.logger.warning("vendor_refused", status_code=refused.status)
        after, wait = due.cursor, reconciliation.AFTER_A_REFUSAL
    except TooLarge:
        observe.logger.warning("vendor_answer_too_large")
        after, wait = due.cursor, reconciliation.AFTER_A_REFUSAL
    reconciliation.save(due, replace(after, next_at=now + wait), now)
