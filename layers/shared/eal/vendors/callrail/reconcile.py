"""Reconciliation of calls: CallRail sends each webhook once, so we may lack a call or its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import clock, observe
from eal.domain.calls import store as calls
from eal.domain.integrations import store as integrations
from eal.vendors import loose_json
from eal.vendors.callrail import client
from eal.vendors.callrail.webhooks import VENDOR
from eal.vendors.http import Busy, RequestBudgetSpent

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.integrations.cursors import Cursor
    from eal.domain.integrations.reconciliation import Ingest, Reconciliation
    from eal.vendors.loose_json import Body

MAX_REQUESTS_PER_RUN = 20
"""Requests per run: at most 80 per hour and 1,920 per day. CallRail allows 1,000 and 10,000 per account, which tenants
may share."""
SETTLING_TIME = timedelta(minutes=30)
"""A post-call webhook arrives up to 20 minutes after the end of the call; before that, no webhook is missing."""
LOOK_BACK = timedelta(hours=6)
"""Calls are listed by their start: a call of several hours had not ended when its start was last in the range."""


def recover(due: Reconciliation, by: Caller, now: datetime, ingest: Ingest) -> Cursor:
    """See `eal.vendors.reconcile.RecoverMissed`. Pages are in the order of the calls' start, so that an interrupted
    walk can continue.

    An account may have companies of other tenants: the integration names its own, unless the account has only one.
    """
    account_id, key = due.integration.settings.get("account_id"), integrations.api_key(VENDOR, by)
    until = now - SETTLING_TIME
    if account_id is None or key is None:
        return due.cursor
    api = client.connect(by.mode, key, account_id, budget=MAX_REQUESTS_PER_RUN)
    begin_at = max(due.integration.created_at, due.cursor.through - LOOK_BACK)
    since = clock.parse(due.cursor.place) if due.cursor.place else begin_at
    if until <= since:
        return due.cursor
    company_id = due.integration.settings.get("company_id") or api.only_company()
    if company_id is None:
        observe.logger.info("company_unknown")
        return due.cursor
    position, number = due.cursor.place, 1
    while True:
        try:
            page = api.page(company_id, since, until, number)
        except (RequestBudgetSpent, Busy) as stopped:
            if isinstance(stopped, Busy) and number == 1:
                raise
            return due.cursor.interrupted(now, position)
        own = [call for call in page.calls if loose_json.text(call, "company_id") == company_id]
        for _ in range(len(page.calls) - len(own)):
            observe.count("inbound_foreign")
        _ingest_missing([call for call in own if _is_over(call, until)], by, ingest)
        if not page.has_more:
            return due.cursor.done(until)
        starts = [at for call in page.calls if (at := loose_json.moment(call, "start_time"))]
        position, number = (clock.rfc3339(max(starts)) if starts else position), number + 1


def _ingest_missing(listed: list[Body], by: Caller, ingest: Ingest) -> None:
    by_id = {call_id: call for call in listed if (call_id := loose_json.text(call, "id"))}
    missing = calls.missing(VENDOR, list(by_id), by)
    for call_id, call in by_id.items():
        if call_id in missing:
            outbound = loose_json.text(call, "direction") == "outbound"
            ingest("outbound-post-call" if outbound else "post-call", {**call, "resource_id": call_id})


def _is_over(call: Body, until: datetime) -> bool:
    """Whether a call ended before `until`, so that its webhooks should have arrived."""
    at, seconds = loose_json.moment(call, "start_time"), call.get("duration")
    if at is None or isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return False
    try:
        return at + timedelta(seconds=float(seconds)) <= until
    except (ValueError, OverflowError):
        return False
