"""Alerts through Twilio's API: texts, and calls that say a text.

Twilio cannot recognise a repeated request (its API has no idempotency key), so one request is made, and its outcome is
looked up in Twilio's list if there was no answer. Source: Twilio's OpenAPI documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from html import escape
from typing import TYPE_CHECKING

from eal.domain.alerts.transport import AcceptedAlert, AlertRefused, NotAccepted
from eal.domain.integrations import store as integrations
from eal.vendors import loose_json
from eal.vendors.http import Busy, ResponseTooLarge, VendorRefused
from eal.vendors.twilio import client, error_codes, webhooks
from eal.vendors.twilio.simulation import SimulatedPhones
from eal.vendors.twilio.webhooks import VENDOR

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.transport import AlertMessage, AlertTransport
    from eal.vendors.loose_json import Body
    from eal.vendors.twilio.client import Account

RING_SECONDS = 25
"""Time for which a call rings. A mailbox usually answers after 30 seconds, and cannot take a call."""
MAX_CALL_SECONDS = 120
MAX_TEXT_AGE_SECONDS = 900
"""Time after which Twilio drops a text that it could not send: somebody else has been asked by then."""
_LISTED = 50
"""The newest entries of a list that are read. Nobody gets so many alerts within a few seconds."""


def connect(by: Caller) -> AlertTransport | None:
    """The transport of the tenant's texts and calls: simulated phones in test mode. None unless Twilio is connected
    with all its settings."""
    integration = integrations.find(VENDOR, by)
    if integration is None or not client.is_complete(integration):
        return None
    if by.mode == "test":
        return SimulatedPhones(integration, by)
    # Without the auth token, no callback could be verified.
    callbacks = client.receiver_base(integration) if integration.signing else None
    return TwilioTransport(client.account_of(integration, by), callbacks)


@dataclass(frozen=True, slots=True)
class TwilioTransport:
    """`callbacks` is the base of the addresses to which Twilio reports."""

    account: Account
    callbacks: str | None

    @property
    def takes_answers(self) -> bool:
        """See `AlertTransport.takes_answers`."""
        return self.callbacks is not None

    def send(self, message: AlertMessage) -> AcceptedAlert:
        """See `AlertTransport.send`."""
        form = {"To": message.to, "From": self.account.number, **self._content(message)}
        response = _answered(
            lambda: self.account.api.post_form(f"{self.account.path}/{_list_of(message)}.json", form)
        )
        accepted = _accepted(response)
        if accepted is None:
            # Accepted, as the status says, and the list names it.
            raise NotAccepted(may_have_arrived=True)
        return accepted

    def _content(self, message: AlertMessage) -> dict[str, str]:
        if message.channel == "sms":
            text = {"Body": message.text, "ValidityPeriod": str(MAX_TEXT_AGE_SECONDS)}
            return {**text, **self._status_callback(webhooks.MESSAGE_STATUS, message)}
        says = f"<Say>{escape(message.text)}</Say>"
        if self.callbacks:
            says = webhooks.asking(message.text, self._address(webhooks.VOICE_KEY, message))
        return {
            "Twiml": f'<Response><Pause length="1"/>{says}</Response>',
            "Timeout": str(RING_SECONDS),
            "TimeLimit": str(MAX_CALL_SECONDS),
            **self._status_callback(webhooks.VOICE_STATUS, message),
        }

    def _status_callback(self, kind: str, message: AlertMessage) -> dict[str, str]:
        return {"StatusCallback": self._address(kind, message)} if self.callbacks else {}

    def _address(self, kind: str, message: AlertMessage) -> str:
        return f"{self.callbacks}/{kind}?{webhooks.ALERT_PARAMETER}={message.alert_id}"

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        """See `AlertTransport.find`. A text has the mark of its alert; of a call, the list has only the two numbers."""
        name = _list_of(message)
        query = {"To": message.to, "From": self.account.number, "PageSize": str(_LISTED)}
        response = _answered(lambda: self.account.api.get(f"{self.account.path}/{name}.json", query))
        for entry in loose_json.members(response, name.lower()):
            body = loose_json.text(entry, "body", 1600) or ""
            is_this = message.mark in body if message.channel == "sms" else True
            if is_this and _created_since(entry, since) and (accepted := _accepted(entry)):
                return accepted
        return None


def _list_of(message: AlertMessage) -> str:
    return "Messages" if message.channel == "sms" else "Calls"


def _answered(request: Callable[[], Body]) -> Body:
    try:
        return request()
    except Busy as busy:
        raise NotAccepted(may_have_arrived=busy.may_have_arrived) from busy
    except ResponseTooLarge as fault:
        raise NotAccepted(may_have_arrived=True) from fault
    except VendorRefused as refused:
        raise _fault(refused) from refused


def _fault(refused: VendorRefused) -> Exception:
    code = client.code_of(refused)
    if code == error_codes.QUEUE_FULL:
        return NotAccepted(may_have_arrived=False)
    is_of_person = code in error_codes.OF_PERSON
    return AlertRefused(code, error_codes.explained(code), concerns_person=is_of_person)


def _accepted(entry: Body) -> AcceptedAlert | None:
    sid = loose_json.text(entry, "sid", 100)
    if sid is None:
        return None
    segments = loose_json.text(entry, "num_segments", 10) or ""
    return AcceptedAlert(
        vendor=VENDOR, vendor_id=sid, segments=int(segments) if segments.isdecimal() else None
    )


def _created_since(entry: Body, since: datetime) -> bool:
    """Twilio's times are whole seconds, as in an e-mail (RFC 2822)."""
    try:
        created = parsedate_to_datetime(loose_json.text(entry, "date_created") or "")
        return created >= since.replace(microsecond=0)
    except (ValueError, TypeError):
        return False
