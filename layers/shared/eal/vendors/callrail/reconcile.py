"""The calls that CallRail has and we do not, or of which we have not seen the end: its webhooks are sent once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import clock, observe
from eal.domain.calls import store as calls
from eal.domain.integrations import store as integrations
from eal.vendors import loose_json
from eal.vendors.callrail import client
from eal.vendors.callrail.webhooks import VENDOR
from eal.vendors.http import Busy, Spent

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.integrations.reconciliation import Cursor, Due, Take
    from eal.vendors.loose_json import Body

REQUESTS_A_RUN = 20
"""80 an hour and 1,920 a day at most: CallRail allows an account, which may be other tenants' too, 1,000 and 10,000."""
SETTLED = timedelta(minutes=30)
"""A post-call webhook comes up to 20 minutes after the call's end: until then nothing is missing."""
LOOK_BACK = timedelta(hours=6)
"""Calls are listed by their start: one that went on for hours was not yet there when its hour was looked at."""


def fill(due: Due, by: Caller, now: datetime, take: Take) -> Cursor:
    """As `reconcile.Fill` says. Pages in the order of the calls' start, so that an interrupted walk goes on.

    An account may have other tenants' companies: the integration names its own, unless the account has only one.
    """
    account_id, key = due.integration.settings.get("account_id"), integrations.api_key(VENDOR, by)
    until = now - SETTLED
    if account_id is None or key is None:
        return due.cursor
    api = client.connect(by.mode, key, account_id, budget=REQUESTS_A_RUN)
    begun = max(due.integration.created_at, due.cursor.through - LOOK_BACK)
    since = clock.parse(due.cursor.place) if due.cursor.place else begun
    if until <= since:
        return due.cursor
    company_id = due.integration.settings.get("company_id") or api.only_company()
    if company_id is None:
        observe.logger.info("company_unknown")
        return due.cursor
    place, number = due.cursor.place, 1
    while True:
        try:
            page = api.page(company_id, since, until, number)
        except (Spent, Busy) as stopped:
            if isinstance(stopped, Busy) and number == 1:
                raise
            return due.cursor.interrupted(now, place)
        own = [call for call in page.calls if loose_json.text(call, "company_id") == company_id]
        for _ in range(len(page.calls) - len(own)):
            observe.count("inbound_foreign")
        _take_missing([call for call in own if _is_over(call, until)], by, take)
        if not page.has_more:
            return due.cursor.done(until)
        starts = [at for call in page.calls if (at := loose_json.moment(call, "start_time"))]
        place, number = (clock.rfc3339(max(starts)) if starts else place), number + 1


def _take_missing(listed: list[Body], by: Caller, take: Take) -> None:
    named = {call_id: call for call in listed if (call_id := loose_json.text(call, "id"))}
    missing = calls.missing(VENDOR, list(named), by)
    for call_id, call in named.items():
        if call_id in missing:
            outbound = loose_json.text(call, "direction") == "outbound"
            take("outbound-post-call" if outbound else "post-call", {**call, "resource_id": call_id})


def _is_over(call: Body, until: datetime) -> bool:
    """Whether a call has ended long enough ago for its webhooks to have come."""
    at, seconds = loose_json.moment(call, "start_time"), call.get("duration")
    if at is None or isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return False
    try:
        return at + timedelta(seconds=float(seconds)) <= until
    except (ValueError, OverflowError):
        return False
