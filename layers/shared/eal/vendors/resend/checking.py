"""The check of a Resend integration: the key, and the domain of the sender. Source: Resend's pages on domains and on
errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import settings
from eal.domain.integrations import store as integrations
from eal.domain.integrations.model import Check
from eal.domain.organization_settings import store as organization_settings
from eal.domain.organization_settings.outreach import outreach_in
from eal.vendors import loose_json
from eal.vendors.http import Busy, ResponseTooLarge, VendorApi, VendorRefused
from eal.vendors.resend import client

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.integrations.model import Integration
    from eal.vendors.loose_json import Body

TIMEOUT_SECONDS = 5.0
_SENDING_ONLY = "restricted_api_key"
_VERIFIED = "verified"
_MAX_DOMAINS = "100"


def check(integration: Integration, _test_phone: str | None, by: Caller) -> list[Check]:
    key = integrations.secret_of(integration, "api_key", by)
    if key is None:
        return [Check("credentials", ok=False, message="Enter an API key. Without it, no e-mail is sent.")]
    api = VendorApi(
        base=settings.vendor_api_url("resend") or client.BASE,
        authorization=f"Bearer {key}",
        attempts=1,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    accepted = Check("credentials", ok=True, message="Resend accepts the API key.")
    try:
        response = api.get("/domains", {"limit": _MAX_DOMAINS})
    except (Busy, ResponseTooLarge):
        return [Check("credentials", ok=None, message="Resend did not answer. Try again.")]
    except VendorRefused as refused:
        if loose_json.text(refused.body, "name", 100) == _SENDING_ONLY:
            message = (
                "The API key may only send, so Resend does not say whether the sender's domain is verified."
            )
            return [accepted, Check("sender_domain", ok=None, message=message)]
        message = "Resend does not accept the API key. Enter a current one."
        return [Check("credentials", ok=False, message=message)]
    return [accepted, _domain(loose_json.members(response, "data"), by)]


def _domain(domains: list[Body], by: Caller) -> Check:
    sender = outreach_in(organization_settings.settings_of(by.organization_id)).sender
    if sender is None:
        return Check(
            "sender_domain", ok=False, message="No sender is set. Set one in the settings of outreach."
        )
    name = sender.email.rpartition("@")[2].casefold()
    states = [
        loose_json.text(domain, "status", 100)
        for domain in domains
        if (loose_json.text(domain, "name", 255) or "").casefold() == name
    ]
    if _VERIFIED in states:
        return Check("sender_domain", ok=True, message=f"Resend has verified {name}.")
    return Check("sender_domain", ok=False, message=f"Resend has not verified {name}. Verify it there.")
