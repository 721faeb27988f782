"""Checks of an integration: the vendor is asked whether it accepts what was entered, before somebody depends on it."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from eal.core import audit
from eal.core.errors import NotFound, RateLimited, ValidationFailed
from eal.core.table import lease
from eal.core.table.keys import key
from eal.core.table.lease import Held
from eal.domain.integrations import store
from eal.domain.integrations.model import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from eal.core.caller import Caller
    from eal.core.errors import FieldError
    from eal.core.json import Json
    from eal.domain.integrations.model import Integration

_KIND = "CHECK_LEASE"
_APART: Final = timedelta(seconds=10)
"""Least time between two checks of an integration: vendors count our requests, and block who makes too many."""


type Checker = Callable[[Integration, str | None, Caller], Sequence[Check]]
"""Asks a vendor about an integration. The text is a phone number for a test, of which there is one for Twilio only."""


def check(
    vendor: str, test_phone: str | None, checkers: Mapping[str, Checker], by: Caller
) -> Sequence[Check]:
    """Ask a vendor, and text a phone number if there is one. In test mode, nobody is asked or texted.

    Raises: NotFound for a vendor that is not connected or cannot be asked; ValidationFailed for a phone number
    and another vendor than Twilio; RateLimited.
    """
    checker = checkers.get(vendor)
    if checker is None:
        raise NotFound(f"'{vendor[:40]}' cannot be checked. Use one of: {', '.join(checkers)}.")
    if test_phone and vendor != "twilio":
        message = "Only Twilio can text a phone number."
        fault: FieldError = {
            "pointer": "/test_phone",
            "message": message,
            "type": "vendor",
            "location": "body",
        }
        raise ValidationFailed([fault])
    integration = store.find(vendor, by)
    if integration is None:
        raise NotFound(f"'{vendor}' is not connected.")
    if by.mode == "test":
        return [Check("credentials", None, "In test mode, no vendor is asked.")]
    held = lease.acquire(key(by.tenant, _KIND, vendor), _KIND, by.at, _APART)
    if isinstance(held, Held):
        raise RateLimited(max(1, ceil((held.until - by.at).total_seconds())), "checks of this integration")
    checks = checker(integration, test_phone, by)
    results: dict[str, Json] = {each.name: each.ok for each in checks}
    by.transaction.audit("integration.checked", vendor, audit.changes({}, results))
    return checks
