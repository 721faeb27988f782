"""Settings, integrations: the vendors that can be connected, where they send their events, and how they fare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

PATH = "/settings/integrations"


@dataclass(frozen=True)
class Vendor:
    """A vendor, as a person needs to know it. A test compares the names with eal.domain.integrations.model."""

    name: str
    text: str
    secrets: dict[str, str]
    settings: dict[str, str]
    needs: tuple[str, ...]
    """Secrets and settings without which nothing arrives or is sent."""
    where: str = ""
    """Place where the vendor shows its receiver addresses and secrets."""


VENDORS = {
    "callrail": Vendor(
        "CallRail",
        "Calls, their recordings and transcripts, texts and forms.",
        {"signing_key": "Signing key", "api_key": "API key"},
        {"account_id": "Account ID", "company_id": "Company ID"},
        ("signing_key",),
        "In CallRail, open Settings, Integrations, Webhooks. The signing key is on the same page.",
    ),
    "resend": Vendor(
        "Resend",
        "Sends the e-mails of outreach, and receives their replies.",
        {"api_key": "API key", "signing_secret": "Signing secret"},
        {},
        ("api_key", "signing_secret"),
        "In Resend, open Webhooks, add the address, and select every event of e-mails.",
    ),
    "twilio": Vendor(
        "Twilio",
        "Texts and calls the person on call, from your own account.",
        {"api_key_secret": "Secret of the API key", "auth_token": "Auth token"},
        {"account_sid": "Account SID", "api_key_sid": "SID of the API key", "alert_number": "Alert number"},
        ("account_sid", "api_key_sid", "alert_number", "api_key_secret"),
        "In Twilio, open Account, API keys, and create one. The alert number is one of yours that can text and call, "
        "such as +16145550100. With the auth token of the account, people can answer by a text or by a key: enter the "
        "receiver address at the alert number in Twilio, where a message comes in.",
    ),
    "google_business": Vendor(
        "Google Business",
        "Reads your reviews, and publishes approved replies.",
        {"client_secret": "Client secret", "refresh_token": "Refresh token"},
        {"client_id": "Client ID", "account_id": "Account ID", "location_id": "Location ID"},
        ("client_id", "client_secret", "refresh_token"),
        "Create an OAuth client in the Google Cloud console.",
    ),
    "stripe": Vendor(
        "Stripe",
        "Subscription and payment events.",
        {"signing_secret": "Signing secret"},
        {},
        ("signing_secret",),
        "In Stripe, open Developers, Webhooks, and add the address.",
    ),
    "crm": Vendor(
        "CRM",
        "Receives your leads at an address of your own, signed.",
        {"signing_secret": "Signing secret"},
        {"url": "Address"},
        ("url", "signing_secret"),
    ),
}


CHECKED = ("callrail", "resend", "twilio")
"""Vendors that can be asked whether they accept what was entered. A test compares them with eal.vendors.checks."""


def _form(key: str, vendor: Vendor) -> Form:
    return Form(
        "putIntegration",
        (
            *(Field(f"settings.{name}", label=text, hint="") for name, text in vendor.settings.items()),
            *(
                Field(
                    f"secrets.{name}",
                    label=text,
                    hint="Leave empty to keep the current value.",
                    widget="secret",
                )
                for name, text in vendor.secrets.items()
            ),
        ),
        name=f"connect_{key}",
        submit="Save",
        done=f"{vendor.name} was saved.",
    )


def lacking(integration: Json) -> list[str]:
    """The labels of what the vendor needs and the integration does not have yet."""
    vendor = VENDORS.get(integration["vendor"])
    if vendor is None:  # added to the API since
        return []
    labels = vendor.settings | vendor.secrets
    has = {name for name, secret in integration["secrets"].items() if secret["set"]}
    has |= {name for name, value in integration["settings"].items() if value}
    return [labels[name] for name in vendor.needs if name not in has]


def _prepare(values: Json) -> Json:
    connected = {integration["vendor"]: integration for integration in values["integrations"]["data"]}
    for key, vendor in VENDORS.items():
        form, integration = values["forms"][f"connect_{key}"], connected.get(key)
        for name in vendor.settings:
            field = form.fields[f"settings.{name}"]
            field.value = field.value or str((integration or {}).get("settings", {}).get(name) or "")
        if integration is None:
            for name in vendor.secrets:
                form.fields[f"secrets.{name}"].hint = ""
    return {
        "vendors": [(key, vendor, connected.get(key)) for key, vendor in VENDORS.items()],
        "lacking": {key: lacking(integration) for key, integration in connected.items()},
        "checked": CHECKED,
    }


PAGES = (
    Page(
        path=PATH,
        title="Integrations",
        template="integrations.html",
        group="Settings",
        nav="Integrations",
        icon="integrations",
        calls={"integrations": Call("listIntegrations", fixed={"limit": "50"})},
        forms=(
            *(_form(key, vendor) for key, vendor in VENDORS.items()),
            Form("checkIntegration", submit="Check", result="integrations_checked.html"),
            Form(
                "checkIntegration",
                (Field("test_phone", label="Text this number", hint="A text that says that it is a test."),),
                name="check_twilio",
                submit="Check",
                result="integrations_checked.html",
            ),
            Form(
                "deleteIntegration",
                submit="Disconnect",
                done="The integration was deleted with its secrets.",
                is_dangerous=True,
            ),
        ),
        prepare=_prepare,
    ),
)
