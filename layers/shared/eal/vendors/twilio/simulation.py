"""The simulated phones of test mode: what becomes of an alert follows from the last four digits of the number.

The numbers that refuse are those of Twilio's test credentials. Nothing is sent. What people do and what Twilio reports
are webhooks of Twilio, stored in the inbound bucket as its receiver stores them, so that the code of live mode consumes
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from eal.domain.alerts.transport import AcceptedAlert, AlertRefused, NotAccepted
from eal.domain.integrations import inbound
from eal.domain.integrations.connections import VendorConnection
from eal.vendors.twilio import error_codes, webhooks
from eal.vendors.twilio.webhooks import VENDOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.transport import AlertMessage
    from eal.domain.integrations.model import Integration

REFUSED: Final[Mapping[str, str]] = {
    "0001": "21211",
    "0002": "21612",
    "0003": "21408",
    "0004": "21610",
    "0009": "21614",
}
"""The error codes of numbers that are refused for good. Calls reach the last two."""
_TEXT_ONLY = frozenset({"0004", "0009"})
REPORTED, LISTED, LOST, THROTTLED = "0111", "0112", "0113", "0114"
"""Numbers whose first answer is lost: Twilio reports on the alert nevertheless, or lists it, or knows nothing of it.
The last is accepted after two refusals for now."""
REPORTED_TWICE = "0115"
OUT_OF_REACH = "0116"
"""A phone that is switched off: texts do not arrive, and calls are not answered."""
TEXTS: Final[Mapping[str, str]] = {"0101": "1", "0103": "2"}
"""The reply of the person at a number to a text."""
PRESSED: Final[Mapping[str, str]] = {"0102": "1"}
"""The key that the person at a number presses in a call."""


class _Webhook(NamedTuple):
    kind: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SimulatedPhones:
    integration: Integration
    by: Caller
    takes_answers: bool = True

    def send(self, message: AlertMessage) -> AcceptedAlert:
        """See `AlertTransport.send`."""
        ending = message.to[-4:]
        refused = REFUSED.get(ending)
        if refused and (message.channel == "sms" or ending not in _TEXT_ONLY):
            is_of_person = refused in error_codes.OF_PERSON
            raise AlertRefused(refused, error_codes.explained(refused), concerns_person=is_of_person)
        if ending in (LISTED, LOST) and message.tries == 1:
            raise NotAccepted(may_have_arrived=True)
        if ending == THROTTLED and message.tries <= 2:
            raise NotAccepted(may_have_arrived=False)
        for webhook in _webhooks(message):
            self._store(webhook, message)
        if ending == REPORTED:
            raise NotAccepted(may_have_arrived=True)
        return _accepted(message)

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        """See `AlertTransport.find`."""
        return _accepted(message) if message.to[-4:] == LISTED else None

    def _store(self, webhook: _Webhook, message: AlertMessage) -> None:
        ours = self.integration.settings
        number = ours.get("alert_number", "")
        is_from_person = webhook.kind == webhooks.MESSAGE
        form = {
            "AccountSid": ours.get("account_sid", ""),
            "From": message.to if is_from_person else number,
            "To": number if is_from_person else message.to,
            **webhook.fields,
        }
        tenant = self.by.tenant
        inbound.ingest(
            VendorConnection(organization_id=tenant.organization_id, mode=tenant.mode, vendor=VENDOR),
            f"simulated-{tenant.organization_id}",
            webhook.kind,
            urlencode(form).encode(),
            request_id=self.by.request_id,
            delivery_id="" if is_from_person else message.alert_id,
        )


def _webhooks(message: AlertMessage) -> list[_Webhook]:
    """The webhooks of what happens to an accepted alert."""
    ending, sid = message.to[-4:], _vendor_id(message)
    is_reached = ending != OUT_OF_REACH
    if message.channel == "sms":
        ended = (
            {"MessageStatus": "delivered"}
            if is_reached
            else {"MessageStatus": "undelivered", "ErrorCode": "30003"}
        )
        report = _Webhook(webhooks.MESSAGE_STATUS, {"MessageSid": sid, **ended})
        if ending == REPORTED_TWICE:
            return [report, report]
        if ending not in TEXTS:
            return [report]
        return [report, _Webhook(webhooks.MESSAGE, {"MessageSid": f"{sid}_reply", "Body": TEXTS[ending]})]
    report = _Webhook(
        webhooks.VOICE_STATUS, {"CallSid": sid, "CallStatus": "completed" if is_reached else "no-answer"}
    )
    if ending not in PRESSED:
        return [report]
    return [_Webhook(webhooks.VOICE_KEY, {"CallSid": sid, "Digits": PRESSED[ending]}), report]


def _accepted(message: AlertMessage) -> AcceptedAlert:
    return AcceptedAlert(
        vendor="simulated", vendor_id=_vendor_id(message), segments=2 if message.channel == "sms" else None
    )


def _vendor_id(message: AlertMessage) -> str:
    return f"simulated_{message.alert_id}"
