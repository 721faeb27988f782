"""Integrations and grants: secrets are written and never shown, and a parent is the organization's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.domain.integrations.model import VENDORS
from eal.vendors.checks import CHECKERS
from eal_dashboard.pages import integrations
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

INTEGRATIONS, GRANTS = "/settings/integrations", "/settings/grants"
PARENT = "org_01kq09bekje6vbq5xe2b60xtwx"


def test_vendors_are_those_of_the_api() -> None:
    assert integrations.VENDORS.keys() == VENDORS.keys()
    for name, vendor in integrations.VENDORS.items():
        assert set(vendor.secrets) == set(VENDORS[name].secrets)
        assert set(vendor.settings) == set(VENDORS[name].settings)


def test_those_that_can_be_checked_are_those_of_the_api() -> None:
    assert set(integrations.CHECKED) == CHECKERS.keys()


@pytest.mark.parametrize(
    ("ok", "heading"),
    [
        (True, "Everything is set up"),
        (False, "Something is not set up"),
        (None, "Not everything could be checked"),
    ],
)
def test_the_results_of_a_check_are_shown(api: FakeApi, ok: bool | None, heading: str) -> None:
    _connected(api, "resend", {}, "api_key")
    checks = [
        {"name": "credentials", "ok": True, "message": "Resend accepts the API key."},
        {"name": "sender_domain", "ok": ok, "message": "About the domain."},
    ]
    api.responses["checkIntegration"] = lambda _: (200, {"checks": checks})

    shown = signed_in().fill(INTEGRATIONS, "checkIntegration")

    assert api.sent("checkIntegration")[0].path == {"vendor": "resend"}
    assert heading in shown.words
    assert "Sender domain" in shown.words
    assert "About the domain." in shown.words


def test_a_check_of_twilio_texts_a_phone(api: FakeApi) -> None:
    _connected(api, "twilio", {}, "api_key_secret")

    signed_in().fill(INTEGRATIONS, "check_twilio", test_phone="(614) 555-0142")

    (sent,) = api.sent("checkIntegration")
    assert (sent.path, sent.body) == ({"vendor": "twilio"}, {"test_phone": "(614) 555-0142"})


def test_what_is_left_empty_keeps_its_value(api: FakeApi) -> None:
    signed_in().fill(
        INTEGRATIONS,
        "connect_callrail",
        **{"settings.account_id": "ACC1", "settings.company_id": "", "secrets.api_key": "secret-1"},
    )
    (sent,) = api.sent("putIntegration")
    assert sent.path == {"vendor": "callrail"}
    assert sent.body == {"settings": {"account_id": "ACC1"}, "secrets": {"api_key": "secret-1"}}


def test_a_refused_secret_is_not_shown_again(api: FakeApi) -> None:
    fields = [{"location": "body", "pointer": "/secrets/signing_key", "message": "It is too short."}]
    api.responses["putIntegration"] = lambda _: (
        422,
        {"error": {"code": "validation_error", "message": "No.", "details": {"fields": fields}}},
    )
    shown = signed_in().fill(INTEGRATIONS, "connect_callrail", **{"secrets.signing_key": "hunter2"})

    assert shown.status == 422
    assert "It is too short." in shown.words
    assert "hunter2" not in shown.text
    assert 'class="masked"' in shown.text


def test_a_grant_is_for_the_own_parent(api: FakeApi) -> None:
    assert 'value="putGrant"' not in signed_in().get(GRANTS).text  # there is no parent
    status, organization = examples()["getOwnOrganization"]
    api.responses["getOwnOrganization"] = lambda _: (
        status,
        {**organization, "parent_organization_id": PARENT},
    )
    signed_in().fill(GRANTS, "putGrant", resources=["leads"], expires_at="2026-12-24T18:00")
    (sent,) = api.sent("putGrant")
    assert sent.path == {"parent_id": PARENT}
    assert sent.body == {"resources": ["leads"], "expires_at": "2026-12-25T00:00:00.000Z"}


def test_a_child_without_a_grant_has_no_figures(api: FakeApi) -> None:
    _, page = examples()["listOrganizations"]
    child = {**page["data"][0], "name": "Summit North", "grants": []}
    api.responses["listOrganizations"] = lambda _: (200, {"data": [child], "next_cursor": None})
    api.responses["getRollup"] = lambda _: (200, {"data": [], "next_cursor": None})
    assert "Summit North" in signed_in().get(GRANTS).words
    assert "Nothing: it has given no grant" in signed_in().get(GRANTS).words


def _connected(api: FakeApi, vendor: str, settings: dict[str, str], *secrets: str) -> None:
    (example,) = examples()["listIntegrations"][1]["data"]
    integration = {
        **example,
        "vendor": vendor,
        "settings": settings,
        "secrets": {
            name: {"set": name in secrets, "updated_at": None, "previous_accepted_until": None}
            for name in integrations.VENDORS[vendor].secrets
        },
    }
    api.responses["listIntegrations"] = lambda _: (200, {"data": [integration], "next_cursor": None})


def test_a_vendor_without_what_it_needs_is_not_complete(api: FakeApi) -> None:
    _connected(api, "resend", {}, "api_key")
    words = signed_in().get(INTEGRATIONS).words

    assert "Not complete" in words
    missing = integrations.VENDORS["resend"].secrets["signing_secret"]
    assert f"It does not work yet. Still missing: {missing}." in words


def test_a_vendor_with_what_it_needs_shows_its_health(api: FakeApi) -> None:
    _connected(api, "resend", {}, "api_key", "signing_secret")
    words = signed_in().get(INTEGRATIONS).words

    assert "Not complete" not in words
    assert "Still missing" not in words
