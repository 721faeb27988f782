"""Alerts through Twilio's API: texts, and calls that say a text.

Twilio cannot recognise a repeated request (its API has no idempotency key), so one request is made, and its outcome is
looked up in Twilio's list if there was no answer. Sources: Twilio's OpenAPI documents and its pages of error codes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from eal.core import settings
from eal.domain.alerts.transport import AcceptedAlert, AlertRefused, NotAccepted
from eal.domain.integrations import store as integrations
from eal.vendors import loose_json
from eal.vendors.http import Busy, ResponseTooLarge, VendorApi, VendorRefused
from eal.vendors.twilio.simulation import SimulatedPhones

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.transport import AlertMessage, AlertTransport
    from eal.vendors.loose_json import Body

VENDOR: Final = "twilio"
BASE = "https://api.twilio.com"
TIMEOUT_SECONDS = 5.0
RING_SECONDS = 25
"""Time for which a call rings. A mailbox usually answers after 30 seconds, and cannot take a call."""
MAX_CALL_SECONDS = 120
MAX_TEXT_AGE_SECONDS = 900
"""Time after which Twilio drops a text that it could not send: somebody else has been asked by then."""
_LISTED = 50
"""The newest entries of a list that are read. Nobody gets so many alerts within a few seconds."""
_UNAUTHORIZED = 401
_QUEUE_FULL = "21611"
_OF_PERSON: Final[Mapping[str, str]] = {
    "21211": "The phone number is not valid.",
    "21610": "The person has opted out of texts from this number by a word such as STOP. START lifts it.",
    "21612": "Texts from the alert number cannot reach this phone number.",
    "21614": "The phone number is not a mobile number, so it gets no texts.",
    "13224": "The phone number is not valid.",
}
"""Error codes that are due to the person's number."""
_OF_ACCOUNT: Final[Mapping[str, str]] = {
    "20003": "Twilio does not accept the API key. Enter the account's current key in the integration.",
    "21210": "The alert number is not verified for calls at Twilio. Use a number of your Twilio account.",
    "21212": "The alert number is not valid. Use a number of your Twilio account, in E.164 format.",
    "21215": "Twilio may not call this country. Allow it in Twilio's geographic permissions.",
    "21216": "Twilio may not call this number. Twilio's support can allow it.",
    "21219": "A trial account of Twilio reaches verified numbers only. Upgrade the account.",
    "21408": "Twilio may not send texts to this country. Allow it in Twilio's geographic permissions.",
    "21606": "The alert number cannot send texts. Use a number of your Twilio account that can.",
    "21608": "A trial account of Twilio reaches verified numbers only. Upgrade the account.",
    "30034": "The alert number is not registered for texts to US numbers (A2P 10DLC). Register it at Twilio.",
}


def connect(by: Caller) -> AlertTransport | None:
    """The transport of the tenant's texts and calls: simulated phones in test mode. None unless Twilio is connected
    with all its settings."""
    integration = integrations.find(VENDOR, by)
    if integration is None or not integration.has_access:
        return None
    account, key, number = (
        integration.settings.get(name, "") for name in ("account_sid", "api_key_sid", "alert_number")
    )
    if not (account and key and number):
        return None
    if by.mode == "test":
        return SimulatedPhones()
    secret = integrations.secret_of(integration, "api_key_secret", by)
    credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
    api = VendorApi(
        base=settings.vendor_api_url(VENDOR) or BASE,
        authorization=f"Basic {credentials}",
        attempts=1,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return TwilioTransport(api, f"/2010-04-01/Accounts/{quote(account, safe='')}", number)


@dataclass(frozen=True, slots=True)
class TwilioTransport:
    """`path` is that of the account, `sender` the number from which alerts come."""

    api: VendorApi
    path: str
    sender: str

    def send(self, message: AlertMessage) -> AcceptedAlert:
        """See `AlertTransport.send`."""
        common = {"To": message.to, "From": self.sender}
        form = (
            {**common, "Body": message.text, "ValidityPeriod": str(MAX_TEXT_AGE_SECONDS)}
            if message.channel == "sms"
            else {
                **common,
                "Twiml": f"<Response><Pause length='1'/><Say>{escape(message.text)}</Say></Response>",
                "Timeout": str(RING_SECONDS),
                "TimeLimit": str(MAX_CALL_SECONDS),
            }
        )
        response = _answered(lambda: self.api.post_form(f"{self.path}/{_list_of(message)}.json", form))
        accepted = _accepted(response)
        if accepted is None:
            # Accepted, as the status says, and the list names it.
            raise NotAccepted(may_have_arrived=True)
        return accepted

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        """See `AlertTransport.find`. A text has the mark of its alert; of a call, the list has only the two numbers."""
        name = _list_of(message)
        query = {"To": message.to, "From": self.sender, "PageSize": str(_LISTED)}
        response = _answered(lambda: self.api.get(f"{self.path}/{name}.json", query))
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
    number = refused.body.get("code")
    code = (
        str(number) if isinstance(number, int) else "20003" if refused.status == _UNAUTHORIZED else "refused"
    )
    if code == _QUEUE_FULL:
        return NotAccepted(may_have_arrived=False)
    if code in _OF_PERSON:
        return AlertRefused(code, _OF_PERSON[code], concerns_person=True)
    # Twilio's own message may repeat the number, so it is not shown.
    unknown = "Twilio refused the alert. Twilio's documentation explains its error code."
    return AlertRefused(code, _OF_ACCOUNT.get(code, unknown))


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
