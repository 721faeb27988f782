"""The simulated phones of test mode: what becomes of an alert follows from the last four digits of the number.

The numbers are those of Twilio's test credentials, and a few for an answer that gets lost. Nothing is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eal.domain.alerts.transport import AcceptedAlert, AlertRefused, NotAccepted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.domain.alerts.transport import AlertMessage

REFUSED: Final[Mapping[str, AlertRefused]] = {
    "0001": AlertRefused("21211", "The phone number is not valid.", concerns_person=True),
    "0002": AlertRefused("21612", "Texts cannot reach this phone number.", concerns_person=True),
    "0003": AlertRefused("21408", "Twilio may not send texts to this country."),
    "0004": AlertRefused("21610", "The person has opted out of texts.", concerns_person=True),
    "0009": AlertRefused("21614", "The phone number is not a mobile number.", concerns_person=True),
}
"""Numbers that are refused for good. Calls reach the last two."""
_TEXT_ONLY = frozenset({"0004", "0009"})
LISTED, LOST, THROTTLED = "0112", "0113", "0114"
"""Numbers whose first answer is lost, with the alert in the vendor's list and without it; and one that is accepted
after two refusals for now."""


class SimulatedPhones:
    def send(self, message: AlertMessage) -> AcceptedAlert:
        """See `AlertTransport.send`."""
        ending = message.to[-4:]
        refused = REFUSED.get(ending)
        if refused and (message.channel == "sms" or ending not in _TEXT_ONLY):
            raise AlertRefused(refused.code, refused.message, concerns_person=refused.concerns_person)
        if ending in (LISTED, LOST) and message.tries == 1:
            raise NotAccepted(may_have_arrived=True)
        if ending == THROTTLED and message.tries <= 2:
            raise NotAccepted(may_have_arrived=False)
        return _accepted(message)

    def find(self, message: AlertMessage, since: datetime) -> AcceptedAlert | None:
        """See `AlertTransport.find`."""
        return _accepted(message) if message.to[-4:] == LISTED else None


def _accepted(message: AlertMessage) -> AcceptedAlert:
    return AcceptedAlert(
        vendor="simulated",
        vendor_id=f"simulated_{message.alert_id}",
        segments=2 if message.channel == "sms" else None,
    )
