"""The transports of alerts, by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.vendors.resend import alerting as resend
from eal.vendors.twilio import alerting as twilio

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.alerts.transport import AlertTransport
    from eal.domain.organization_settings.alerts import AlertChannel


def connect(channel: AlertChannel, by: Caller) -> AlertTransport | None:
    """The tenant's transport on a channel. None if it has not connected the vendor."""
    return resend.connect(by) if channel == "email" else twilio.connect(by)
