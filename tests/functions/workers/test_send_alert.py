"""A person on call is told about a dispatch, step by step, until somebody takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import alerts, dispatch
from tests.support.alerts import ALERT_NUMBER, ANN, BEN, SENDER
from tests.support.callrail import actions, events, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.time import freeze
from tests.support.vendor_apis import ResendApi, Trouble, TwilioApi, serving
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioApi]:
    with alerts.twilio(monkeypatch) as served:
        yield served


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return freeze(monkeypatch)


def steps(tenant: Tenant, call_id: str) -> list[tuple[str, str, int]]:
    return [(alert["channel"], alert["status"], alert["level"]) for alert in alerts.alerts(tenant, call_id)]


def run(time: Clock, **span: float) -> None:
    """Let time pass, and carry out the steps that are due then."""
    time.advance(**span)
    messages = alerts.waiting()
    assert alerts.send(*messages) == []
    Pipeline().run()


def test_the_person_is_texted_called_and_mailed(
    tenant: Tenant, api: TwilioApi, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body={"secrets": {"api_key": "re_123"}})
    resend = ResendApi("resend", "Bearer re_123")
    api.phones.now = time.now
    with serving(resend, monkeypatch):
        call_id = alerts.asked(tenant)
        assert steps(tenant, call_id) == [("sms", "sent", 0)]
        for seconds in (59, 1, 60, 180):
            run(time, seconds=seconds)

    assert steps(tenant, call_id) == [
        ("sms", "sent", 0),
        ("voice", "sent", 0),
        ("email", "sent", 0),
        ("voice", "sent", 0),
    ]
    (text,), (first, _) = api.phones.messages, api.phones.calls
    caller = dispatch.shown(tenant, call_id)["caller_number"]
    shown = f"({caller[2:5]}) {caller[5:8]}-{caller[8:]}"
    start = f"EMERGENCY: water damage, ZIP 94601. Caller {shown}. Take it or pass it on: https://"
    assert (text["to"], text["from"]) == (ANN["phone"], ALERT_NUMBER)
    assert text["body"].startswith(start)
    assert len(text["body"]) <= 300
    assert text["body"].isascii(), "other characters would be billed as twice as many segments"
    assert first["to"] == ANN["phone"]
    assert first["twiml"].count("Emergency. Water damage. ZIP code 9 4 6 0 1.") == 3
    (mail,) = resend.sending.sent.values()
    assert (mail["to"], mail["from"]) == (["ann@example.com"], f"Acme <{SENDER['email']}>")
    assert mail["subject"] == "EMERGENCY: water damage, ZIP 94601"
    assert alerts.link_in(mail["text"]) != alerts.link_in(text["body"])
    assert "within 10 minutes" in mail["text"]
    for told in (text["body"], first["twiml"], mail["text"]):
        assert "Dana" not in told, "no alert names the customer"


def test_each_attempt_is_audited_and_told(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)

    call_id = alerts.asked(tenant)

    (alert,) = alerts.alerts(tenant, call_id)
    assert (alert["vendor"], alert["vendor_id"]) == ("twilio", api.phones.messages[0]["sid"])
    assert (alert["tries"], alert["segments"], alert["duplicate_possible"]) == (1, 2, False)
    assert actions("alert", tenant.id) == ["alert.requested", "alert.sent"]
    assert events("dispatch.alert.updated", tenant.id) == [alert]
    audited = [record for record in stored("AUDIT", tenant.id) if str(record["action"]).startswith("alert.")]
    for secret in (str(ANN["phone"]), str(ANN["email"]), alerts.SECRET):
        assert secret not in str(audited)


def test_nobody_is_alerted_unless_it_is_turned_on(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant, alerts={"enabled": False})
    alerts.connect(tenant.admin)

    call_id = alerts.asked(tenant)

    assert dispatch.shown(tenant, call_id)["dispatch"]["alerts_people"] is False
    assert (alerts.alerts(tenant, call_id), api.requests, alerts.waiting()) == ([], [], [])
    assert [task for task in stored("TASK", tenant.id) if task["task"] == "send_alert"] == []


def test_without_a_channel_it_says_so_and_asks_nobody_faster(tenant: Tenant, time: Clock) -> None:
    alerts.set_up(tenant, on_call=[BEN, ANN])

    call_id = alerts.asked(tenant)
    for _ in range(4):
        run(time, seconds=0)

    found = alerts.alerts(tenant, call_id)
    assert [(alert["channel"], alert["skipped_reason"]) for alert in found] == [
        ("sms", "twilio_missing"),
        ("voice", "twilio_missing"),
        ("email", "no_email"),
        ("voice", "twilio_missing"),
    ]
    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben", "the rota is not used up"


def test_a_missing_key_or_sender_of_email_is_named(tenant: Tenant, time: Clock) -> None:
    alerts.set_up(tenant, alerts={"steps": [{"channel": "email", "after_seconds": 0}]})
    first = alerts.asked(tenant)
    secrets = {"secrets": {"api_key": "re_123"}}
    call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body=secrets)
    call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": {"sender": None}})
    second = alerts.asked(tenant)

    reasons = [alerts.alerts(tenant, call_id)[0]["skipped_reason"] for call_id in (first, second)]

    assert reasons == ["resend_missing", "sender_missing"]


def test_the_next_person_is_alerted_when_the_time_is_up(tenant: Tenant, api: TwilioApi, time: Clock) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    call_id = alerts.asked(tenant)
    time.advance(minutes=10)

    assert dispatch.escalate(dispatch.escalation(tenant, call_id, 1, 0)) == []
    Pipeline().run()

    assert [text["to"] for text in api.phones.messages] == [ANN["phone"], BEN["phone"]]
    before = len(api.phones.calls)
    assert alerts.send(*[message for message in alerts.waiting() if message["level"] == 0]) == []
    assert len(api.phones.calls) == before, "the first person's later steps are dropped"


def test_nobody_is_alerted_after_somebody_took_it(tenant: Tenant, api: TwilioApi, time: Clock) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    call_id = alerts.asked(tenant)
    path = f"/v1/calls/{call_id}/dispatch/acknowledge"
    assert call("POST", path, key=tenant.write).json["dispatch"]["acknowledged_via"] == "api"

    for _ in range(3):
        run(time, minutes=2)

    assert (len(api.phones.messages), api.phones.calls) == (1, [])


def test_a_number_that_cannot_be_reached_is_passed_over_at_once(
    tenant: Tenant, api: TwilioApi, time: Clock
) -> None:
    wrong = {**dispatch.ANN, "phone": "+13125550001"}
    alerts.set_up(tenant, on_call=[wrong, BEN])
    alerts.connect(tenant.admin)

    call_id = alerts.asked(tenant)
    for _ in range(5):
        run(time, seconds=0)

    anns = [alert for alert in alerts.alerts(tenant, call_id) if alert["level"] == 0]
    assert [(alert["status"], (alert["error"] or {}).get("code")) for alert in anns] == [
        ("failed", "21211"),
        ("failed", "21211"),
        ("skipped", None),
        ("failed", "21211"),
    ]
    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben"
    assert api.phones.messages[0]["to"] == BEN["phone"]
    assert "call.escalated" in actions("call", tenant.id)


def test_a_step_that_fails_is_followed_by_the_next_one_at_once(
    tenant: Tenant, api: TwilioApi, time: Clock
) -> None:
    landline = {**dispatch.ANN, "phone": "+13125550004"}
    alerts.set_up(tenant, on_call=[landline, BEN])
    alerts.connect(tenant.admin)

    call_id = alerts.asked(tenant)
    run(time, seconds=0)

    assert steps(tenant, call_id) == [("sms", "failed", 0), ("voice", "sent", 0)]


def test_an_error_is_explained_without_the_number(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    api.authorization = "Basic of-a-new-key"

    call_id = alerts.asked(tenant)

    error = alerts.alerts(tenant, call_id)[0]["error"]
    assert error["code"] == "20003"
    assert "API key" in error["message"]
    assert str(ANN["phone"]) not in str(error)


@pytest.mark.parametrize("trouble", [Trouble(503), Trouble(hang_up=True), Trouble(503, is_late=True)])
def test_a_lost_answer_is_looked_up_before_it_is_repeated(
    tenant: Tenant, api: TwilioApi, trouble: Trouble
) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    api.troubles = [trouble]
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    assert alerts.send(message) != []
    assert alerts.alerts(tenant, call_id)[0]["status"] == "waiting"

    assert alerts.send(message, received=2) == []

    (alert,) = alerts.alerts(tenant, call_id)
    assert len(api.phones.messages) == 1
    assert (alert["status"], alert["vendor_id"]) == ("sent", api.phones.messages[0]["sid"])
    assert alert["duplicate_possible"] is not trouble.is_late
    assert alert["tries"] == (1 if trouble.is_late else 2)


def test_a_vendor_that_throttles_gets_no_look_up(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    api.troubles = [Trouble(429)]
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    assert alerts.send(message) != []

    assert alerts.send(message, received=2) == []

    assert [request.method for request in api.requests] == ["POST", "POST"]
    (alert,) = alerts.alerts(tenant, call_id)
    assert (alert["status"], alert["tries"], alert["duplicate_possible"]) == ("sent", 2, False)


def test_after_three_requests_the_next_step_follows(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    api.troubles = [
        Trouble(503) for _ in range(6)
    ]  # a request, then a look-up and a request twice, and a look-up
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    for received in range(1, 4):
        assert alerts.send(message, received=received) != []

    assert alerts.send(message, received=4) == []

    (alert,) = alerts.alerts(tenant, call_id)
    assert (alert["status"], alert["error"]["code"], alert["tries"]) == ("failed", "gave_up", 3)
    at_once = [later for later in alerts.waiting() if later["step"] == 1 and "due_at" not in later]
    assert alerts.send(*at_once) == []
    assert len(api.phones.calls) == 1


def test_the_last_receive_gives_up_and_goes_on(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    api.troubles = [Trouble(503) for _ in range(3)]
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    assert alerts.send(message) != []

    assert alerts.send(message, received=5) != []

    assert alerts.alerts(tenant, call_id)[0]["error"]["code"] == "gave_up"
    assert [later["step"] for later in alerts.waiting() if "due_at" not in later] == [1]


@pytest.mark.parametrize("number", range(1, 16))
def test_a_kill_at_any_call_loses_no_step_and_repeats_none(
    tenant: Tenant, api: TwilioApi, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Twilio lists what it accepted, so nothing is sent twice."""
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    time = freeze(monkeypatch)
    api.phones.now = time.now
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        try:
            alerts.send(message)
        except Killed:
            killed = True
        else:
            killed = False
    assert killed is (number <= len(calls.made)), calls.made
    time.advance(seconds=120)

    assert alerts.send(message, message, received=2) == []

    (alert,) = alerts.alerts(tenant, call_id)
    assert alert["status"] == "sent"
    assert len(api.phones.messages) == 1
    assert {later["step"] for later in alerts.waiting()} == {1}


