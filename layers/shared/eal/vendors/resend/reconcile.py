"""Reconciliation of received mails: Resend keeps a mail even if its webhook was not delivered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.domain.integrations import store as integrations
from eal.domain.outreach.replies import store as replies
from eal.vendors import loose_json
from eal.vendors.http import Busy, RequestBudgetSpent
from eal.vendors.resend import client
from eal.vendors.resend.webhooks import RECEIVED, VENDOR

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.integrations.cursors import Cursor
    from eal.domain.integrations.reconciliation import Ingest, Reconciliation
    from eal.vendors.loose_json import Body

MAX_REQUESTS_PER_RUN = 20
"""2,000 mails, at the client's pace of one request per second."""
SETTLING_TIME = timedelta(minutes=10)
"""Resend makes its first three attempts of a webhook within this time."""
LOOK_BACK = timedelta(hours=1)


def recover(due: Reconciliation, by: Caller, now: datetime, ingest: Ingest) -> Cursor:
    """See `eal.vendors.reconcile.RecoverMissed`. The list has the newest mail first: a walk goes back to the beginning
    of the last one, and an interrupted walk continues from the last mail that it has seen."""
    key = integrations.api_key(VENDOR, by)
    if key is None:
        return due.cursor
    api = client.connect(by.mode, key, budget=MAX_REQUESTS_PER_RUN)
    began_at = due.cursor.began_at or now
    since = max(due.integration.created_at, due.cursor.through - LOOK_BACK)
    position, pages = due.cursor.place, 0
    while True:
        try:
            page = api.page(position)
        except (RequestBudgetSpent, Busy) as stopped:
            if isinstance(stopped, Busy) and not pages:
                raise
            return due.cursor.interrupted(began_at, position)
        pages += 1
        _ingest_missing(page.mails, since, now - SETTLING_TIME, by, ingest)
        times = [at for mail in page.mails if (at := loose_json.moment(mail, "created_at"))]
        if not page.has_more or not page.mails or (times and min(times) < since):
            return due.cursor.done(began_at - SETTLING_TIME)
        position = loose_json.text(page.mails[-1], "id")


def _ingest_missing(listed: list[Body], since: datetime, until: datetime, by: Caller, ingest: Ingest) -> None:
    by_id = {
        mail_id: mail
        for mail in listed
        if (mail_id := loose_json.text(mail, "id"))
        and (at := loose_json.moment(mail, "created_at"))
        and since <= at <= until
    }
    known = replies.known_replies(VENDOR, list(by_id), by)
    for mail_id, mail in by_id.items():
        if mail_id not in known:
            data = {**mail, "email_id": mail_id}
            ingest("events", {"type": RECEIVED, "created_at": mail.get("created_at"), "data": data})
