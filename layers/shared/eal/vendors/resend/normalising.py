"""The normalisation of Resend's webhooks: events of sent mails, and received mails."""

import math
from datetime import timedelta

from eal.core import observe
from eal.core.caller import Caller
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS
from eal.domain.integrations import inbound
from eal.domain.integrations import store as integrations
from eal.domain.integrations.messages import ReceivedWebhook
from eal.domain.outreach.deliverability import sender
from eal.domain.outreach.emails import events
from eal.domain.outreach.mail import Mail, MailBody, MailEvent, Missing
from eal.domain.outreach.replies import store as replies
from eal.vendors.http import Busy, ResponseTooLarge, VendorRefused
from eal.vendors.resend import client, webhooks

MAX_WAIT_FOR_BODY = timedelta(days=3)
"""Longer than a daily quota and most outages of the vendor. After it, a mail is recorded without its body."""


def normalise(received: ReceivedWebhook, raw: bytes) -> None:
    """Record one event or one received mail."""
    parsed = webhooks.parse_webhook(raw, received.delivery_id, received.received_at)
    by = received.as_caller()
    if isinstance(parsed, Mail):
        try:
            _record_mail(parsed, by)
        except Busy as busy:
            if by.at - received.received_at < MAX_WAIT_FOR_BODY:
                _defer(received, busy)
                return
            replies.store_reply(parsed, MailBody(), "unavailable", by)
    elif parsed is None:
        observe.count("inbound_unknown_kind")
    else:
        events.apply(parsed, by)
    by.transaction.commit()
    if isinstance(parsed, MailEvent) and parsed.type in ("bounced", "complained"):
        # Also for a duplicate: the first run may have been killed before this.
        again = by.with_new_transaction()
        sender.pause_if_unwanted(again)
        again.transaction.commit()


def _record_mail(mail: Mail, by: Caller) -> None:
    """Raises: Busy if the vendor cannot return the body now."""
    if replies.known_replies(webhooks.VENDOR, [mail.vendor_email_id], by):
        observe.count("inbound_duplicates")
        return
    body, missing = _fetch_body(mail, by)
    replies.store_reply(mail, body, missing, by)


def _fetch_body(mail: Mail, by: Caller) -> tuple[MailBody, Missing | None]:
    key = integrations.api_key(webhooks.VENDOR, by)
    if key is None and by.mode == "live":
        return MailBody(), "no_api_key"
    try:
        return client.connect(by.mode, key or "").received(mail.vendor_email_id), None
    except VendorRefused as refused:
        observe.logger.warning("mail_not_fetched", status_code=refused.status)
        return MailBody(), "not_found" if refused.status == 404 else "refused"
    except ResponseTooLarge:
        observe.logger.warning("mail_not_fetched", fault="TooLarge")
        return MailBody(), "too_large"


def _defer(received: ReceivedWebhook, busy: Busy) -> None:
    """Defer the message by the vendor's Retry-After: failures would use up its receives much earlier."""
    delay = min(MAX_SQS_DELAY_SECONDS, math.ceil(busy.retry_after))
    observe.logger.info("mail_waits", delay=delay)
    inbound.send(received, delay=delay)
