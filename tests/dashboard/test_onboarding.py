"""The steps of the set-up on the overview, and the member's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import SESSION, examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

SET = {
    "business_hours": {"mon": [["08:00", "17:00"]]},
    "service_area": {"center": None, "radius_miles": None, "postal_codes": ["60601"]},
    "on_call": [{"name": "Ann", "phone": "+13125550111", "days": ["mon"], "from": "17:00", "to": "08:00"}],
}
CALLRAIL = {"vendor": "callrail", "settings": {}, "secrets": {"signing_key": {"set": True}}}


def _set_response(api: FakeApi, operation: str, **changes: Any) -> None:
    status, body = examples()[operation]
    api.responses[operation] = lambda _: (status, {**body, **changes})


def _complete(api: FakeApi) -> None:
    _, organization = examples()["getOwnOrganization"]
    _set_response(api, "getOwnOrganization", settings=organization["settings"] | SET)
    _set_response(api, "listIntegrations", data=[CALLRAIL])
    _set_response(api, "listMembers", data=[{"role": "owner"}, {"role": "admin"}])


def test_the_steps_are_gone_when_all_are_done(api: FakeApi) -> None:
    _complete(api)

    assert "Set up Summit Restoration" not in signed_in().get("/").words
    (delivered,) = api.sent("listWebhookDeliveries")
    assert delivered.path == {"webhook_id": "wh_01kq09bekje6vbq5xe2b60xtww"}
    assert delivered.query == {"limit": "1", "status": "succeeded"}


@pytest.mark.parametrize(
    ("operation", "changes", "step"),
    [
        ("listApiKeys", {"data": []}, "Create an API key"),
        ("listApiKeys", {"data": [{"last_used": None}]}, "Send a first request"),
        ("listIntegrations", {"data": [{**CALLRAIL, "vendor": "stripe"}]}, "Connect CallRail"),
        (
            "listIntegrations",
            {"data": [{**CALLRAIL, "secrets": {"signing_key": {"set": False}, "api_key": {"set": True}}}]},
            "Connect CallRail",
        ),
        ("listCalls", {"data": []}, "Receive a first call"),
        ("listWebhooks", {"data": []}, "Register a webhook endpoint"),
        ("listWebhookDeliveries", {"data": []}, "Register a webhook endpoint"),
        ("getOwnOrganization", {}, "Set business hours"),
        ("listMembers", {"data": [{"role": "owner"}, {"role": "viewer"}]}, "Invite a second admin"),
    ],
)
def test_a_step_is_open_until_it_has_happened(
    operation: str, changes: dict[str, Any], step: str, api: FakeApi
) -> None:
    _complete(api)
    api.responses.pop(operation, None)
    _set_response(api, operation, **changes)

    shown = signed_in().get("/")

    assert "Set up Summit Restoration" in shown.words
    assert step in shown.words
    assert f"{step} (done)" not in shown.words


def test_without_an_admins_role_or_a_response_no_step_is_shown(api: FakeApi) -> None:
    assert "Set up" not in signed_in("member").get("/").words
    api.responses["listApiKeys"] = lambda _: (503, {"error": {"code": "unavailable", "message": "Later."}})
    assert "Set up" not in signed_in().get("/").words


def test_an_account_lists_the_sessions_of_the_member_that_the_api_names(api: FakeApi) -> None:
    shown = signed_in().get("/account")

    assert api.sent("listMemberSessions")[0].path == {"member_id": SESSION["member"]["id"]}
    assert "Summit Chicago" in shown.words
    assert "This session" in shown.words


def test_a_member_ends_another_session_of_the_own(api: FakeApi) -> None:
    _, body = examples()["listMemberSessions"]
    other = {**body["data"][0], "id": "ses_01kq09bekje6vbq5xe2b60xtwx", "is_current": False}
    _set_response(api, "listMemberSessions", data=[*body["data"], other])

    done = signed_in("viewer").fill("/account", "endOwnSession")

    assert done.status == 303
    assert api.sent("endMemberSession")[0].path == {
        "member_id": SESSION["member"]["id"],
        "session_id": "ses_01kq09bekje6vbq5xe2b60xtwx",
    }
