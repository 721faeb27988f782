"""A tenant's account of Twilio: its API under the tenant's key."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from eal.core import settings
from eal.domain.integrations import store as integrations
from eal.vendors.http import VendorApi
from eal.vendors.twilio import error_codes
from eal.vendors.twilio.webhooks import VENDOR

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.integrations.model import Integration
    from eal.vendors.http import VendorRefused

BASE = "https://api.twilio.com"
TIMEOUT_SECONDS = 5.0
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Account:
    """`path` is that of the account's resources, `number` the one from which alerts come."""

    api: VendorApi
    path: str
    number: str


def is_complete(integration: Integration) -> bool:
    """Whether the integration has all that requests need."""
    needed = ("account_sid", "api_key_sid", "alert_number")
    return integration.has_access and all(integration.settings.get(name) for name in needed)


def account_of(integration: Integration, by: Caller) -> Account:
    """The account of a complete integration."""
    account, key, number = (
        integration.settings[name] for name in ("account_sid", "api_key_sid", "alert_number")
    )
    secret = integrations.secret_of(integration, "api_key_secret", by)
    api = VendorApi(
        base=settings.vendor_api_url(VENDOR) or BASE,
        authorization=f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}",
        attempts=1,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return Account(api, f"/2010-04-01/Accounts/{quote(account, safe='')}", number)


def receiver_base(integration: Integration) -> str:
    """The base of the addresses to which Twilio sends the webhooks of an integration."""
    return f"{settings.receiver_url(VENDOR).rstrip('/')}/{integration.connection_id}"


def code_of(refused: VendorRefused) -> str:
    """Twilio's error code; `refused` if the response has none."""
    number = refused.body.get("code")
    if isinstance(number, int):
        return str(number)
    return error_codes.INVALID_KEY if refused.status == _UNAUTHORIZED else "refused"
