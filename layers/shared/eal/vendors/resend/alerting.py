"""Alerts by e-mail through Resend, which recognises a repeated request by its key for 24 hours.

They are no outreach: their recipients are the tenant's own people, so caps, suppressions and unsubscribe links do not
apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eal.core import settings
from eal.domain.alerts.transport import AcceptedAlert, AlertRefused, NotAccepted
from eal.domain.integrations import store as integrations
from eal.vendors import loose_json
from eal.vendors.http import Busy, ResponseTooLarge, VendorApi, VendorRefused
from eal.vendors.resend import client

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.transport import AlertMessage, AlertTransport

VENDOR: Final = "resend"
TIMEOUT_SECONDS = 5.0
_UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 401, 403, 409
_ACCEPTED_BEFORE = "invalid_idempotent_request"
"""The error of a key that was used with another body: the settings changed after an accepted request."""


def connect(by: Caller) -> AlertTransport | None:
    """The transport of the tenant's alerts by e-mail: a simulated one in test mode. None without a key of Resend."""
    if by.mode == "test":
        return _SimulatedMail()
    key = integrations.api_key(VENDOR, by)
    if key is None:
        return None
    api = VendorApi(
        base=settings.vendor_api_url(VENDOR) or client.BASE,
        authorization=f"Bearer {key}",
        attempts=1,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return ResendAlerts(api)


@dataclass(frozen=True, slots=True)
class ResendAlerts:
    api: VendorApi
    takes_answers: bool = False

    def send(self, message: AlertMessage) -> AcceptedAlert:
        """See `AlertTransport.send`."""
        body = {"from": message.sender, "to": [message.to], "subject": message.subject, "text": message.text}
        try:
            response = self.api.post("/emails", body, idempotency_key=f"alert/{message.alert_id}")
        except Busy as busy:
            raise NotAccepted(may_have_arrived=busy.may_have_arrived) from busy
        except ResponseTooLarge as fault:
            raise NotAccepted(may_have_arrived=True) from fault
        except VendorRefused as refused:
            if _name_of(refused) == _ACCEPTED_BEFORE:
                return AcceptedAlert(vendor=VENDOR, vendor_id=None)
            raise _fault(refused) from refused
        vendor_id = loose_json.text(response, "id", 200)
        if vendor_id is None:
            raise NotAccepted(may_have_arrived=True)
        return AcceptedAlert(vendor=VENDOR, vendor_id=vendor_id)

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        """Nothing is looked up: the repeated request has the same key, so it sends no second e-mail."""
        return None


class _SimulatedMail:
    takes_answers = False

    def send(self, message: AlertMessage) -> AcceptedAlert:
        return AcceptedAlert(vendor="simulated", vendor_id=f"simulated_{message.alert_id}")

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        return None


def _name_of(refused: VendorRefused) -> str:
    return loose_json.text(refused.body, "name", 100) or "refused"


def _fault(refused: VendorRefused) -> Exception:
    name = _name_of(refused)
    if refused.status == _UNAUTHORIZED:
        return AlertRefused(
            name, "Resend does not accept the API key. Enter a current one in the integration."
        )
    if refused.status == _FORBIDDEN:
        return AlertRefused(
            name, "Resend does not let the sender's address send. Verify its domain at Resend."
        )
    if refused.status == _CONFLICT:
        # A concurrent request of the same key.
        return NotAccepted(may_have_arrived=True)
    return AlertRefused(name, "Resend refused the e-mail. Its documentation explains the error.")
