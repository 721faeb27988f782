"""The check of a CallRail integration: the key, the account and the company. Source: CallRail's API v3."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from eal.core import settings
from eal.domain.integrations import store as integrations
from eal.domain.integrations.model import Check
from eal.vendors import loose_json
from eal.vendors.callrail import client
from eal.vendors.http import Busy, ResponseTooLarge, VendorApi, VendorRefused

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.integrations.model import Integration

TIMEOUT_SECONDS = 5.0
_UNAUTHORIZED = 401
_MAX_COMPANIES = "250"


def check(integration: Integration, _test_phone: str | None, by: Caller) -> list[Check]:
    key = integrations.secret_of(integration, "api_key", by)
    account, company = (integration.settings.get(name) for name in ("account_id", "company_id"))
    if key is None or not account:
        message = "Enter the account ID and an API key. Without them, calls whose webhooks get lost are not recovered."
        return [Check("credentials", ok=False, message=message)]
    api = VendorApi(
        base=settings.vendor_api_url("callrail") or client.BASE,
        authorization=f'Token token="{key}"',
        attempts=1,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    try:
        response = api.get(f"/a/{quote(account, safe='')}/companies.json", {"per_page": _MAX_COMPANIES})
    except (Busy, ResponseTooLarge):
        return [Check("credentials", ok=None, message="CallRail did not answer. Try again.")]
    except VendorRefused as refused:
        wrong = "API key" if refused.status == _UNAUTHORIZED else "account ID"
        return [Check("credentials", ok=False, message=f"CallRail does not accept the {wrong}.")]
    companies = [loose_json.text(each, "id") for each in loose_json.members(response, "companies")]
    return [
        Check("credentials", ok=True, message="CallRail accepts the API key."),
        _company(companies, company, is_whole=response.get("total_records") == len(companies)),
    ]


def _company(companies: list[str | None], company: str | None, *, is_whole: bool) -> Check:
    if company and company not in companies:
        if not is_whole:
            message = "The account has too many companies to look through all of them."
            return Check("company", ok=None, message=message)
        return Check("company", ok=False, message="The account has no company with this ID.")
    if company is None and len(companies) != 1:
        message = "The account has several companies. Enter the company ID of yours."
        return Check("company", ok=False, message=message)
    return Check("company", ok=True, message="Lost calls of the company are recovered.")
