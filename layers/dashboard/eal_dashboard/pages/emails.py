"""Outreach, e-mails: what was sent, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

UNDER = "/outreach/sequences"
FILTERS = ("status", "to", "sequence_id", "lead_id", "prospect_id", "cursor")


def _list(_: Json) -> Json:
    return {"statuses": OPERATIONS["listOutreachEmails"].query["status"]["enum"]}


PAGES = (
    Page(
        path="/outreach/emails",
        title="E-mails",
        template="outreach/emails.html",
        under=UNDER,
        calls={"emails": Call("listOutreachEmails", query=FILTERS, fixed={"limit": "25"})},
        prepare=_list,
    ),
    Page(
        path="/outreach/emails/{email_id}",
        title="E-mail",
        template="outreach/email.html",
        under=UNDER,
        calls={"email": Call("getOutreachEmail")},
    ),
)
