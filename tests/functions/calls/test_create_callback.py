"""POST /v1/calls/{call_id}/callbacks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock as eal_clock
from eal.core.caller import system
from eal.core.clock import rfc3339
from eal.domain.calls import store
from eal.domain.dispatch.model import Action, DecidedBy, Decision, Dispatch, Override
from tests.functions.calls.test_correct import detail, ingested
from tests.support.callrail import actions, stored
from tests.support.faults import overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from eal.domain.calls.model import Status
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def post(tenant: Tenant, call_id: str, **body: Any) -> ApiResponse:
    return call("POST", f"/v1/calls/{call_id}/callbacks", key=tenant.write, json_body=body)


def dispatch(
    tenant: Tenant,
    call_id: str,
    action: Action,
    override: Action | None = None,
    status: Status = "dispatched",
) -> None:
    """Give the call a dispatch, as the rules or a person decide it."""
    by = system("tests", tenant.id, "tests")
    before = store.CALLS.get(by.tenant, call_id)
    person = DecidedBy(type="api_key", id="key_1")
    decided = Dispatch(
        action=override or action,
        by=person,
        decision=Decision(action=action, reasons=()),
        decided_at=by.at,
        override=Override(action=override, reason="so", at=by.at, by=person) if override else None,
    )
    after = replace(before, status=status, dispatch=decided, version=before.version + 1)
    store.replace_call(before, after, by)
    by.transaction.audit("call.dispatched", call_id)
    by.transaction.commit()


def test_a_callback_is_recorded_and_shown_on_the_call(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    before = detail(tenant, call_id)

    response = post(
        tenant, call_id, status="voicemail", at="2026-04-24T17:55:00Z", note="Asked her to call back"
    )

    assert response.status == 201, response.text
    shown = response.json
    assert (shown["status"], shown["at"], shown["note"]) == (
        "voicemail",
        "2026-04-24T17:55:00.000Z",
        "Asked her to call back",
    )
    assert (shown["call_id"], shown["by"]["type"]) == (call_id, "api_key")
    after = detail(tenant, call_id)
    assert (after["callbacks"], after["last_callback"]) == (1, {"status": "voicemail", "at": shown["at"]})
    assert (after["version"], after["status"]) == (before["version"] + 1, before["status"])
    assert call("GET", "/v1/calls", key=tenant.read).json["data"][0]["callbacks"] == 1


def test_the_last_callback_is_the_latest_whatever_the_order_of_recording(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    for status, at in (("reached", "2026-04-24T19:00:00Z"), ("attempted", "2026-04-24T18:00:00Z")):
        post(tenant, call_id, status=status, at=at)

    found = detail(tenant, call_id)
    assert (found["callbacks"], found["last_callback"]["status"]) == (2, "reached")


@pytest.mark.parametrize(
    ("action", "override", "status", "expected"),
    [
        ("callback", None, "reached", "closed"),
        ("callback", None, "voicemail", "dispatched"),
        ("callback", None, "scheduled", "dispatched"),
        ("dispatch_now", None, "reached", "dispatched"),
        ("dispatch_now", "callback", "reached", "closed"),
        ("callback", "dispatch_now", "reached", "dispatched"),
    ],
)
def test_reaching_the_customer_closes_a_call_that_was_dispatched_as_a_callback(
    tenant: Tenant, action: Action, override: Action | None, status: str, expected: str
) -> None:
    call_id = ingested(tenant)
    dispatch(tenant, call_id, action, override)

    later = {"at": rfc3339(eal_clock.now() + timedelta(days=1))} if status == "scheduled" else {}
    assert post(tenant, call_id, status=status, **later).status == 201

    assert detail(tenant, call_id)["status"] == expected
    found = call("GET", f"/v1/calls?status={expected}", key=tenant.read).json["data"]
    assert [item["id"] for item in found] == [call_id]


def test_a_callback_is_audited_and_its_note_only_as_a_commitment(tenant: Tenant) -> None:
    call_id = ingested(tenant)

    post(tenant, call_id, status="attempted", note="Ms Reyes was out")

    assert actions("call", tenant.id)[-1] == "call.callback_recorded"
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.callback_recorded"]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(record["changes"]))}
    assert changes["callback.status"] == "attempted"
    assert changes["callback.note"].startswith("hmac-sha256:")
    assert "Ms Reyes" not in json.dumps([items("AUDIT"), items("EVENT"), items("TASK")])


def test_two_callbacks_at_the_same_time_both_count(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = ingested(tenant)

    with overtaken(monkeypatch, lambda: post(tenant, call_id, status="attempted")):
        assert post(tenant, call_id, status="reached").status == 201

    assert detail(tenant, call_id)["callbacks"] == len(stored("CALLBACK", tenant.id)) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/status"),
        ({"status": "busy"}, "/status"),
        ({"status": "reached", "at": "soon"}, "/at"),
        ({"status": "reached", "at": "2099-01-01T00:00:00Z"}, "/at"),
        ({"status": "scheduled"}, "/at"),
        ({"status": "scheduled", "at": None}, "/at"),
        ({"status": "scheduled", "at": "2026-04-24T17:55:00Z"}, "/at"),
        ({"status": "reached", "note": "x" * 2001}, "/note"),
        ({"status": "reached", "by": "me"}, "/by"),
    ],
)
def test_an_invalid_callback_is_422(tenant: Tenant, body: dict[str, Any], pointer: str) -> None:
    call_id = ingested(tenant)

    response = post(tenant, call_id, **body)

    assert (response.status, response.error) == (422, "validation_error"), response.text
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]
    assert detail(tenant, call_id)["callbacks"] == 0


def test_a_scheduled_callback_may_be_in_the_future(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    at = rfc3339(eal_clock.now() + timedelta(days=2))

    assert post(tenant, call_id, status="scheduled", at=at).json["at"] == at


def test_a_callback_is_not_scheduled_for_the_present(clock: Clock, tenant: Tenant) -> None:
    call_id = ingested(tenant)

    assert post(tenant, call_id, status="scheduled", at=rfc3339(clock.at)).status == 422
    soon = rfc3339(clock.at + timedelta(milliseconds=1))
    assert post(tenant, call_id, status="scheduled", at=soon).status == 201


def test_a_callback_takes_three_round_trips(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = ingested(tenant)

    with watched_calls(monkeypatch) as calls:
        post(tenant, call_id, status="reached")

    assert calls.made == ["UpdateItem", "GetItem", "TransactWriteItems"]
