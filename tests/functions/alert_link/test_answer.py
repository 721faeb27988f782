"""POST /v1/a/{token}."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.functions.alert_link.test_show import asked, link_of
from tests.support import alerts, dispatch
from tests.support.alerts import ANN, BEN
from tests.support.callrail import actions, events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def answer(path: str, decision: str = "take", body: str | None = None) -> ApiResponse:
    return call("POST", path, body=body or f"decision={decision}", headers=FORM)


def test_the_person_takes_the_call(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id, path = asked(tenant, monkeypatch)
    time = freeze(monkeypatch)

    response = answer(path)

    assert response.status == 200, response.text
    assert "You have it" in response.text
    assert 'href="tel:' in response.text, "the person calls the customer next"
    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["acknowledged_by"], decided["acknowledged_via"]) == ("Ann", "link")
    assert decided["escalation"]["acknowledge_by"] is None
    (alert,) = alerts.alerts(tenant, call_id)
    assert alert["outcome"] == "acknowledged"
    assert actions("alert", tenant.id)[-1] == "alert.answered"
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "call.acknowledged"]
    assert record["actor"] == {"type": "system", "id": "alert_link"}
    assert events("dispatch.alert.updated", tenant.id)[-1] == alert
    assert events("call.dispatched", tenant.id)[-1]["dispatch"] == decided
    time.advance(minutes=11)
    dispatch.escalate(dispatch.escalation(tenant, call_id, 1, 0))
    assert dispatch.shown(tenant, call_id)["dispatch"] == decided


def test_a_second_tap_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = asked(tenant, monkeypatch)
    answer(path)
    before = items()

    for decision in ("take", "decline"):
        response = answer(path, decision)
        assert (response.status, "You have it" in response.text) == (200, True)

    assert items() == before


def test_the_person_passes_it_on(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id, path = asked(tenant, monkeypatch)

    response = answer(path, "decline")

    assert response.status == 200
    assert "You passed it on" in response.text
    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["assigned_to"], decided["escalation"]["level"]) == ("Ben", 1)
    assert actions("call", tenant.id)[-1] == "call.declined"
    assert alerts.alerts(tenant, call_id)[0]["outcome"] == "declined"
    with alerts.twilio(monkeypatch) as api:
        Pipeline().run()
    assert [text["to"] for text in api.phones.messages] == [BEN["phone"]]


def test_who_passed_it_on_can_still_take_it(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id, path = asked(tenant, monkeypatch)
    answer(path, "decline")

    response = answer(path)

    assert "You have it" in response.text
    decided = dispatch.shown(tenant, call_id)["dispatch"]
    assert (decided["assigned_to"], decided["assigned_phone"]) == ("Ann", ANN["phone"])


def test_the_first_answer_wins_and_the_other_person_is_told(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, anns = asked(tenant, monkeypatch)
    answer(anns, "decline")
    with alerts.twilio(monkeypatch) as api:
        Pipeline().run()
    bens = alerts.link_in(api.phones.messages[0]["body"])
    assert answer(bens).status == 200

    response = answer(anns)

    assert response.status == 409
    assert "Ben has it" in response.text
    assert dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_by"] == "Ben"


def test_what_nobody_answered_in_time_can_still_be_taken(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, path = asked(tenant, monkeypatch)
    time = freeze(monkeypatch)
    for level in (0, 1):
        time.advance(minutes=11)
        dispatch.escalate(dispatch.escalation(tenant, call_id, 1, level))
    assert dispatch.shown(tenant, call_id)["status"] == "needs_review"

    assert answer(path).status == 200

    view = dispatch.shown(tenant, call_id)
    assert (view["status"], view["dispatch"]["action"]) == ("dispatched", "dispatch_now")
    assert (view["dispatch"]["assigned_to"], view["dispatch"]["acknowledged_by"]) == ("Ann", "Ann")


def test_a_number_of_last_resort_takes_a_call_that_is_nobodys(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "+13125550121"
    alerts.set_up(tenant, on_call=[], alerts={"last_resort": [number]})
    alerts.connect(tenant.admin)
    with alerts.twilio(monkeypatch):
        call_id = alerts.asked(tenant)
    (alert,) = alerts.alerts(tenant, call_id)
    path = link_of(tenant, alert["id"])
    assert "You passed it on" in answer(path, "decline").text

    assert answer(path).status == 200

    assert dispatch.shown(tenant, call_id)["dispatch"]["assigned_phone"] == number


@pytest.mark.parametrize("body", ["decision=maybe", "decision=take&decision=decline", "x=1", "{}", "\x00"])
def test_anything_else_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    _, path = asked(tenant, monkeypatch)
    before = items()

    response = answer(path, body=body)

    assert response.status == 400
    assert "Nothing has changed" in response.text
    assert items() == before


def test_a_wrong_token_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = asked(tenant, monkeypatch)
    before = items()

    assert answer(path + "x").status == 404
    assert answer(path, body="decision=" + "x" * 2000).status == 413

    assert items() == before


def test_of_two_answers_at_once_one_is_told_that_it_is_late(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, path = asked(tenant, monkeypatch)

    def take() -> None:
        taken = {"acknowledged_by": "Cat"}
        call("POST", f"/v1/calls/{call_id}/dispatch/acknowledge", key=tenant.write, json_body=taken)

    with overtaken(monkeypatch, take):
        response = answer(path)

    assert response.status == 409
    assert "Cat has it" in response.text
    assert alerts.alerts(tenant, call_id)[0]["outcome"] is None


@pytest.mark.parametrize("number", range(1, 6))
def test_an_answer_that_is_killed_is_whole_or_nothing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    call_id, path = asked(tenant, monkeypatch)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with suppress(Killed):
            answer(path)
    outcome = alerts.alerts(tenant, call_id)[0]["outcome"]
    acknowledged = dispatch.shown(tenant, call_id)["dispatch"]["acknowledged_at"]
    assert (outcome is None) is (acknowledged is None)

    assert answer(path).status == 200

    assert actions("call", tenant.id).count("call.acknowledged") == 1
