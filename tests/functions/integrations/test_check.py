"""POST /v1/integrations/{vendor}/check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.vendors.twilio.checking import TEST_TEXT
from tests.support import alerts, twilio
from tests.support.alerts import ALERT_NUMBER
from tests.support.callrail import actions
from tests.support.http import ApiResponse, call
from tests.support.time import freeze
from tests.support.twilio import Webhook
from tests.support.vendor_apis import CallrailApi, ResendApi, Trouble, TwilioApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant

CREDENTIALS = ("credentials", True)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioApi]:
    with alerts.twilio(monkeypatch) as served:
        yield served


def check(vendor: str, key: str, **body: str) -> ApiResponse:
    return call("POST", f"/v1/integrations/{vendor}/check", key=key, json_body=body or None)


def results(vendor: str, key: str) -> list[tuple[str, bool | None]]:
    response = check(vendor, key)
    assert response.status == 200, response.text
    return [(each["name"], each["ok"]) for each in response.json["checks"]]


def number(**changes: Any) -> dict[str, Any]:
    capabilities = {"sms": True, "voice": True, "mms": True}
    known = {
        "phone_number": ALERT_NUMBER,
        "capabilities": capabilities,
        "sms_url": "",
        "sms_application_sid": "",
    }
    return {**known, **changes}


def connect(key: str, vendor: str, settings: dict[str, str] | None = None, **secrets: str) -> None:
    body = {"settings": settings or {}, "secrets": secrets}
    assert call("PUT", f"/v1/integrations/{vendor}", key=key, json_body=body).status == 200


def test_a_twilio_that_is_set_up_has_no_fault(tenant: Tenant, api: TwilioApi) -> None:
    account = twilio.connected(tenant.admin)
    api.phones.numbers = [number(sms_url=f"https://twilio.example.com/{account.id}/message")]
    account.text("+16145550142", "1").send()
    assert twilio.normalise() == []

    assert results("twilio", tenant.admin) == [CREDENTIALS, ("alert_number", True), ("answers", True)]

    (request,) = api.requests
    assert request.query["PhoneNumber"] == ALERT_NUMBER
    assert actions("integration", tenant.id)[-1] == "integration.checked"


@pytest.mark.parametrize(
    ("changes", "name", "ok", "message"),
    [
        ({"phone_number": "+16145550199"}, "alert_number", False, "is not a number of this Twilio account"),
        ({"capabilities": {"sms": False, "voice": True}}, "alert_number", False, "cannot text."),
        ({"capabilities": {}}, "alert_number", False, "cannot text or call."),
        ({"sms_url": "https://demo.twilio.com/welcome"}, "answers", False, "do not arrive here"),
        ({"sms_application_sid": "AP" + "0" * 32}, "answers", None, "An application of Twilio"),
    ],
)
def test_what_is_not_set_up_is_said(
    tenant: Tenant, api: TwilioApi, changes: dict[str, Any], name: str, ok: bool | None, message: str
) -> None:
    twilio.connected(tenant.admin)
    api.phones.numbers = [number(**changes)]

    checks: Any = check("twilio", tenant.admin).json

    (found,) = [each for each in checks["checks"] if each["name"] == name]
    assert found["ok"] is ok
    assert message in found["message"]


@pytest.mark.parametrize(
    ("token", "method", "ok", "message"),
    [
        (None, "POST", None, "The address is right, and nothing has arrived yet"),
        ("of-another-account", "POST", False, "Twilio signs with another auth token"),
        (None, "GET", False, "with the method HTTP POST."),
    ],
)
def test_replies_arrive_only_if_one_has_arrived(
    tenant: Tenant, api: TwilioApi, token: str | None, method: str, ok: bool | None, message: str
) -> None:
    account = twilio.connected(tenant.admin)
    url = f"https://twilio.example.com/{account.id}/message"
    api.phones.numbers = [number(sms_url=url, sms_method=method)]
    if token:
        text = account.text("+16145550142", "1")
        assert Webhook(text.connection_id, text.kind, text.form, token=token).send().status == 401

    checks: Any = check("twilio", tenant.admin).json

    assert (checks["checks"][-1]["name"], checks["checks"][-1]["ok"]) == ("answers", ok)
    assert message in checks["checks"][-1]["message"]


def test_without_the_auth_token_no_answer_arrives(tenant: Tenant, api: TwilioApi) -> None:
    alerts.connect(tenant.admin)
    api.phones.numbers = [number()]

    assert results("twilio", tenant.admin) == [CREDENTIALS, ("alert_number", True), ("answers", False)]


@pytest.mark.parametrize(
    ("trouble", "ok", "message"),
    [
        (Trouble(401, body=b'{"code": 20003}'), False, "Twilio does not accept the API key."),
        (Trouble(401), False, "Twilio does not accept the API key."),
        (Trouble(403, body=b'{"code": 70051}'), None, "The API key may not list the numbers"),
        (
            Trouble(404, body=b'{"code": 20404}'),
            False,
            "Twilio refused the request (error 20404, status 404).",
        ),
        (Trouble(503), None, "Twilio did not answer."),
        (Trouble(429), None, "Twilio did not answer."),
        (Trouble(hang_up=True), None, "Twilio did not answer."),
    ],
)
def test_a_vendor_that_refuses_or_does_not_answer(
    tenant: Tenant, api: TwilioApi, trouble: Trouble, ok: bool | None, message: str
) -> None:
    twilio.connected(tenant.admin)
    api.troubles.append(trouble)

    (only,) = check("twilio", tenant.admin).json["checks"]

    assert (only["name"], only["ok"]) == ("credentials", ok)
    assert only["message"].startswith(message)


def test_an_incomplete_integration_asks_nobody(tenant: Tenant, api: TwilioApi) -> None:
    connect(tenant.admin, "twilio", auth_token=twilio.TOKEN)
    connect(tenant.admin, "resend", signing_secret="whsec_" + "a" * 32)
    connect(tenant.admin, "callrail", signing_key="k" * 20)

    for vendor in ("twilio", "resend", "callrail"):
        assert results(vendor, tenant.admin) == [("credentials", False)]

    assert api.requests == []


@pytest.mark.parametrize(
    ("domains", "ok"),
    [
        ([{"name": "Example.com", "status": "verified"}], True),
        ([{"name": "example.com", "status": "pending"}], False),
        ([{"name": "other.example.com", "status": "verified"}, "x", {}], False),
        ([], False),
    ],
)
def test_resend_has_verified_the_domain_of_the_sender(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, domains: list[Any], ok: bool
) -> None:
    alerts.set_up(tenant)
    connect(tenant.admin, "resend", api_key="re_123")
    with serving(ResendApi("resend", "Bearer re_123", domains=domains), monkeypatch):
        assert results("resend", tenant.admin) == [CREDENTIALS, ("sender_domain", ok)]


def test_a_key_of_resend_that_may_only_send_is_accepted(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(tenant.admin, "resend", api_key="re_123")
    api = ResendApi("resend", "Bearer re_123")
    api.troubles.append(Trouble(401, body=b'{"name": "restricted_api_key"}'))
    with serving(api, monkeypatch):
        assert results("resend", tenant.admin) == [CREDENTIALS, ("sender_domain", None)]


def test_resend_needs_a_sender(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(tenant.admin, "resend", api_key="re_123")
    with serving(ResendApi("resend", "Bearer re_123"), monkeypatch):
        assert results("resend", tenant.admin) == [CREDENTIALS, ("sender_domain", False)]


@pytest.mark.parametrize(
    ("company", "companies", "ok"),
    [
        ("COM1", ["COM1", "COM2"], True),
        ("COM9", ["COM1", "COM2"], False),
        ("COM9", [f"COM{number}" for number in range(10, 300)], None),
        (None, ["COM1"], True),
        (None, ["COM1", "COM2"], False),
    ],
)
def test_callrail_knows_the_company(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    company: str | None,
    companies: list[str],
    ok: bool | None,
) -> None:
    settings = {"account_id": "ACC1", **({"company_id": company} if company else {})}
    connect(tenant.admin, "callrail", settings, api_key="a-key")
    with serving(CallrailApi("callrail", 'Token token="a-key"', companies=companies), monkeypatch):
        assert results("callrail", tenant.admin) == [CREDENTIALS, ("company", ok)]


@pytest.mark.parametrize(("account", "key", "wrong"), [("ACC1", "b", "API key"), ("ACC2", "a", "account ID")])
def test_callrail_refuses_the_key_or_the_account(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, account: str, key: str, wrong: str
) -> None:
    connect(tenant.admin, "callrail", {"account_id": account}, api_key=key)
    with serving(CallrailApi("callrail", 'Token token="a"'), monkeypatch):
        (only,) = check("callrail", tenant.admin).json["checks"]

    assert only["message"] == f"CallRail does not accept the {wrong}."


@pytest.mark.parametrize(
    ("phone", "trouble", "ok", "message"),
    [
        ("+16145550142", None, True, "Twilio has accepted the text."),
        ("+16145550004", None, False, "The person has opted out"),
        ("+16145550142", Trouble(503), None, "Twilio did not answer, so the text may have been sent."),
    ],
)
def test_a_phone_gets_a_test_text(
    tenant: Tenant, api: TwilioApi, phone: str, trouble: Trouble | None, ok: bool | None, message: str
) -> None:
    account = twilio.connected(tenant.admin)
    api.phones.numbers = [number(sms_url=f"https://twilio.example.com/{account.id}/message")]
    api.troubles = [None, trouble]

    checks: Any = check("twilio", tenant.admin, test_phone=phone).json

    assert (checks["checks"][-1]["name"], checks["checks"][-1]["ok"]) == ("test_text", ok)
    assert checks["checks"][-1]["message"].startswith(message)
    assert [text["body"] for text in api.phones.messages] == ([TEST_TEXT] if ok else [])


@pytest.mark.parametrize("phone", ["+442071838750", "+18765550142"])
def test_no_phone_abroad_is_texted(tenant: Tenant, api: TwilioApi, phone: str) -> None:
    twilio.connected(tenant.admin)
    api.phones.numbers = [number()]

    checks: Any = check("twilio", tenant.admin, test_phone=phone).json

    assert checks["checks"][-1]["message"] == "Only numbers of the US and Canada are texted."
    assert api.phones.messages == []


def test_only_twilio_texts(tenant: Tenant) -> None:
    assert check("resend", tenant.admin, test_phone="+16145550142").status == 422
    assert check("twilio", tenant.admin, test_phone="no number").status == 422


def test_test_mode_asks_nobody(tenant: Tenant, api: TwilioApi) -> None:
    alerts.connect(tenant.test_admin)

    assert results("twilio", tenant.test_admin) == [("credentials", None)]
    assert api.requests == []


def test_checks_are_ten_seconds_apart(
    tenant: Tenant, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.connected(tenant.admin)
    time = freeze(monkeypatch)
    assert check("twilio", tenant.admin).status == 200

    refused = check("twilio", tenant.admin)

    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    time.advance(seconds=10)
    assert check("twilio", tenant.admin).status == 200


def test_only_an_admin_checks_and_only_what_is_connected(tenant: Tenant, stranger: Tenant) -> None:
    alerts.connect(stranger.admin)

    assert check("twilio", tenant.write).status == 403
    assert check("twilio", tenant.admin).status == 404
    assert check("stripe", tenant.admin).status == 404
    assert check("unknown", tenant.admin).status == 404