def test_a_kill_during_the_request_sends_again_what_twilio_does_not_list(
    tenant: Tenant, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    time = freeze(monkeypatch)
    with monkeypatch.context() as patch:

        def kill(*_: object, **__: object) -> None:
            raise Killed

        patch.setattr("eal.vendors.http.VendorApi.post_form", kill)
        with pytest.raises(Killed):
            alerts.send(message)
    assert alerts.send(message) != [], "another worker may still be making the request"
    time.advance(seconds=21)

    assert alerts.send(message) == []

    (alert,) = alerts.alerts(tenant, call_id)
    assert (alert["status"], alert["tries"], alert["duplicate_possible"]) == ("sent", 2, True)
    assert len(api.phones.messages) == 1


def test_a_message_that_is_delivered_twice_sends_once(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)

    assert alerts.send(message, message) == []

    assert len(api.phones.messages) == len(alerts.alerts(tenant, call_id)) == 1


def test_an_alert_that_was_not_accepted_is_canceled_when_somebody_took_the_call(
    tenant: Tenant, api: TwilioApi
) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    api.troubles = [Trouble(503)]
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    assert alerts.send(message) != []
    call("POST", f"/v1/calls/{call_id}/dispatch/acknowledge", key=tenant.write)

    assert alerts.send(message, received=2) == []

    assert [alert["status"] for alert in alerts.alerts(tenant, call_id)] == ["canceled"]
    assert api.phones.messages == []


def test_if_nobody_is_on_call_all_numbers_of_last_resort_are_told(
    tenant: Tenant, api: TwilioApi, time: Clock
) -> None:
    numbers = ["+13125550121", "+13125550122"]
    alerts.set_up(tenant, alerts={"last_resort": numbers}, on_call=[])

    alerts.connect(tenant.admin)
    call_id = alerts.asked(tenant)
    run(time, seconds=0)

    assert sorted(text["to"] for text in api.phones.messages) == numbers
    found = alerts.alerts(tenant, call_id)
    assert sorted(alert["recipient"]["name"] for alert in found) == numbers
    run(time, seconds=60)
    assert sorted(made["to"] for made in api.phones.calls) == numbers


def test_if_nobody_answers_the_numbers_of_last_resort_are_told(
    tenant: Tenant, api: TwilioApi, time: Clock
) -> None:
    alerts.set_up(tenant, alerts={"last_resort": ["+13125550121"]}, on_call=[ANN])
    alerts.connect(tenant.admin)
    call_id = alerts.asked(tenant)
    time.advance(minutes=10)

    assert dispatch.escalate(dispatch.escalation(tenant, call_id, 1, 0)) == []
    Pipeline().run()

    assert dispatch.shown(tenant, call_id)["status"] == "needs_review"
    assert [text["to"] for text in api.phones.messages] == [ANN["phone"], "+13125550121"]


def test_numbers_abroad_get_no_text_or_call(tenant: Tenant, api: TwilioApi) -> None:
    jamaican = {**dispatch.ANN, "phone": "+18765550111"}
    alerts.set_up(tenant, on_call=[jamaican])
    alerts.connect(tenant.admin)

    call_id = alerts.asked(tenant)

    assert alerts.alerts(tenant, call_id)[0]["skipped_reason"] == "country"
    assert api.requests == []


def test_minimal_alerts_say_only_that_a_call_waits(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant, alerts={"detail": "minimal"})
    alerts.connect(tenant.admin)

    alerts.asked(tenant)

    (text,) = api.phones.messages
    assert text["body"].startswith("EMERGENCY: a call waits for you. Take it or pass it on: https://")


def test_what_is_no_emergency_is_limited_in_ten_minutes(tenant: Tenant, api: TwilioApi) -> None:
    calm = "Caller: We found some mold in the attic and want somebody to look at it this week."
    alerts.set_up(tenant, business_hours={}, on_call=[ANN])
    alerts.connect(tenant.admin)
    high = {"intent": "mold", "urgency": "high", "qualified": True}
    call_ids = []
    for _ in range(7):
        call_id = dispatch.dispatched_call(tenant, phone_call=Call.new(), transcription=calm)
        path = f"/v1/calls/{call_id}/classification"
        assert call("PATCH", path, key=tenant.write, json_body=high).status == 200
        Pipeline().run()
        call_ids.append(call_id)

    reasons = [alerts.alerts(tenant, call_id)[0]["skipped_reason"] for call_id in call_ids]

    assert reasons == [None] * 6 + ["limit"]
    emergency = alerts.asked(tenant)
    assert alerts.alerts(tenant, emergency)[0]["status"] == "sent"


def test_test_mode_reaches_nobody_and_behaves_as_the_number_says(
    tenant: Tenant, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.connect(tenant.test_admin)
    outcomes = {}
    for ending in ("0006", "0001", "0112", "0113", "0114"):
        person = {**dispatch.ANN, "phone": f"+1500555{ending}"}
        alerts.set_up(tenant, on_call=[person])
        call_id = dispatch.received_call(tenant.test_admin)
        dispatch.classify(tenant, call_id, "test")
        message = alerts.first_message(tenant, call_id, "test")
        for received in range(1, 4):
            if not alerts.send(message, received=received):
                break
        alert = alerts.alerts(tenant, call_id, tenant.test_admin)[0]
        outcomes[ending] = (alert["status"], alert["tries"], alert["duplicate_possible"])

    assert outcomes == {
        "0006": ("sent", 1, False),
        "0001": ("failed", 1, False),
        "0112": ("sent", 1, False),
        "0113": ("sent", 2, True),
        "0114": ("sent", 3, False),
    }
    assert api.requests == []
