"""The checks of integrations, by vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eal.vendors.callrail import checking as callrail
from eal.vendors.resend import checking as resend
from eal.vendors.twilio import checking as twilio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.domain.integrations.checking import Checker

CHECKERS: Final[Mapping[str, Checker]] = {
    "callrail": callrail.check,
    "resend": resend.check,
    "twilio": twilio.check,
}
