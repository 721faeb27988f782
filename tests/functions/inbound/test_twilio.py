"""POST /{connection_id}/{kind}: people answer alerts by a text or a key, while Twilio waits."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, observe
from tests.support import alerts, dispatch, twilio
from tests.support.alerts import ACCOUNT, ALERT_NUMBER, ANN_PHONE, BEN_PHONE
from tests.support.aws import INBOUND_BUCKET
from tests.support.callrail import actions, events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.inbound import receive
from tests.support.pipeline import Pipeline, items
from tests.support.time import freeze
from tests.support.twilio import Twilio, Webhook
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.vendor_apis import TwilioApi

EMPTY = "<Response></Response>"
YOURS, PASSED_ON = "You have ", "You passed "


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioApi]:
    with alerts.twilio(monkeypatch) as served:
        yield served


@pytest.fixture
def account(tenant: Tenant) -> Twilio:
    """Twilio, connected to an organization that texts its people on call."""
    alerts.set_up(tenant)
    return twilio.connected(tenant.admin)


def _text_of(api: TwilioApi) -> str:
    return str(api.phones.messages[-1]["body"])


def _code_in(text: str) -> str:
    return text.partition("(code ")[2].partition(")")[0]


def _called(tenant: Tenant, api: TwilioApi) -> tuple[str, dict[str, Any]]:
    """A call about which Ann is called by phone, and the alert of that."""
    alerts.set_up(tenant, alerts={"steps": [{"channel": "voice", "after_seconds": 0}]})
    call_id = alerts.asked(tenant)
    (alert,) = alerts.alerts(tenant, call_id)
    assert (alert["channel"], len(api.phones.calls)) == ("voice", 1)
    return call_id, alert


def test_the_person_takes_the_call_by_a_text(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    call_id = alerts.asked(tenant)
    assert "Reply 1 to take it, 2 to pass it on (code " in _text_of(api)
    assert len(_text_of(api)) <= 300

    response = account.text(ANN_PHONE, "1").send()

    assert (response.status, response.headers["Content-Type"]) == (200, "text/xml")
    words = f"You have call {_code_in(_text_of(api))}. Nobody else is asked. Call the customer now."
    assert f"<Message>{words}</Message>" in response.text
    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["acknowledged_by"], decided["acknowledged_via"]) == ("Ann", "sms")
    (alert,) = alerts.alerts(tenant, call_id)
    assert (alert["outcome"], alert["outcome_via"]) == ("acknowledged", "sms")
    assert events("dispatch.alert.updated", tenant.id)[-1] == alert
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "call.acknowledged"]
    assert record["actor"] == {"type": "vendor", "id": "twilio"}
    before = items()
    assert twilio.normalise() == [], "the worker does the same again"
    assert items() == before


@pytest.mark.parametrize(
    "text", ["1", "Yes", "y", " ok!", "ACK", "take it", "Sí", "si, voy", "1.", "1 please call me"]
)
def test_the_first_word_takes(tenant: Tenant, account: Twilio, api: TwilioApi, text: str) -> None:
    call_id = alerts.asked(tenant)

    assert YOURS in account.text(ANN_PHONE, text).send().text

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_by"] == "Ann"


@pytest.mark.parametrize("text", ["2", "No", "n", "pass", "no puedo", "2!"])
def test_the_first_word_passes_on(tenant: Tenant, account: Twilio, api: TwilioApi, text: str) -> None:
    call_id = alerts.asked(tenant)

    assert PASSED_ON in account.text(ANN_PHONE, text).send().text

    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["assigned_to"], decided["escalation"]["level"]) == ("Ben", 1)
    Pipeline().run()
    assert api.phones.messages[-1]["to"] == BEN_PHONE
    assert twilio.normalise() == []
    assert dispatch.shown(tenant, call_id)["dispatch"] == decided


@pytest.mark.parametrize(
    "text", ["", "12", "11", "What is this?", "STOP", "maybe", "🙂", "x" * 5000, "10", "not me"]
)
def test_any_other_text_is_answered_once_with_how_to_answer(
    tenant: Tenant, account: Twilio, api: TwilioApi, text: str
) -> None:
    call_id = alerts.asked(tenant)

    assert "Reply 1 to take the call" in account.text(ANN_PHONE, text).send().text

    assert EMPTY in account.text(ANN_PHONE, text).send().text, "a phone may answer by itself"
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_if_several_calls_wait_the_reply_asks_for_a_code(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    first = alerts.asked(tenant)
    code = _code_in(_text_of(api))
    second = alerts.asked(tenant, caller_number="+15105550177")
    other_code = _code_in(_text_of(api))
    assert code != other_code

    reply = account.text(ANN_PHONE, "1").send().text

    assert "Which call? Nothing has changed yet." in reply
    assert code in reply
    assert other_code in reply
    for call_id in (first, second):
        assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None
    assert YOURS in account.text(ANN_PHONE, f"1 {code.lower()}").send().text
    assert dispatch.shown(tenant, first)["dispatch"]["acknowledged_by"] == "Ann"
    assert PASSED_ON in account.text(ANN_PHONE, "2").send().text, "one is left"
    assert dispatch.shown(tenant, second)["dispatch"]["assigned_to"] == "Ben"


def test_who_comes_late_is_told_who_has_it(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    call_id = alerts.asked(tenant)
    account.text(ANN_PHONE, "2").send()
    Pipeline().run()
    assert YOURS in account.text(BEN_PHONE, "1").send().text

    assert "Ben has call " in account.text(ANN_PHONE, "1").send().text

    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["acknowledged_by"], decided["acknowledged_via"]) == ("Ben", "sms")


def test_a_number_that_was_asked_nothing_changes_nothing(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    call_id = alerts.asked(tenant)

    assert EMPTY in account.text("+13125550199", "1").send().text

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_an_answer_after_a_day_answers_nothing(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = alerts.asked(tenant)
    freeze(monkeypatch).advance(hours=25)

    assert EMPTY in account.text(ANN_PHONE, "1").send().text

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_a_replayed_text_takes_no_later_call(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    alerts.asked(tenant)
    answered = account.text(ANN_PHONE, "1")
    assert YOURS in answered.send().text
    time.advance(hours=2)
    later = alerts.asked(tenant, caller_number="+15105550177")

    for _ in range(2):
        assert YOURS in answered.send().text
        assert twilio.normalise() == []

    assert dispatch.shown(tenant, later)["dispatch"]["acknowledged_at"] is None


def _two_calls(tenant: Tenant, api: TwilioApi) -> tuple[tuple[str, str], tuple[str, str]]:
    """The ids and codes of two calls about which Ann was texted."""
    first = alerts.asked(tenant)
    code = _code_in(_text_of(api))
    second = alerts.asked(tenant, caller_number="+15105550177")
    return (first, code), (second, _code_in(_text_of(api)))


def test_a_reply_names_the_call_that_it_is_about(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    (first, code), (_, other_code) = _two_calls(tenant, api)
    account.text(ANN_PHONE, f"1 {other_code}").send()
    call(
        "POST",
        f"/v1/calls/{first}/dispatch/acknowledge",
        key=tenant.write,
        json_body={"acknowledged_by": "Cat"},
    )

    reply = account.text(ANN_PHONE, "1").send().text

    assert f"You have call {other_code}." in reply
    assert f"Cat has call {code}." in reply


def test_a_code_of_no_call_changes_nothing(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    call_id = alerts.asked(tenant)
    code = _code_in(_text_of(api))
    wrong = ("2" if code[0] != "2" else "3") + code[1:]

    reply = account.text(ANN_PHONE, f"1 {wrong}").send().text

    assert f"Reply 1 or 2 and the code of the call: {code}." in reply
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_a_text_that_meant_several_calls_takes_none_later(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    (first, _), (second, _) = _two_calls(tenant, api)
    unclear = account.text(ANN_PHONE, "1")
    assert "Which call?" in unclear.send().text
    decided = {"action": "no_action", "reason": "Called back."}
    assert call("POST", f"/v1/calls/{first}/dispatch", key=tenant.write, json_body=decided).status == 200

    assert twilio.normalise() == []
    assert "Which call?" in unclear.send().text

    assert dispatch.shown(tenant, second)["dispatch"]["acknowledged_at"] is None


def test_a_call_that_was_passed_on_does_not_wait_for_that_person(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    first = alerts.asked(tenant)
    code = _code_in(_text_of(api))
    account.text(ANN_PHONE, "2").send()
    second = alerts.asked(tenant, caller_number="+15105550177")

    assert YOURS in account.text(ANN_PHONE, "1").send().text

    assert dispatch.shown(tenant, second)["dispatch"]["acknowledged_by"] == "Ann"
    assert f"You have call {code}." in account.text(ANN_PHONE, f"1 {code}").send().text
    assert dispatch.shown(tenant, first)["dispatch"]["acknowledged_by"] == "Ann"


def test_the_last_one_is_told_that_nobody_else_can_be_asked(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    call_id = alerts.asked(tenant)
    code = _code_in(_text_of(api))
    assert "The others are asked." in account.text(ANN_PHONE, "2").send().text
    Pipeline().run()

    reply = account.text(BEN_PHONE, "2").send().text

    assert f"You passed call {code} on, and nobody else can be asked: it waits in the dashboard." in reply
    assert f"Reply 1 {code} if you can take it after all." in reply
    assert f"You have call {code}." in account.text(BEN_PHONE, f"1 {code}").send().text
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_by"] == "Ben"


def test_an_alert_of_an_earlier_decision_is_out_of_date_and_not_closed(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    call_id, alert = _called(tenant, api)
    override = {"action": "dispatch_now", "reason": "Urgent.", "assigned_to": "Ann"}
    assert call("POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body=override).status == 200

    assert "The alert about the call is out of date." in account.key(alert, "1").send().text

    call(
        "POST", f"/v1/calls/{call_id}/dispatch", key=tenant.write, json_body={**override, "action": "reject"}
    )
    assert "The call is closed." in account.key(alert, "1").send().text


def test_who_was_given_the_call_in_the_api_has_it(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    call_id = alerts.asked(tenant)
    call("POST", f"/v1/calls/{call_id}/dispatch/acknowledge", key=tenant.write)

    assert YOURS in account.text(ANN_PHONE, "1").send().text


def test_a_later_answer_holds_although_the_earlier_one_is_carried_out_after_it(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    call_id = alerts.asked(tenant)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["TransactWriteItems"] = "InternalServerError"
        account.text(ANN_PHONE, "1").send()
    time.advance(seconds=5)
    assert PASSED_ON in account.text(ANN_PHONE, "2").send().text

    assert twilio.normalise() == []

    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben"


@pytest.mark.parametrize("sid", ["", "x" * 2000, "☃"])
def test_any_id_of_a_text_is_accepted(tenant: Tenant, account: Twilio, api: TwilioApi, sid: str) -> None:
    alerts.asked(tenant)

    assert YOURS in account.text(ANN_PHONE, "1", MessageSid=sid).send().text

    assert twilio.normalise() == []


@pytest.mark.parametrize("sender", ["", "anonymous", "12345", "+1" * 1000])
def test_a_text_of_no_phone_number_changes_nothing(
    tenant: Tenant, account: Twilio, api: TwilioApi, sender: str
) -> None:
    alerts.asked(tenant)

    assert EMPTY in account.text(sender, "1").send().text

    assert twilio.normalise() == []


@pytest.mark.parametrize("fields", [{"AccountSid": "AC" + "1" * 32}, {"To": "+16145550199"}])
def test_a_text_to_another_account_or_number_changes_nothing(
    tenant: Tenant, account: Twilio, api: TwilioApi, fields: dict[str, str]
) -> None:
    call_id = alerts.asked(tenant)

    response = account.text(ANN_PHONE, "1", **fields).send()

    assert (response.status, EMPTY in response.text) == (200, True)
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_who_has_it_is_told_so_by_each_of_their_alerts(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    call_id = alerts.asked(tenant)
    link = alerts.link_in(_text_of(api))
    time.advance(seconds=61)
    assert alerts.send(*alerts.waiting()) == []
    phone_call = alerts.alerts(tenant, call_id)[-1]
    account.key(phone_call, "1").send()

    assert YOURS in account.text(ANN_PHONE, "1").send().text
    assert "You have it" in call("GET", link).text


def test_a_key_takes_the_call(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    call_id, alert = _called(tenant, api)
    twiml = str(api.phones.calls[0]["twiml"])
    assert f"voice-key?alert={alert['id']}" in twiml
    assert twiml.count("Press 1 to take it. Press 2 to pass it on.") == 3

    response = account.key(alert, "1").send()

    assert "<Say>You have the call." in response.text
    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["acknowledged_by"], decided["acknowledged_via"]) == ("Ann", "voice")
    assert alerts.alerts(tenant, call_id)[0]["outcome_via"] == "voice"
    before = items()
    assert twilio.normalise() == []
    assert items() == before


def test_a_key_passes_the_call_on(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    call_id, alert = _called(tenant, api)

    assert "<Say>You passed the call on." in account.key(alert, "2").send().text

    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben"


def test_no_other_key_phone_or_alert_changes_anything(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    call_id, alert = _called(tenant, api)
    wrong = [
        *(account.key(alert, digits) for digits in ("3", "", "12", "*", "\uff11")),
        account.key(alert, "1", To=BEN_PHONE),
        account.key(alert, "1", From="+16145550199"),
        account.key({**alert, "id": "alert_01kq09bekje6vbq5xe2cccbqn7"}, "1"),
        account.key({**alert, "id": "☃"}, "1"),
    ]

    for webhook in wrong:
        response = webhook.send()
        assert (response.status, "<Say>This key does nothing. Press 1" in response.text) == (200, True)

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_another_tenants_alert_cannot_be_answered(
    tenant: Tenant, stranger: Tenant, account: Twilio, api: TwilioApi
) -> None:
    call_id, alert = _called(tenant, api)
    alerts.set_up(stranger)
    theirs = twilio.connected(stranger.admin, "another-token")
    forged = theirs.key(alert, "1")
    text = theirs.text(ANN_PHONE, "1")

    for webhook in (forged, text):
        signed = Webhook(webhook.connection_id, webhook.kind, webhook.form, webhook.alert, "another-token")
        assert signed.send().status == 200

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None


def test_both_addresses_and_that_of_a_proxy_are_accepted(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, alert = _called(tenant, api)
    key = account.key(alert, "1")
    proxied = f"https://proxy.example.com/hooks/twilio/{account.id}/voice-key?alert={alert['id']}"
    assert YOURS in receive("twilio", key.gateway_event()).text
    assert receive("twilio", key.event(url=proxied)).status == 401
    monkeypatch.setenv("TWILIO_RECEIVER_URL", "https://proxy.example.com/hooks/twilio/")

    assert YOURS in receive("twilio", key.event(url=proxied)).text
    assert YOURS in key.send().text


@pytest.mark.parametrize("change", ["none", "token", "field", "alert", "kind", "host"])
def test_a_forged_signature_is_401_and_stores_nothing(
    tenant: Tenant, account: Twilio, api: TwilioApi, change: str
) -> None:
    call_id, alert = _called(tenant, api)
    key = account.key(alert, "2")
    forged = {
        "none": lambda: key.event(headers={}),
        "token": lambda: Webhook(key.connection_id, key.kind, key.form, key.alert, "another").event(),
        "field": lambda: {**account.key(alert, "1").event(), "headers": key.event()["headers"]},
        "alert": lambda: {**key.event(), "rawQueryString": "alert=alert_01kq09bekje6vbq5xe2cccbqn7"},
        "kind": lambda: {**key.event(), "rawPath": f"/{key.connection_id}/message"},
        "host": lambda: key.event(
            url=f"https://evil.example.com/{key.connection_id}/voice-key?alert={key.alert}"
        ),
    }[change]()

    response = receive("twilio", forged)

    assert (response.status, response.error) == (401, "invalid_signature")
    assert "Contents" not in aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET, Prefix="inbound/twilio/")
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"] is None
    health = call("PUT", "/v1/integrations/twilio", key=tenant.admin, json_body={}).json["health"]
    assert health["last_failure"]["reason"] == "invalid_signature"


def test_an_answer_that_cannot_be_carried_out_now_is_carried_out_by_the_worker(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = alerts.asked(tenant)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["Query"] = "InternalServerError"
        response = account.text(ANN_PHONE, "1").send()
    assert (response.status, "<Message>Your answer has arrived." in response.text) == (200, True)

    assert twilio.normalise() == []

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_via"] == "sms"


def test_a_key_that_cannot_be_carried_out_now_is_not_answered_by_silence(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, alert = _called(tenant, api)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["TransactWriteItems"] = "InternalServerError"
        response = account.key(alert, "1").send()
    assert (response.status, "<Say>Your answer has arrived" in response.text) == (200, True)

    assert twilio.normalise() == []

    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_via"] == "voice"


@pytest.mark.parametrize("number", range(1, 12))
def test_a_receiver_that_is_killed_after_it_stored_the_text_loses_no_answer(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    call_id = alerts.asked(tenant)
    webhook = account.text(ANN_PHONE, "1")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with suppress(Killed):
            webhook.send()
        is_stored = "PutObject" in calls.made
    assert twilio.normalise() == []
    acknowledged = dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"]
    assert (acknowledged is not None) is is_stored

    assert YOURS in webhook.send().text, "Twilio sends it again"

    assert actions("call", tenant.id).count("call.acknowledged") == 1


def test_of_two_people_who_answer_at_once_one_has_it(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = alerts.asked(tenant)
    account.text(ANN_PHONE, "2").send()
    Pipeline().run()

    with overtaken(monkeypatch, lambda: account.text(ANN_PHONE, "1").send()):
        reply = account.text(BEN_PHONE, "1").send().text

    assert "Ann has call " in reply
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_by"] == "Ann"
    assert actions("call", tenant.id).count("call.acknowledged") == 1


def test_without_the_auth_token_alerts_ask_for_no_answer(tenant: Tenant, api: TwilioApi) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)

    alerts.asked(tenant)

    (request,) = [request for request in api.requests if request.method == "POST"]
    assert "StatusCallback" not in request.body
    assert "Reply" not in _text_of(api)


def test_only_the_address_for_incoming_texts_is_to_be_entered(tenant: Tenant, account: Twilio) -> None:
    shown = call("GET", "/v1/integrations", key=tenant.admin).json["data"][0]

    assert shown["receiver_urls"] == {"message": f"https://twilio.example.com/{account.id}/message"}


def test_neither_phone_nor_text_is_logged(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.asked(tenant)
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    account.text(ANN_PHONE, "a private word").send()
    receive("twilio", account.text(ANN_PHONE, "a private word").event(headers={}))

    assert "inbound_refused" in log.getvalue()
    for private in (ANN_PHONE, "private word", account.id, twilio.TOKEN, ACCOUNT, ALERT_NUMBER):
        assert private not in log.getvalue()


def test_the_sample_event_reaches_the_signature_check(tenant: Tenant, account: Twilio) -> None:
    event = json.loads((ROOT / "events/inbound/twilio.json").read_text())
    event["rawPath"] = f"/{account.id}/message"

    assert receive("twilio", event).status == 401
