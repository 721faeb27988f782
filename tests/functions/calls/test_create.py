"""POST /v1/calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import actions, connect, events, stored
from tests.support.faults import overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items
from tools.fixtures.callrail import TRANSCRIPT, Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

CALL: dict[str, Any] = {
    "vendor": "call_tracker",
    "vendor_call_id": "c-1",
    "caller_number": "(415) 555-0134",
    "caller_name": "Dana Reyes",
    "tracking_number": "+14155550188",
    "direction": "inbound",
    "answered": True,
    "started_at": "2026-04-24T17:40:37Z",
    "duration_seconds": 94,
    "transcript": TRANSCRIPT,
    "recording_url": "https://recordings.example.com/c-1.mp3?access_key=secret",
}


def post(tenant: Tenant, **changes: Any) -> ApiResponse:
    return call("POST", "/v1/calls", key=tenant.write, json_body={**CALL, **changes})


def detail(tenant: Tenant, call_id: str) -> Any:
    return call("GET", f"/v1/calls/{call_id}", key=tenant.read).json


def test_a_call_is_created_classified_and_becomes_a_lead(tenant: Tenant) -> None:
    response = post(tenant)

    assert response.status == 201, response.text
    created = response.json
    assert {name: created[name] for name in CALL if name not in ("transcript", "recording_url")} == {
        **{name: value for name, value in CALL.items() if name not in ("transcript", "recording_url")},
        "caller_number": "+14155550134",
        "started_at": "2026-04-24T17:40:37.000Z",
    }
    assert (created["status"], created["ended_at"]) == ("received", "2026-04-24T17:42:11.000Z")
    assert (created["has_transcript"], created["has_recording"]) == (True, True)
    assert events("call.received", tenant.id) == [created]
    Pipeline().run()
    found = detail(tenant, created["id"])
    assert (found["status"], found["classification"]["intent"]) == ("needs_review", "water")
    assert found["transcript"]["text"] == TRANSCRIPT
    (lead,) = call("GET", "/v1/leads", key=tenant.read).json["data"]
    assert (lead["id"], lead["phones"]) == (found["lead_id"], ["+14155550134"])
    assert actions("call", tenant.id) == ["call.received", "call.classified", "call.qualified"]


def test_a_call_is_ingested_as_the_same_call_of_callrail_is(tenant: Tenant) -> None:
    phone_call = Call.new()
    connect(tenant.admin).send("post-call", phone_call.event("post-call"))
    post(tenant, caller_number=phone_call.caller)
    Pipeline().run()

    first, second = call("GET", "/v1/calls", key=tenant.read).json["data"]
    compared = (
        "status",
        "caller_number",
        "caller_name",
        "duration_seconds",
        "answered",
        "has_recording",
        "lead_id",
    )
    assert [first[name] for name in compared] == [second[name] for name in compared]
    for name in ("intent", "urgency", "qualified", "safety"):
        assert first["classification"][name] == second["classification"][name]


def test_a_repeated_body_has_no_effect(tenant: Tenant) -> None:
    first = post(tenant)

    second = post(tenant)

    assert (second.status, second.json) == (200, first.json)
    assert second.headers["ETag"] == first.headers["ETag"]
    assert actions("call", tenant.id) == ["call.received"]
    assert len(events("call.received", tenant.id)) == 1


def test_a_second_post_merges_what_is_new(tenant: Tenant) -> None:
    first = post(tenant, transcript=None, recording_url=None).json
    Pipeline().run()
    assert detail(tenant, first["id"])["classification"]["intent"] == "unknown"

    second = post(tenant, caller_name=None, duration_seconds=95)

    assert second.status == 200
    assert second.json["id"] == first["id"]
    assert (second.json["caller_name"], second.json["duration_seconds"]) == ("Dana Reyes", 95)
    assert (second.json["has_transcript"], second.json["has_recording"]) == (True, True)
    Pipeline().run()
    found = detail(tenant, first["id"])
    assert found["classification"]["intent"] == "water"
    assert len(found["classification_runs"]) == 2
    assert len(events("call.received", tenant.id)) == 1


def test_an_outdated_repetition_does_not_undo_a_later_change(tenant: Tenant) -> None:
    post(tenant)
    post(tenant, caller_name="Dana Reyes-Kim")

    assert post(tenant).json["caller_name"] == "Dana Reyes-Kim"


def test_only_one_of_two_concurrent_requests_creates_the_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with overtaken(monkeypatch, lambda: post(tenant)):
        response = post(tenant, caller_name="Dana R.")

    # The other request began later, so its name is newer.
    assert (response.status, response.json["caller_name"]) == (200, "Dana Reyes")
    assert len(stored("CALL", tenant.id)) == 1
    assert actions("call", tenant.id) == ["call.received"]


def test_the_same_vendor_call_id_of_another_vendor_tenant_or_mode_is_another_call(
    tenant: Tenant, stranger: Tenant
) -> None:
    responses = [
        post(tenant),
        post(tenant, vendor="other_tracker"),
        post(stranger),
        call("POST", "/v1/calls", key=tenant.test_admin, json_body=CALL),
    ]

    assert [response.status for response in responses] == [201, 201, 201, 201]
    assert len({response.json["id"] for response in responses}) == 4


def test_the_recording_and_transcript_stay_secret(tenant: Tenant) -> None:
    call_id = post(tenant).json["id"]
    Pipeline().run()

    for path in (f"/v1/calls/{call_id}", "/v1/calls", "/v1/events?limit=200", "/v1/audit-log?limit=200"):
        assert "access_key=secret" not in call("GET", path, key=tenant.read).text
    for kind in ("EVENT", "AUDIT", "TASK", "IDEMPOTENCY"):
        text = json.dumps(items(kind))
        assert [word for word in ("access_key=secret", "sparking") if word in text] == []
    audited = json.dumps(items("AUDIT"))
    assert [word for word in ("Dana", "5550134") if word in audited] == []


def test_a_withheld_number_is_null(tenant: Tenant) -> None:
    response = post(tenant, caller_number=None)

    assert (response.status, response.json["caller_number"]) == (201, None)
    Pipeline().run()
    assert detail(tenant, response.json["id"])["lead_id"] is None


def test_an_outbound_call_is_stored_and_not_classified(tenant: Tenant) -> None:
    response = post(tenant, direction="outbound")
    Pipeline().run()

    assert detail(tenant, response.json["id"])["status"] == "received"
    assert events("call.received", tenant.id) == []


def test_the_end_is_as_reported(tenant: Tenant) -> None:
    response = post(tenant, ended_at="2026-04-24T17:42:11.431Z")

    assert response.json["ended_at"] == "2026-04-24T17:42:11.431Z"


def test_an_if_match_of_another_version_is_412(tenant: Tenant) -> None:
    post(tenant)
    headers = {"If-Match": '"9"'}

    response = call(
        "POST", "/v1/calls", key=tenant.write, json_body={**CALL, "caller_name": "x"}, headers=headers
    )

    assert (response.status, response.error) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("changes", "pointer", "kind"),
    [
        ({"vendor": "callrail"}, "/vendor", "value_error"),
        ({"vendor": "Call Tracker"}, "/vendor", "string_pattern_mismatch"),
        ({"vendor_call_id": " "}, "/vendor_call_id", "string_too_short"),
        ({"vendor_call_id": "a\nb"}, "/vendor_call_id", "value_error"),
        ({"caller_number": "12"}, "/caller_number", "value_error"),
        ({"direction": None}, "/direction", "literal_error"),
        ({"answered": 1}, "/answered", "bool_type"),
        ({"duration_seconds": -1}, "/duration_seconds", "greater_than_equal"),
        ({"duration_seconds": 1.5}, "/duration_seconds", "int_from_float"),
        ({"started_at": "yesterday"}, "/started_at", "value_error"),
        ({"ended_at": "2026-04-24T17:40:36Z"}, "", "value_error"),
        ({"transcript": "a\x00b"}, "/transcript", "value_error"),
        ({"recording_url": "http://recordings.example.com/1"}, "/recording_url", "blocked_address"),
        ({"recording_url": "https://169.254.169.254/latest"}, "/recording_url", "blocked_address"),
        ({"recording_url": "https://recordings/1"}, "/recording_url", "blocked_address"),
        ({"recording_url": "https://user:pw@recordings.example.com/1"}, "/recording_url", "blocked_address"),
        ({"recording_url": "file:///etc/passwd"}, "/recording_url", "blocked_address"),
    ],
)
def test_an_invalid_field_is_422(tenant: Tenant, changes: dict[str, Any], pointer: str, kind: str) -> None:
    response = post(tenant, **changes)

    assert (response.status, response.error) == (422, "validation_error"), response.text
    (field,) = response.json["error"]["details"]["fields"]
    assert field["pointer"] == pointer, field
    if kind == "blocked_address":
        assert field["type"] == kind


@pytest.mark.parametrize(
    "name",
    ["vendor", "vendor_call_id", "caller_number", "direction", "answered", "started_at", "duration_seconds"],
)
def test_a_required_field_must_be_present(tenant: Tenant, name: str) -> None:
    body = {field: value for field, value in CALL.items() if field != name}

    response = call("POST", "/v1/calls", key=tenant.write, json_body=body)

    assert response.json["error"]["message"] == f"Field '{name}' is required"


def test_the_longest_transcript_is_stored(tenant: Tenant) -> None:
    line = "Caller: The water is still rising in the basement.\n"
    text = (line * 6000)[:249_000].strip()

    response = post(tenant, transcript=text)

    assert response.status == 201, response.text
    assert detail(tenant, response.json["id"])["transcript"]["text"] == text


def test_a_call_is_created_in_three_round_trips(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        post(tenant)
    assert calls.made == ["UpdateItem", "GetItem", "TransactWriteItems"]

    with watched_calls(monkeypatch) as calls:
        post(tenant, caller_name="Dana R.")
    assert calls.made == ["UpdateItem", "GetItem", "GetItem", "TransactWriteItems"]
