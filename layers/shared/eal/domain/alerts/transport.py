"""The transport of an alert: Twilio or Resend in live mode, a simulation in test mode. The worker passes it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.model import AlertVendor
    from eal.domain.organization_settings.alerts import AlertChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """An alert as the vendor gets it. `text` is what is read, or spoken in a call. `mark` is in the text of no other
    alert, so that a vendor's list shows whether it has this one. `sender` and `subject` are for e-mails."""

    alert_id: str
    channel: AlertChannel
    to: str
    text: str
    mark: str
    sender: str = ""
    subject: str = ""
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedAlert:
    """The vendor has the alert. `vendor_id` is None if the vendor did not repeat it. `segments` are the parts of a text
    that the vendor bills."""

    vendor: AlertVendor
    vendor_id: str | None
    segments: int | None = None


class NotAccepted(Exception):
    """The vendor accepts the alert later, or did not answer. `may_have_arrived`: it may have accepted it."""

    def __init__(self, *, may_have_arrived: bool) -> None:
        super().__init__("the vendor has not accepted an alert yet")
        self.may_have_arrived = may_have_arrived


class AlertRefused(Exception):
    """The vendor refuses the alert, and would refuse it again. `code` is the vendor's, `message` a sentence for people.
    `concerns_person`: the person's number is the reason."""

    def __init__(self, code: str, message: str, *, concerns_person: bool = False) -> None:
        super().__init__(f"the vendor refused an alert: {code}")
        self.code = code
        self.message = message
        self.concerns_person = concerns_person


class AlertTransport(Protocol):
    @property
    def takes_answers(self) -> bool:
        """Whether the vendor tells us what people answer by a text or a key."""
        ...

    def send(self, message: AlertMessage) -> AcceptedAlert:
        """Make one request. Raises: NotAccepted, AlertRefused."""
        ...

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        """The alert in the vendor's list of what it has accepted since then. Raises: NotAccepted, AlertRefused."""
        ...


class Connect(Protocol):
    def __call__(self, channel: AlertChannel, by: Caller) -> AlertTransport | None:
        """The transport of the tenant's alerts on a channel. None if it has not connected the vendor."""
        ...
