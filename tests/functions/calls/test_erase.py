"""DELETE /v1/calls/{call_id}, and the erasure of a person's calls with the lead or prospect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.functions.calls.test_correct import detail, patch
from tests.functions.calls.test_create import CALL
from tests.functions.calls.test_create_callback import post as post_callback
from tests.support.callrail import actions, connect, events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tests.support.receiver import Receiver, Response
from tests.support.webhooks import register
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

NUMBER = "+14155550134"
PERSONAL = ("uackenbush", "5550134", "anzibar")
SPOKEN = {
    **CALL,
    "caller_number": NUMBER,
    "caller_name": "Zeb Quackenbush",
    "transcript": "Agent: Summit Restoration.\nCaller: A pipe burst at 77 Zanzibar Road, my basement is flooded. "
    "I own the house. My name is Zeb Quackenbush, can you come right now?",
    "recording_url": "https://recordings.example.com/quackenbush.mp3",
}
ITEMS = ("CALL", "TRANSCRIPT", "CALL_RUNS", "CORRECTION", "CALLBACK")


def spoken_call(tenant: Tenant, **changes: Any) -> str:
    """A call with a correction and a callback. Returns its id."""
    headers = {"Idempotency-Key": f"ingest {changes.get('vendor_call_id')}"}
    body = {**SPOKEN, **changes}
    call_id = str(call("POST", "/v1/calls", key=tenant.write, json_body=body, headers=headers).json["id"])
    Pipeline().run()
    keyed = {"Idempotency-Key": f"correct {call_id}"}
    assert patch(tenant, call_id, {"urgency": "high", "note": "Mr Quackenbush"}, **keyed).status == 200
    callback = {"status": "attempted", "note": "Quackenbush was out"}
    path = f"/v1/calls/{call_id}/callbacks"
    headers = {"Idempotency-Key": f"call back {call_id}"}
    assert call("POST", path, key=tenant.write, json_body=callback, headers=headers).status == 201
    return call_id


def left_of(tenant: Tenant) -> list[str]:
    """The personal values that the table still contains."""
    text = json.dumps([item for item in items() if item["pk"]["S"].startswith(tenant.id)])
    return [word for word in PERSONAL if word in text]


def test_no_personal_data_of_the_call_is_left_in_the_table(tenant: Tenant, receiver: Receiver) -> None:
    receiver.responses = [Response(500, body=b"There is a Quackenbush already.")]
    register(tenant, receiver.url, ["call.received"])
    call_id = spoken_call(tenant, transcript="Caller: Zeb Quackenbush of Zanzibar Road, wrong number.")
    assert left_of(tenant) == list(PERSONAL)

    assert call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin).status == 204
    Pipeline().run()

    assert left_of(tenant) == []
    assert [kind for kind in ITEMS if items(kind)] == []
    assert [item["id"]["S"] for item in items("CALL_TOMBSTONE")] == [call_id]
    assert actions("call", tenant.id)[-1] == "call.erased"


def test_an_erased_call_is_found_by_no_request(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin)

    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "/callbacks", None),
        ("POST", "/callbacks", {"status": "reached"}),
        ("POST", "/classify", None),
        ("PATCH", "/classification", {"intent": "mold"}),
    ):
        response = call(method, f"/v1/calls/{call_id}{path}", key=tenant.admin, json_body=body)
        assert (response.status, response.error) == (404, "not_found"), (method, path)
    for query in ("", f"?caller_number={NUMBER.replace('+', '%2B')}", "?status=needs_review"):
        assert call("GET", f"/v1/calls{query}", key=tenant.read).json["data"] == []


def test_the_event_contains_no_personal_value(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin)

    (data,) = events("call.erased", tenant.id)
    assert (data["id"], data["vendor_call_id"], data["direction"]) == (call_id, "c-1", "inbound")
    assert (data["caller_number"], data["caller_name"], data["tags"]) == (None, None, [])
    assert [word for word in PERSONAL if word in json.dumps(data)] == []


def test_the_place_and_the_words_of_a_dispatch_are_erased(tenant: Tenant) -> None:
    area = {"settings": {"service_area": {"postal_codes": ["94601"]}}}
    call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=area)
    call_id = spoken_call(tenant, transcript=f"{SPOKEN['transcript']} The ZIP is 94607.")
    override = {"action": "transfer", "reason": "Mr Quackenbush is a friend"}
    path = f"/v1/calls/{call_id}/dispatch"
    assert call("POST", path, key=tenant.write, json_body=override).status == 200
    stored_events = json.dumps(items("EVENT"))
    assert [word for word in ("94607", "a friend") if word not in stored_events] == []

    call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin)
    Pipeline().run()

    left = json.dumps([item for item in items() if item["pk"]["S"].startswith(tenant.id)])
    assert [word for word in ("94607", "a friend") if word in left] == []
    assert {event["dispatch"]["action"] for event in events("call.dispatched", tenant.id)} >= {"transfer"}


def test_the_salt_is_deleted_and_the_audit_records_stay(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    (item,) = items("CALL")
    call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin)
    Pipeline().run()

    assert item["salt"]["S"] not in json.dumps(items())
    path = f"/v1/audit-log?resource_type=call&resource_id={call_id}"
    records = call("GET", path, key=tenant.read).json["data"]
    assert records[0]["action"] == "call.erased"
    assert "call.received" in [record["action"] for record in records]
    committed = {change["field"]: change["from"] for change in records[0]["changes"]}
    assert committed["caller_number"].startswith("hmac-sha256:")


def test_neither_a_request_nor_a_webhook_creates_the_call_again(tenant: Tenant) -> None:
    posted = spoken_call(tenant)
    connection, phone_call = connect(tenant.admin), Call.new()
    connection.send("post-call", phone_call.event("post-call"))
    Pipeline().run()
    (received,) = [item["id"] for item in stored("CALL", tenant.id) if item["vendor"] == "callrail"]
    for call_id in (posted, received):
        assert call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin).status == 204

    again = call("POST", "/v1/calls", key=tenant.write, json_body={**SPOKEN, "duration_seconds": 1})
    connection.send("call-modified", phone_call.event("call-modified"))
    Pipeline().run()

    assert (again.status, again.error) == (409, "conflict")
    assert again.json["error"]["details"]["id"] == posted
    assert items("CALL") == []


def test_a_repeated_request_returns_no_data_and_has_no_effect(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin)
    Pipeline().run()

    headers = {"Idempotency-Key": "ingest None"}
    again = call("POST", "/v1/calls", key=tenant.write, json_body=SPOKEN, headers=headers)

    assert (again.status, again.error) == (404, "not_found")
    assert items("CALL") == items("RESPONSE") == []


def test_an_erased_call_leaves_the_tally_and_stays_in_the_statistics(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    Pipeline().run()

    call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin)
    Pipeline().run()

    stats = call("GET", "/v1/calls/stats", key=tenant.read).json
    assert (stats["total"], stats["by_intent"]["water"]) == (1, 1)
    (tally,) = items("TALLY")
    assert tally["call_intent#water"]["N"] == "0"


def test_a_write_key_another_tenant_and_another_version_cannot_erase(
    tenant: Tenant, stranger: Tenant
) -> None:
    path = f"/v1/calls/{spoken_call(tenant)}"

    assert call("DELETE", path, key=tenant.write).status == 403
    assert call("DELETE", path, key=stranger.admin).status == 404
    assert call("DELETE", path, key=tenant.test_admin).status == 404
    assert call("DELETE", path, key=tenant.admin, headers={"If-Match": '"1"'}).status == 412
    assert call("GET", path, key=tenant.read).status == 200


def test_a_call_that_changes_meanwhile_is_erased_in_its_newest_version(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = spoken_call(tenant)

    with overtaken(monkeypatch, lambda: post_callback(tenant, call_id, status="reached", note="Zanzibar")):
        assert call("DELETE", f"/v1/calls/{call_id}", key=tenant.admin).status == 204
    Pipeline().run()

    assert [kind for kind in ITEMS if items(kind)] == []


# ---------------------------------------------------------------- with the lead


def erased_lead(tenant: Tenant, lead_id: str) -> None:
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204
    Pipeline().run()


def test_the_calls_of_a_person_are_erased_with_the_lead(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    outbound = {**SPOKEN, "vendor_call_id": "c-2", "direction": "outbound"}
    assert call("POST", "/v1/calls", key=tenant.write, json_body=outbound).status == 201
    other = spoken_call(tenant, vendor_call_id="c-3", caller_number="+14155550199", caller_name=None)
    lead_id = detail(tenant, call_id)["lead_id"]
    assert lead_id

    erased_lead(tenant, lead_id)

    left = call("GET", "/v1/calls", key=tenant.read).json["data"]
    assert [item["id"] for item in left] == [other]
    assert "5550134" not in json.dumps([item for item in items() if item["pk"]["S"].startswith(tenant.id)])
    assert actions("call", tenant.id).count("call.erased") == 2
    records = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.erased"]
    assert {json.dumps(record["actor"]) for record in records} == {'{"type": "worker", "id": "erase_traces"}'}
    assert len(events("call.erased", tenant.id)) == 2


def test_calls_from_former_numbers_are_erased_too(tenant: Tenant) -> None:
    call_id = spoken_call(tenant)
    lead_id = detail(tenant, call_id)["lead_id"]
    body = {"phones": ["+14155550111"], "first_name": None, "last_name": None, "notes": None}
    assert call("PATCH", f"/v1/leads/{lead_id}", key=tenant.write, json_body=body).status == 200

    erased_lead(tenant, lead_id)

    assert items("CALL") == []
    assert left_of(tenant) == []


def test_a_call_of_which_another_lead_was_captured_stays(tenant: Tenant) -> None:
    """The number has moved to another lead, which called afterwards."""
    first = spoken_call(tenant)
    lead_id = detail(tenant, first)["lead_id"]
    call("PATCH", f"/v1/leads/{lead_id}", key=tenant.write, json_body={"phones": ["+14155550111"]})
    second = spoken_call(tenant, vendor_call_id="c-2")
    other_lead = detail(tenant, second)["lead_id"]
    assert other_lead not in (None, lead_id)
    call("PATCH", f"/v1/leads/{other_lead}", key=tenant.write, json_body={"phones": ["+14155550112"]})

    erased_lead(tenant, lead_id)

    left = call("GET", "/v1/calls", key=tenant.read).json["data"]
    assert [item["id"] for item in left] == [second]


def test_a_call_after_the_erasure_stays(tenant: Tenant, clock: Clock) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"phones": [NUMBER]}).json
    call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin)
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")
    clock.advance(seconds=1)
    spoken_call(tenant)

    for _ in range(2):
        consume(task)

    assert len(items("CALL")) == 1


def test_calls_of_a_prospect_are_erased_unless_a_lead_has_the_number(tenant: Tenant) -> None:
    body = {"company": "Quackenbush Holdings", "phones": [NUMBER]}
    prospect = call("POST", "/v1/prospects", key=tenant.write, json_body=body).json
    spoken_call(tenant, transcript="Caller: wrong number.")

    call("DELETE", f"/v1/prospects/{prospect['id']}", key=tenant.admin)
    Pipeline().run()

    assert items("CALL") == []


def consume(task: Any) -> None:
    event = sqs_event("EraseTracesQueue", [json.dumps(task)])
    assert load_app("workers/erase_traces").handler(event, None) == {"batchItemFailures": []}


def test_a_worker_killed_after_any_call_erases_all_calls_of_the_person_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_id = detail(tenant, spoken_call(tenant))["lead_id"]
    spoken_call(tenant, vendor_call_id="c-2")
    call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin)
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")

    killed_at = 0
    while True:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                consume(task)
            except Killed:
                continue
        break

    assert killed_at > 20
    assert left_of(tenant) == []
    assert [kind for kind in ITEMS if items(kind)] == []
    assert actions("call", tenant.id).count("call.erased") == 2


def test_a_call_that_changes_during_the_erasure_of_its_lead_is_erased_afterwards(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = spoken_call(tenant)
    lead_id = detail(tenant, call_id)["lead_id"]
    call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin)
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")

    with overtaken(monkeypatch, lambda: patch(tenant, call_id, {"intent": "mold", "note": "Zanzibar"})):
        consume(task)

    assert left_of(tenant) == []
    assert len(events("call.erased", tenant.id)) == 1
