"""Twilio's reports change alerts, in any order and with repetitions."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import alerts, dispatch, twilio
from tests.support.alerts import ANN, ANN_PHONE, BEN_PHONE
from tests.support.callrail import actions, events
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.inbound import enqueued
from tests.support.pipeline import Pipeline, items
from tests.support.time import freeze
from tests.support.twilio import Twilio, Webhook
from tests.support.vendor_apis import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.vendor_apis import TwilioApi

STEPS = [{"channel": "sms", "after_seconds": 0}, {"channel": "voice", "after_seconds": 60}]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioApi]:
    with alerts.twilio(monkeypatch) as served:
        yield served


@pytest.fixture
def account(tenant: Tenant) -> Twilio:
    alerts.set_up(tenant, alerts={"steps": STEPS})
    return twilio.connected(tenant.admin)


def _asked(tenant: Tenant, channel: str = "sms") -> dict[str, Any]:
    """The alert of a new call about which Ann is told on one channel first."""
    alerts.set_up(tenant, alerts={"steps": [{**STEPS[0], "channel": channel}, STEPS[1]]})
    return _of(tenant, alerts.asked(tenant))


def _of(tenant: Tenant, call_id: str) -> dict[str, Any]:
    return alerts.alerts(tenant, call_id)[0]


def _report(*webhooks: Webhook) -> None:
    for webhook in webhooks:
        response = webhook.send()
        assert (response.status, "<Response></Response>" in response.text) == (200, True)
    assert twilio.normalise() == []


def test_a_text_arrives(tenant: Tenant, account: Twilio, api: TwilioApi) -> None:
    alert = _asked(tenant)

    _report(account.reported(alert, "delivered"))

    after = _of(tenant, alert["call_id"])
    assert (after["status"], after["delivered_at"]) == ("delivered", after["ended_at"])
    assert after["delivered_at"] is not None
    assert actions("alert", tenant.id)[-1] == "alert.delivered"
    assert events("dispatch.alert.updated", tenant.id)[-1] == after


@pytest.mark.parametrize(
    ("channel", "status", "expected"),
    [
        *(("sms", status, "sent") for status in ("queued", "sending", "sent", "accepted", "unknown", "")),
        ("sms", "read", "delivered"),
        ("sms", "failed", "undelivered"),
        *(("voice", status, "sent") for status in ("queued", "initiated", "ringing", "in-progress")),
        ("voice", "completed", "completed"),
        ("voice", "busy", "busy"),
        ("voice", "no-answer", "no_answer"),
        ("voice", "failed", "failed"),
        ("voice", "canceled", "failed"),
    ],
)
def test_each_status_says_how_it_ended(
    tenant: Tenant, account: Twilio, api: TwilioApi, channel: str, status: str, expected: str
) -> None:
    alert = _asked(tenant, channel)

    _report(account.reported(alert, status))

    assert _of(tenant, alert["call_id"])["status"] == expected


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "undelivered"])))
def test_the_first_end_holds_in_any_order(
    tenant: Tenant, account: Twilio, api: TwilioApi, order: tuple[str, ...]
) -> None:
    alert = _asked(tenant)
    ends = [status for status in order if status != "sent"]

    for status in (*order, *order):
        _report(account.reported(alert, status))

    assert _of(tenant, alert["call_id"])["status"] == ends[0]
    assert len(events("dispatch.alert.updated", tenant.id)) == 2, "sent, and its end"


def test_a_text_that_does_not_arrive_is_followed_by_a_phone_call_at_once(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    alert = _asked(tenant)
    alerts.waiting()

    _report(*[account.reported(alert, "undelivered", ErrorCode="30003")] * 2)
    Pipeline().run()
    assert alerts.send(*alerts.waiting()) == []

    text, phone_call = alerts.alerts(tenant, alert["call_id"])
    assert (text["status"], text["error"]) == (
        "undelivered",
        {"code": "30003", "message": "The phone is switched off, or out of reach."},
    )
    assert (phone_call["status"], len(api.phones.calls)) == ("sent", 1)
    assert dispatch.shown(tenant, alert["call_id"])["dispatch"]["assigned_to"] == "Ann"


def test_a_person_whose_number_is_not_in_use_is_passed_over(
    tenant: Tenant, account: Twilio, api: TwilioApi
) -> None:
    alerts.set_up(tenant, alerts={"steps": STEPS[:1]})
    call_id = alerts.asked(tenant)

    _report(account.reported(_of(tenant, call_id), "undelivered", ErrorCode="30005"))
    Pipeline().run()

    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_to"] == "Ben"
    assert api.phones.messages[-1]["to"] == BEN_PHONE


def test_a_report_after_a_lost_answer_proves_that_twilio_has_the_text(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    api.troubles.append(Trouble(503, is_late=True))
    call_id = dispatch.dispatched_call(tenant)
    message = alerts.first_message(tenant, call_id)
    assert alerts.send(message) != []
    alert = _of(tenant, call_id)
    assert alert["status"] == "waiting"
    accepted = str(api.phones.messages[0]["sid"])

    _report(account.reported({**alert, "vendor_id": accepted}, "sent"))
    time.advance(minutes=1)
    assert alerts.send(message, received=2) == []

    after = _of(tenant, call_id)
    assert (after["status"], after["vendor_id"], after["tries"]) == ("sent", accepted, 1)
    assert [text["to"] for text in api.phones.messages] == [ANN_PHONE]


def test_a_report_before_the_answer_holds(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twilio may report before its answer to the request has arrived."""
    call_id = dispatch.dispatched_call(tenant)

    def reported() -> None:
        if alerts.alerts(tenant, call_id):
            _report(account.reported(_of(tenant, call_id), "delivered"))

    send = api.phones.respond

    def respond(*arguments: Any) -> Any:
        answer = send(*arguments)
        if arguments[0] == "POST":
            reported()
        return answer

    monkeypatch.setattr(type(api.phones), "respond", lambda _, *arguments: respond(*arguments))
    Pipeline().run()

    after = _of(tenant, call_id)
    assert (after["status"], after["tries"], len(api.phones.messages)) == ("delivered", 1, 1)


