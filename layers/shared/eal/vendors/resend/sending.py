"""Sending through Resend.

Sources: Resend's OpenAPI document, its pages about idempotency keys, errors and rate limits, and its SDKs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eal.core import settings
from eal.domain.integrations import store as integrations
from eal.domain.outreach.sending.transport import AcceptedEmail, Deferred, RefusedForGood
from eal.vendors import loose_json
from eal.vendors.http import Busy, ResponseTooLarge, VendorApi, VendorRefused
from eal.vendors.resend import client, mailbox
from eal.vendors.resend.webhooks import VENDOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.sending.transport import Message, Transport

WAITS: Final[Mapping[str, float]] = {
    "concurrent_idempotent_requests": 2,
    "daily_quota_exceeded": 3600,
    "monthly_quota_exceeded": 6 * 3600,
}
"""Errors that end by themselves, with the seconds until the next attempt if Resend does not say."""
KEY_RETRY_SECONDS = 3600
"""Pause after a refused key, because the tenant may replace it."""
_KEY_FAULTS = frozenset({"missing_api_key", "restricted_api_key", "invalid_api_key"})
_UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 401, 403, 409


@dataclass(frozen=True, slots=True)
class ResendTransport:
    api: VendorApi
    key_mark: str

    def send(self, message: Message, now: datetime) -> AcceptedEmail:
        """See `Transport.send`."""
        try:
            response = self.api.post("/emails", _body(message), idempotency_key=message.idempotency_key)
        except Busy as busy:
            raise Deferred(
                busy.retry_after, may_have_arrived=busy.may_have_arrived, is_of_all=busy.is_throttled
            ) from busy
        except ResponseTooLarge as fault:
            raise Deferred(KEY_RETRY_SECONDS, may_have_arrived=True) from fault
        except VendorRefused as refused:
            raise _fault(refused) from refused
        vendor_email_id = loose_json.text(response, "id", 200)
        if vendor_email_id is None:
            # The response to the same key is the same, and an event may bring the id.
            raise Deferred(KEY_RETRY_SECONDS, may_have_arrived=True)
        return AcceptedEmail(vendor=VENDOR, vendor_email_id=vendor_email_id)

    def is_settled(self, email: Email) -> bool:
        """See `Transport.is_settled`: this is no simulation."""
        return True


def connect(by: Caller) -> Transport | None:
    """The transport of the tenant's e-mails: the simulated mailbox in test mode. None without a key of Resend."""
    if by.mode == "test":
        return mailbox.SimulatedMailbox(by.tenant, by.request_id)
    integration = integrations.find(VENDOR, by)
    key = integrations.secret_of(integration, "api_key", by) if integration else None
    if integration is None or key is None:
        return None
    api = VendorApi(
        base=settings.vendor_api_url(VENDOR) or client.BASE,
        authorization=f"Bearer {key}",
        seconds_apart=1 / settings.resend_requests_per_second(),
        waits=WAITS,
    )
    return ResendTransport(api, integration.secrets["api_key"].mark)


def _body(message: Message) -> dict[str, Json]:
    """The request's body: the same for the same e-mail, because a key with another body is a conflict."""
    html = {"html": message.html} if message.html else {}
    return {
        "from": message.sender,
        "to": [message.to],
        "reply_to": message.reply_to,
        "subject": message.subject,
        "text": message.text,
        **html,
        "headers": dict(message.headers),
        "tags": [{"name": mailbox.EMAIL_TAG, "value": message.email_id}],
    }


def _fault(refused: VendorRefused) -> Exception:
    name = loose_json.text(refused.body, "name", 100) or ""
    if refused.status == _UNAUTHORIZED or name in _KEY_FAULTS:
        return Deferred(KEY_RETRY_SECONDS, may_have_arrived=refused.may_have_arrived, is_of_all=True)
    explanation = loose_json.text(refused.body, "message") or f"status {refused.status}"
    reason = f"Resend refused the e-mail: {explanation}"
    # A conflict is one with an earlier request of the same key, which Resend has accepted.
    may_have_arrived = refused.may_have_arrived or refused.status == _CONFLICT
    return RefusedForGood(
        reason, may_have_arrived=may_have_arrived, is_of_sender=refused.status == _FORBIDDEN
    )
