"""Which e-mail a reply answers.

1. The address that it was sent to, if it is one of ours: it names the e-mail and carries a MAC (`outreach.addresses`).
2. The message ids in `In-Reply-To` and `References`. Resend has Amazon SES choose the Message-ID of an e-mail, whatever
   the request says, and reports it with each event of the e-mail (docs/decisions/0048-replies.md).
3. The sender's address, for mail programs that leave out both: the newest e-mail to it. That is a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core.table.read import get_all, walk
from eal.domain.outreach.addresses import read_reply_address
from eal.domain.outreach.emails.store import EMAILS, message_id_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.tenancy import Tenant
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.replies.model import Match, Reply

_MAX_MESSAGE_IDS = 20
_MAX_EMAILS = 20
"""Maximum number of e-mails to the sender that are read, the newest first. Those that wait to be sent are passed
over."""


class Answered(NamedTuple):
    """The e-mail that a reply answers, and how it was found."""

    email: Email
    match: Match


def answered_email(tenant: Tenant, reply: Reply) -> Answered | None:
    """None for mail that answers no e-mail of the tenant's outreach."""
    for email_id in _named_by_addresses(tenant, reply):
        if email := EMAILS.find(tenant, email_id):
            return Answered(email, "reply_address")
    for email_id in _named_by_message_ids(tenant, reply):
        if email := EMAILS.find(tenant, email_id):
            return Answered(email, "message_id")
    newest = _newest_to(tenant, reply.sender) if reply.sender else None
    return Answered(newest, "sender") if newest else None


def _named_by_addresses(tenant: Tenant, reply: Reply) -> Iterator[str]:
    for address in (*reply.to, *reply.cc):
        if email_id := read_reply_address(tenant, address):
            yield email_id


def _named_by_message_ids(tenant: Tenant, reply: Reply) -> Iterator[str]:
    """The ids of the e-mail that the reply answers, then of the earlier ones of its thread, the newest first."""
    named = dict.fromkeys([*filter(None, [reply.in_reply_to]), *reversed(reply.references)])
    keys = [message_id_key(tenant, message_id) for message_id in named][:_MAX_MESSAGE_IDS]
    for pointer in get_all(keys) if keys else ():
        if pointer:
            yield cast("str", pointer["email_id"])


def _newest_to(tenant: Tenant, address: str) -> Email | None:
    """The newest e-mail to the address that was requested from the vendor."""
    partition = EMAILS.partition(tenant, "to", address)
    items = walk("gsi1pk = :pk", {":pk": partition}, index="gsi1", limit=_MAX_EMAILS, newest_first=True)
    for _, item in zip(range(_MAX_EMAILS), items, strict=False):
        email = EMAILS.load(item)
        if email.attempted_at or email.sent_at:
            return email
    return None
