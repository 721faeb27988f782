"""Alerts: who was told about a call, whether anybody is being told, and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import FakeApi, examples

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

CALL = "/calls/call_01kq09bekje6vbq5xe2b60xtwz"
PAGE = "/settings/organization"
NOBODY = "Nobody is being told."
OFF = "This platform alerts nobody. Your systems are told by webhook."


def alert(**changes: Any) -> Json:
    return {**examples()["listAlerts"][1]["data"][0], **changes}


def shown(api: FakeApi, *alerts: Json, **dispatch: Any) -> str:
    """The page of a call with these alerts, newest first, as text. `dispatch` are changes of its dispatch."""
    body = examples()["getCall"][1]
    body["dispatch"] |= dispatch
    api.responses["getCall"] = lambda _: (200, body)
    api.responses["listAlerts"] = lambda _: (200, {"data": list(alerts), "next_cursor": None})
    return signed_in().get(CALL).words


def test_the_attempts_are_shown_in_their_order(api: FakeApi) -> None:
    refused = {"code": "21610", "message": "The person has opted out of texts."}
    failed = alert(status="failed", error=refused, outcome=None, outcome_via=None, sent_at=None)
    called = alert(
        status="no_answer", channel="voice", outcome=None, outcome_via=None, duplicate_possible=True
    )

    words = shown(api, called, failed)

    assert api.sent("listAlerts")[0].query["call_id"] == CALL.rpartition("/")[2]
    assert "Text to Ann Failed The person has opted out of texts." in words
    assert "Phone call to Ann No answer It may have arrived twice." in words
    assert words.index("Text to Ann") < words.index("Phone call to Ann")
    assert NOBODY not in words


@pytest.mark.parametrize(
    ("via", "words"),
    [("sms", "by a text"), ("voice", "by a key during the phone call"), ("link", "by the link")],
)
def test_it_is_said_how_an_alert_was_answered(api: FakeApi, via: str, words: str) -> None:
    assert f"Text to Ann Acknowledged Answered {words}." in shown(api, alert(outcome_via=via))


def test_it_is_said_if_nobody_is_being_told(api: FakeApi) -> None:
    skipped = {"status": "skipped", "sent_at": None}
    words = shown(
        api,
        alert(**skipped, channel="email", skipped_reason="no_email"),
        alert(**skipped, skipped_reason="twilio_missing"),
    )

    assert NOBODY in words
    assert "Twilio is not connected." in words
    assert "The rota has no e-mail address of this person." in words


def test_it_is_said_if_there_is_nobody_to_tell(api: FakeApi) -> None:
    words = shown(api, assigned_to=None, assigned_phone=None, escalation=None, action="needs_review")

    assert f"{NOBODY} Nobody is on call, and no number of last resort is set." in words


@pytest.mark.parametrize("status", ["delivered", "completed", "no_answer", "busy"])
def test_a_text_or_call_that_reached_the_phone_tells_somebody(api: FakeApi, status: str) -> None:
    assert NOBODY not in shown(api, alert(status=status))
    assert NOBODY in shown(api, alert(status="undelivered"))


def test_nothing_is_claimed_before_the_first_alert(api: FakeApi) -> None:
    assert NOBODY not in shown(api)


def test_alerts_of_an_earlier_decision_tell_nobody_now(api: FakeApi) -> None:
    old = alert(created_at="2026-04-24T16:00:00.000Z")

    assert NOBODY in shown(api, old, assigned_phone=None, escalation=None)


def test_it_is_said_if_alerts_are_off(api: FakeApi) -> None:
    words = shown(api, alerts_people=False)

    assert OFF in words
    assert NOBODY not in words


@pytest.mark.parametrize("alerts_people", [True, False])
def test_nothing_is_said_once_somebody_has_the_call(api: FakeApi, alerts_people: bool) -> None:
    taken = {
        "acknowledged_at": "2026-04-24T17:43:00.000Z",
        "acknowledged_by": "Ann",
        "acknowledged_via": "link",
    }

    words = shown(api, **taken, alerts_people=alerts_people)

    assert "by Ann, by the link of an alert" in words
    assert OFF not in words
    assert NOBODY not in words


def test_the_alerts_of_a_call_that_cannot_be_read_are_left_out(api: FakeApi) -> None:
    body = examples()["getCall"][1]
    api.responses["getCall"] = lambda _: (200, body)
    api.responses["listAlerts"] = lambda _: (503, {"error": {"code": "unavailable", "message": "Later."}})

    page = signed_in().get(CALL)

    assert page.status == 200
    assert NOBODY not in page.words


def test_a_person_passes_a_call_on(api: FakeApi) -> None:
    done = signed_in().fill(CALL, "declineDispatch", reason="No van.")

    assert api.sent("declineDispatch")[0].body == {"reason": "No van."}
    assert done.status == 303


def test_the_settings_are_sent_as_a_whole(api: FakeApi) -> None:
    fields = {
        "settings.dispatch.acknowledge_minutes": "5",
        "settings.dispatch.max_open_per_person": "",
        "settings.dispatch.alerts.enabled": "true",
        "settings.dispatch.alerts.consent": "true",
        "settings.dispatch.alerts.steps.channel": ["sms", "voice", ""],
        "settings.dispatch.alerts.steps.after_seconds": ["0", "90", ""],
        "settings.dispatch.alerts.last_resort": "(312) 555-0121\n+13125550122",
        "settings.dispatch.alerts.detail": "minimal",
    }

    done = signed_in().fill(PAGE, "alerts", **fields)

    assert done.status == 303, done.words
    (sent,) = api.sent("updateOwnOrganization")
    assert sent.body == {
        "settings": {
            "dispatch": {
                "acknowledge_minutes": 5,
                "max_open_per_person": None,
                "alerts": {
                    "enabled": True,
                    "consent": True,
                    "steps": [
                        {"channel": "sms", "after_seconds": 0},
                        {"channel": "voice", "after_seconds": 90},
                    ],
                    "last_resort": ["(312) 555-0121", "+13125550122"],
                    "detail": "minimal",
                },
            }
        }
    }


def test_the_missing_consent_is_said_at_its_box(api: FakeApi) -> None:
    message = "Must be true to turn alerts on."
    fields = [
        {"pointer": "/settings/dispatch/alerts/consent", "message": message, "type": "consent_required"}
    ]
    error = {"code": "validation_failed", "message": message, "details": {"fields": fields}}
    api.responses["updateOwnOrganization"] = lambda _: (422, {"error": error})

    refused = signed_in().fill(PAGE, "alerts", **{"settings.dispatch.alerts.enabled": "true"})

    assert refused.status == 422
    assert message in refused.words


def test_a_person_on_the_rota_has_an_address_for_alerts(api: FakeApi) -> None:
    rota = "settings.on_call.0"
    row = {"name": "Ann", "phone": "+13125550111", "email": "ann@example.com", "from": "00:00", "to": "24:00"}
    fields: dict[str, Any] = {f"{rota}.{name}": value for name, value in row.items()}

    signed_in().fill(PAGE, "hours", **fields, **{f"{rota}.days": ["mon"]})

    (sent,) = api.sent("updateOwnOrganization")
    assert sent.body is not None
    assert sent.body["settings"]["on_call"] == [{**row, "days": ["mon"]}]


ANN = {"name": "Ann", "phone": "+13125550111", "days": ["mon"], "from": "00:00", "to": "24:00", "email": None}
TWILIO = {
    "vendor": "twilio",
    "settings": {"account_sid": "AC1", "api_key_sid": "SK1", "alert_number": "+16145550100"},
    "secrets": {"api_key_secret": {"set": True}},
}
RESEND = {
    "vendor": "resend",
    "settings": {},
    "secrets": {"api_key": {"set": True}, "signing_secret": {"set": False}},
}
MAIL = [{"channel": "email", "after_seconds": 0}]
SENDER = {"name": "Acme", "email": "a@example.com", "postal_address": "1 Main St"}
REACHABLE: list[tuple[dict[str, Any], dict[str, Any], list[Any]]] = [
    ({"enabled": False}, {"on_call": []}, []),
    ({}, {"on_call": [ANN]}, [TWILIO]),
    ({"last_resort": ["+13125550121"]}, {"on_call": []}, [TWILIO]),
    ({}, {"on_call": [{**ANN, "email": "ann@example.com"}], "sender": SENDER}, [RESEND]),
    ({"steps": MAIL}, {"on_call": [{**ANN, "email": "ann@example.com"}], "sender": SENDER}, [RESEND]),
]
UNREACHABLE: list[tuple[dict[str, Any], dict[str, Any], list[Any], str]] = [
    ({}, {"on_call": []}, [TWILIO], "Nobody is on call, and no number of last resort is set."),
    ({}, {"on_call": [ANN]}, [], "Twilio is not connected, or something is missing there."),
    (
        {},
        {"on_call": [ANN]},
        [{**TWILIO, "secrets": {"api_key_secret": {"set": False}}}],
        "Twilio is not connected",
    ),
    ({}, {"on_call": [ANN], "sender": SENDER}, [RESEND], "Twilio is not connected"),
    ({"steps": MAIL}, {"on_call": [ANN], "sender": SENDER}, [RESEND, TWILIO], "Only e-mails are set"),
]


def overview(api: FakeApi, alerts: dict[str, Any], settings: dict[str, Any], connected: list[Any]) -> str:
    status, body = examples()["getOwnOrganization"]
    dispatch = body["settings"]["dispatch"]
    changed = {
        "dispatch": {**dispatch, "alerts": {**dispatch["alerts"], "enabled": True, **alerts}},
        **settings,
    }
    api.responses["getOwnOrganization"] = lambda _: (
        status,
        {**body, "settings": {**body["settings"], **changed}},
    )
    page = {"data": connected, "next_cursor": None}
    api.responses["listIntegrations"] = lambda _: (200, page)
    return signed_in().get("/").words


@pytest.mark.parametrize(("alerts", "settings", "connected", "reason"), UNREACHABLE)
def test_the_overview_says_if_nobody_can_be_told(
    api: FakeApi, alerts: dict[str, Any], settings: dict[str, Any], connected: list[Any], reason: str
) -> None:
    words = overview(api, alerts, settings, connected)

    assert f"Nobody is being told about emergencies {reason}" in words


@pytest.mark.parametrize(("alerts", "settings", "connected"), REACHABLE)
def test_the_overview_warns_of_nothing_if_somebody_can_be_told(
    api: FakeApi, alerts: dict[str, Any], settings: dict[str, Any], connected: list[Any]
) -> None:
    assert "Nobody is being told" not in overview(api, alerts, settings, connected)


def test_the_overview_claims_nothing_that_it_does_not_know(api: FakeApi) -> None:
    error = {"error": {"code": "unavailable", "message": "Later."}}
    api.responses["listIntegrations"] = lambda _: (503, error)

    assert "Nobody is being told" not in signed_in().get("/").words
