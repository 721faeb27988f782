"""Steps that a new organization still has to take. Each step is derived from data; nobody ticks one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal_dashboard.page import Call
from eal_dashboard.pages import integrations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal_dashboard.operations import Json


@dataclass(frozen=True)
class OnboardingStep:
    title: str
    text: str
    page: str
    is_done: bool
    request: tuple[str, str]
    """Method and path of the request that does the same."""
    body: str = ""


def _first(webhooks: Json) -> Mapping[str, str] | None:
    return {"webhook_id": webhooks["data"][0]["id"]} if webhooks["data"] else None


CALLS = {
    "keys": Call("listApiKeys", fixed={"limit": "100"}, optional=True),
    "integrations": Call("listIntegrations", optional=True),
    "members": Call("listMembers", fixed={"limit": "100"}, optional=True),
    "organization": Call("getOwnOrganization", optional=True),
    "first_call": Call("listCalls", fixed={"limit": "1"}, optional=True),
    "delivered": Call(
        "listWebhookDeliveries",
        fixed={"limit": "1", "status": "succeeded"},
        depends_on="webhooks",
        targets=_first,
        optional=True,
    ),
}
"""`webhooks` is a call of the page itself, oldest first, so that a later endpoint undoes no step."""


def steps(values: Json) -> list[OnboardingStep]:
    """The steps; none if all are done, or if the member's role or a missing response does not let us know."""
    needed = ("keys", "integrations", "members", "organization", "first_call", "webhooks")
    if any(values[name] is None for name in needed):
        return []
    found = _steps(values)
    return [] if all(step.is_done for step in found) else found


def _steps(values: Json) -> list[OnboardingStep]:
    keys, settings = values["keys"]["data"], values["organization"]["settings"]
    admins = [member for member in values["members"]["data"] if member["role"] in ("owner", "admin")]
    return [
        OnboardingStep(
            "Create an API key",
            "It is shown once. Keep it where your other secrets are.",
            "/settings/api-keys/new",
            bool(keys),
            ("POST", "/api-keys"),
            '{"name": "Website", "scopes": ["read", "write"]}',
        ),
        OnboardingStep(
            "Send a first request",
            "The list of keys shows when each was last used.",
            "/settings/api-keys",
            any(api_key["last_used"] for api_key in keys),
            ("GET", "/health"),
        ),
        OnboardingStep(
            "Connect CallRail",
            "You get addresses to enter in CallRail, and enter its signing key here.",
            "/settings/integrations",
            any(_is_connected(integration) for integration in values["integrations"]["data"]),
            ("PUT", "/integrations/callrail"),
            '{"secrets": {"signing_key": "from CallRail"}}',
        ),
        OnboardingStep(
            "Receive a first call",
            "Call your tracking number. The call appears a moment after you hang up.",
            "/calls",
            bool(values["first_call"]["data"]),
            ("GET", "/calls"),
        ),
        OnboardingStep(
            "Register a webhook endpoint, and receive a first event",
            "A test event shows whether your endpoint responds. This step is done when it has accepted a real event, "
            "such as that of a first call.",
            "/settings/webhooks",
            bool(values["delivered"] and values["delivered"]["data"]),
            ("POST", "/webhooks"),
            '{"url": "https://example.com/hooks", "events": ["*"]}',
        ),
        OnboardingStep(
            "Set business hours, service area and who is on call",
            "They decide whether a call is dispatched, and to whom.",
            "/settings/organization",
            bool(settings["business_hours"] and settings["service_area"] and settings["on_call"]),
            ("PATCH", "/organizations/me"),
            '{"settings": {"business_hours": {"mon": [["08:00", "17:00"]]}}}',
        ),
        OnboardingStep(
            "Invite a second admin",
            "Then nobody is locked out if one of you is away.",
            "/settings/members",
            len(admins) > 1,
            ("POST", "/organizations/me/members"),
            '{"email": "sam@example.com", "role": "admin"}',
        ),
    ]


def _is_connected(integration: Json) -> bool:
    return integration["vendor"] == "callrail" and not integrations.lacking(integration)
