"""The mails that Resend received and we do not know: it keeps them also where its webhook never got through."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.domain.integrations import store as integrations
from eal.domain.outreach import store as outreach
from eal.vendors import loose_json
from eal.vendors.http import Busy, Spent
from eal.vendors.resend import client
from eal.vendors.resend.webhooks import RECEIVED, VENDOR

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.integrations.reconciliation import Cursor, Due, Take
    from eal.vendors.loose_json import Body

REQUESTS_A_RUN = 20
"""At a request a second, as the client keeps: 2,000 mails a run."""
SETTLED = timedelta(minutes=10)
"""Resend's first three tries of a webhook come within it."""
LOOK_BACK = timedelta(hours=1)


def fill(due: Due, by: Caller, now: datetime, take: Take) -> Cursor:
    """As `reconcile.Fill` says. The list has the newest first: a walk goes back to where the last one began,
    and one that was interrupted goes on from the mail that it had come to."""
    key = integrations.api_key(VENDOR, by)
    if key is None:
        return due.cursor
    api = client.connect(by.mode, key, budget=REQUESTS_A_RUN)
    began_at = due.cursor.began_at or now
    since = max(due.integration.created_at, due.cursor.through - LOOK_BACK)
    place, asked = due.cursor.place, 0
    while True:
        try:
            page = api.page(place)
        except (Spent, Busy) as stopped:
            if isinstance(stopped, Busy) and not asked:
                raise
            return due.cursor.interrupted(began_at, place)
        asked += 1
        _take_missing(page.mails, since, now - SETTLED, by, take)
        ats = [at for mail in page.mails if (at := loose_json.moment(mail, "created_at"))]
        if not page.has_more or not page.mails or (ats and min(ats) < since):
            return due.cursor.done(began_at - SETTLED)
        place = loose_json.text(page.mails[-1], "id")


def _take_missing(listed: list[Body], since: datetime, until: datetime, by: Caller, take: Take) -> None:
    named = {
        mail_id: mail
        for mail in listed
        if (mail_id := loose_json.text(mail, "id"))
        and (at := loose_json.moment(mail, "created_at"))
        and since <= at <= until
    }
    known = outreach.known_replies(VENDOR, list(named), by)
    for mail_id, mail in named.items():
        if mail_id not in known:
            data = {**mail, "email_id": mail_id}
            take("events", {"type": RECEIVED, "created_at": mail.get("created_at"), "data": data})
