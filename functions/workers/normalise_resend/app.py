"""What Resend said: what became of mails, and mails that came."""

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.caller import Caller
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS
from eal.domain.integrations import inbound
from eal.domain.integrations import store as integrations
from eal.domain.integrations.inbound import Received
from eal.domain.outreach import store as outreach
from eal.domain.outreach.model import Mail, MailBody
from eal.entry.queue import Consumer
from eal.vendors.http import Busy, Refused, TooLarge
from eal.vendors.resend import client, webhooks

if TYPE_CHECKING:
    from eal.domain.outreach.model import Missing

PATIENCE = timedelta(days=3)
"""So long a mail waits for its body, through a day's quota and a vendor's bad days: then it is kept without."""


def normalise(received: Received, raw: bytes) -> None:
    """Keep one event."""
    told = webhooks.told_in(raw, received.delivery_id, received.received_at)
    by = received.as_caller()
    if isinstance(told, Mail):
        try:
            _keep(told, by)
        except Busy as busy:
            if by.at - received.received_at < PATIENCE:
                _later(received, busy)
                return
            outreach.store_reply(told, MailBody(), "unavailable", by)
    elif told is None:
        observe.count("inbound_unknown_kind")
    elif not outreach.store_event(told, by):
        observe.count("inbound_duplicates")
    by.transaction.commit()


def _keep(mail: Mail, by: Caller) -> None:
    """Raises: Busy where the vendor cannot tell the body now."""
    if outreach.known_replies(webhooks.VENDOR, [mail.vendor_email_id], by):
        observe.count("inbound_duplicates")
        return
    body, missing = _fetched(mail, by)
    outreach.store_reply(mail, body, missing, by)


def _fetched(mail: Mail, by: Caller) -> "tuple[MailBody, Missing | None]":
    key = integrations.api_key(webhooks.VENDOR, by)
    if key is None and by.mode == "live":
        return MailBody(), "no_api_key"
    try:
        return client.connect(by.mode, key or "").received(mail.vendor_email_id), None
    except Refused as refused:
        observe.logger.warning("mail_not_fetched", status_code=refused.status)
        return MailBody(), "not_found" if refused.status == 404 else "refused"
    except TooLarge:
        observe.logger.warning("mail_not_fetched", fault="TooLarge")
        return MailBody(), "too_large"


def _later(received: Received, busy: Busy) -> None:
    """Put the message back until the vendor wants to be asked: a failure would use up its tries long before."""
    delay = min(MAX_SQS_DELAY_SECONDS, math.ceil(busy.retry_after))
    observe.logger.info("mail_waits", delay=delay)
    inbound.send(received, delay=delay)


handler = Consumer(inbound.normaliser(normalise)).handler