def test_reports_of_another_account_tenant_or_alert_change_nothing(
    tenant: Tenant, stranger: Tenant, account: Twilio, api: TwilioApi
) -> None:
    alert = _asked(tenant)
    theirs = twilio.connected(stranger.admin)
    before = items()

    _report(
        account.reported(alert, "delivered", AccountSid="AC" + "1" * 32),
        account.reported({**alert, "id": "alert_01kq09bekje6vbq5xe2cccbqn7"}, "delivered"),
        account.reported({**alert, "id": ""}, "delivered"),
        theirs.reported(alert, "delivered"),
    )

    assert items() == before


def test_an_unknown_kind_is_counted(
    tenant: Tenant, account: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    webhook = account.text(ANN_PHONE, "1")

    _report(Webhook(webhook.connection_id, "fax", webhook.form))

    assert '"inbound_unknown_kind":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("number", range(1, 9))
def test_a_kill_at_any_call_loses_no_report(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    alert = _asked(tenant)
    alerts.waiting()
    account.reported(alert, "undelivered", ErrorCode="30003").send()
    (message,) = enqueued("TwilioQueue")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with suppress(Killed):
            twilio.process(message)

    assert twilio.process(message, message) == []

    Pipeline().run()
    alerts.send(*alerts.waiting())
    assert [told["status"] for told in alerts.alerts(tenant, alert["call_id"])] == ["undelivered", "sent"]
    assert actions("alert", tenant.id).count("alert.undelivered") == 1


def test_an_answer_and_a_report_at_once_are_both_kept(
    tenant: Tenant, account: Twilio, api: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = _asked(tenant)
    account.reported(alert, "delivered").send()
    messages = enqueued("TwilioQueue")

    with overtaken(monkeypatch, lambda: account.text(ANN_PHONE, "1").send()):
        assert twilio.process(*messages) == []

    after = _of(tenant, alert["call_id"])
    assert (after["status"], after["outcome"]) == ("delivered", "acknowledged")


SIMULATED = {
    "0006": ("delivered", None, "completed", None),
    "0101": ("delivered", "sms", None, None),
    "0102": ("delivered", None, "completed", "voice"),
    "0103": ("delivered", "sms", None, None),
    "0111": ("delivered", None, "completed", None),
    "0115": ("delivered", None, "completed", None),
    "0116": ("undelivered", None, "no_answer", None),
}
"""The states and answers of the text and the phone call to a number of test mode."""


@pytest.mark.parametrize("ending", SIMULATED)
def test_test_mode_answers_and_reports_as_the_number_says(
    tenant: Tenant, api: TwilioApi, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    time = freeze(monkeypatch)
    alerts.connect(tenant.test_admin)
    alerts.set_up(tenant, on_call=[{**ANN, "phone": f"+1500555{ending}"}], alerts={"steps": STEPS})
    call_id = dispatch.received_call(tenant.test_admin)
    dispatch.classify(tenant, call_id, "test")
    for message in (alerts.first_message(tenant, call_id, "test"), None):
        failed = alerts.send(*([message] if message else alerts.waiting()))
        assert bool(failed) is (ending == "0111"), "its answers get lost"
        assert twilio.normalise() == []
        time.advance(seconds=61)

    made = alerts.alerts(tenant, call_id, tenant.test_admin)

    states = {alert["channel"]: (alert["status"], alert["outcome_via"]) for alert in made}
    text, phone_call = states["sms"], states.get("voice", (None, None))
    assert (*text, *phone_call) == SIMULATED[ending]
    assert all((alert["tries"], alert["vendor"]) == (1, "simulated") for alert in made)
    assert api.requests == []
