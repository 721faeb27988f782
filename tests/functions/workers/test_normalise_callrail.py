"""CallRail's webhooks become one call, in any order, with repetitions, and with killed workers."""

from __future__ import annotations

import io
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, observe
from eal.domain.calls.model import MAX_MODIFICATIONS
from tests.support.callrail import Connection, actions, connect, events, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import delayed, sqs_event
from tools.fixtures.callrail import TRANSCRIPT, Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

KINDS = ("pre-call", "routing-complete", "post-call", "call-modified")


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect(tenant.admin)


def message(connection: Connection, kind: str, body: bytes) -> str:
    """The message that the receiver enqueues for a body."""
    assert connection.send(kind, body).status == 202
    (found,) = enqueued("CallrailQueue")
    return json.dumps(found)


def normalise(*messages: str) -> list[str]:
    """Run the worker. The ids of the failed messages."""
    response = load_app("workers/normalise_callrail").handler(
        sqs_event("CallrailQueue", list(messages)), None
    )
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def said(kind: str, **more: Any) -> bytes:
    return json.dumps({"resource_id": "CAL1", "direction": "inbound", **more}).encode()


def only_call(tenant: Tenant) -> Any:
    (found,) = call("GET", "/v1/calls", key=tenant.read).json["data"]
    return call("GET", f"/v1/calls/{found['id']}", key=tenant.read).json


def task_names(tenant: Tenant, call_id: str = "") -> list[str]:
    """The tasks for a call, or for all."""
    return sorted(str(task["task"]) for task in stored("TASK", tenant.id) if call_id in str(task["data"]))


def timeless(shown: Any) -> Any:
    return {
        name: value
        for name, value in shown.items()
        if name not in ("id", "created_at", "updated_at", "version")
    }


def test_a_post_call_becomes_a_call_and_a_separate_transcript(connection: Connection, tenant: Tenant) -> None:
    phone_call = Call.new()

    assert normalise(message(connection, "post-call", phone_call.event("post-call"))) == []

    found = only_call(tenant)
    assert found["status"] == "received"
    assert (found["vendor"], found["vendor_call_id"]) == ("callrail", phone_call.resource_id)
    assert (found["caller_number"], found["caller_name"]) == (phone_call.caller, "Dana Reyes")
    assert (found["answered"], found["voicemail"], found["duration_seconds"]) == (True, False, 94)
    assert found["attribution"] == {"utm_source": "google", "utm_campaign": "burst pipes"}
    assert found["transcript"]["text"] == TRANSCRIPT
    assert [turn["speaker"] for turn in found["transcript"]["turns"][:2]] == ["agent", "caller"]
    assert (found["has_recording"], found["recording_url"], found["recording_url_expires_at"]) == (
        True,
        None,
        None,
    )
    assert "access_key" not in json.dumps(found)
    assert found["classification"] is None
    assert found["classification_runs"] == []
    assert (found["correction"], found["dispatch"], found["lead_id"]) == (None, None, None)
    (item,) = stored("CALL", tenant.id)
    assert TRANSCRIPT[:40] not in str(item)


def test_the_first_event_is_call_received_without_transcript_and_recording(
    connection: Connection, tenant: Tenant
) -> None:
    normalise(message(connection, "post-call", Call.new().event("post-call")))

    (data,) = events("call.received", tenant.id)
    shown = call("GET", "/v1/calls", key=tenant.read).json["data"][0]
    assert data == shown
    assert not {"transcript", "recording_url", "classification_runs"} & data.keys()
    assert "access_key" not in str(data)
    assert "basement" not in str(data)
    assert (data["has_transcript"], data["has_recording"]) == (True, True)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_any_order_and_repetition_results_in_one_call_one_event_and_one_task(
    connection: Connection, tenant: Tenant, order: tuple[int, ...]
) -> None:
    phone_call = Call.new()
    messages = [message(connection, kind, phone_call.event(kind)) for kind in KINDS]

    for index in (*order, *order):
        assert normalise(messages[index]) == []

    found = only_call(tenant)
    assert len(stored("CALL", tenant.id)) == len(stored("TRANSCRIPT", tenant.id)) == 1
    assert len(events("call.received", tenant.id)) == 1
    assert task_names(tenant) == ["classify_call", "fetch_recording"]
    assert actions("call", tenant.id).count("call.received") == 1
    assert (found["tags"], found["note"], found["answered"]) == (["water"], "Looks urgent", True)
    assert (found["destination_number"], found["duration_seconds"]) == ("+14155550177", 94)


def test_all_orders_give_the_same_call(connection: Connection, tenant: Tenant) -> None:
    phone_call = Call.new()
    shown: list[Any] = []
    for order in itertools.islice(itertools.permutations(KINDS), 0, 24, 5):
        resource = f"CAL{len(shown)}"
        messages = {
            kind: message(
                connection,
                kind,
                phone_call.event(kind).replace(phone_call.resource_id.encode(), resource.encode()),
            )
            for kind in KINDS
        }
        for kind in order:
            normalise(messages[kind])
        newest = call("GET", "/v1/calls?limit=1", key=tenant.read).json["data"][0]["id"]
        whole = call("GET", f"/v1/calls/{newest}", key=tenant.read).json
        assert whole.pop("vendor_call_id") == resource
        shown.append(timeless(whole))

    assert all(call == shown[0] for call in shown)


def test_a_repeated_message_writes_nothing(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = message(connection, "post-call", Call.new().event("post-call"))
    normalise(sent)

    with watched_calls(monkeypatch) as calls:
        normalise(sent)

    assert calls.made == ["GetObject", "GetItem", "GetItem", "UpdateItem"]
    assert only_call(tenant)["version"] == 1


@pytest.mark.parametrize("captured", ["pre-call", "routing-complete", "post-call"])
def test_a_captured_body_changes_nothing_at_another_address(
    connection: Connection, tenant: Tenant, captured: str
) -> None:
    phone_call = Call.new()
    for kind in KINDS[:3]:
        normalise(message(connection, kind, phone_call.event(kind)))
    before = only_call(tenant)

    for kind in ("call-modified", "outbound-call-modified", "post-call") * 2:
        assert normalise(message(connection, kind, phone_call.event(captured))) == []

    after = only_call(tenant)
    outcome = ("status", "answered", "voicemail", "duration_seconds", "direction", "tags")
    assert {name: after[name] for name in outcome} == {name: before[name] for name in outcome}
    assert after["version"] <= before["version"] + 1, "a body is one event, however often it is sent"


def test_a_change_is_audited_with_personal_values_as_commitments(
    connection: Connection, tenant: Tenant
) -> None:
    phone_call = Call.new()
    normalise(message(connection, "pre-call", phone_call.event("pre-call")))
    normalise(message(connection, "post-call", phone_call.event("post-call")))

    assert actions("call", tenant.id) == ["call.received", "call.updated"]
    records = [item for item in stored("AUDIT", tenant.id) if str(item["action"]).startswith("call.")]
    assert [(item["source"], item["actor"]) for item in records] == [
        ("webhook", {"type": "vendor", "id": "callrail"})
    ] * 2
    log = str(records)
    for secret in (phone_call.caller, "Dana", "Oakland", "access_key", "basement"):
        assert secret not in log
    changes = {change["field"]: change for change in json.loads(json.dumps(records[1]["changes"]))}
    assert changes["status"] == {"field": "status", "from": "in_progress", "to": "received"}
    assert changes["answered"]["to"] is True
    assert changes["recording_url"]["to"] == "***"
    assert changes["transcript_sha256"]["to"].startswith("hmac-sha256:")


def test_the_agent_and_the_tags_of_a_call_are_personal_too(connection: Connection, tenant: Tenant) -> None:
    personal = {
        "business_phone_number": "4155550188",
        "agent_email": "sam@example.com",
        "tags": ["Mrs Ortiz"],
    }
    normalise(message(connection, "post-call", said("post-call", **personal)))

    found = only_call(tenant)
    assert (found["destination_number"], found["agent_email"]) == ("+14155550188", "sam@example.com")
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.received"]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(record["changes"]))}
    for field in ("destination_number", "agent_email", "tags"):
        assert changes[field].startswith("hmac-sha256:"), field


def test_a_call_is_not_classified_before_its_end(connection: Connection, tenant: Tenant) -> None:
    normalise(message(connection, "pre-call", Call.new().event("pre-call")))

    found = only_call(tenant)
    assert (found["status"], found["answered"], found["duration_seconds"]) == ("in_progress", None, None)
    assert stored("TASK", tenant.id) == []


def test_a_late_transcript_is_classified_and_a_late_note_is_not(
    connection: Connection, tenant: Tenant
) -> None:
    normalise(message(connection, "post-call", said("post-call", answered=True, duration="94")))
    normalise(message(connection, "call-modified", said("call-modified", changes=["note"], note="x")))
    assert len(stored("TASK", tenant.id)) == 1

    late = said("call-modified", changes=["transcription_text"], transcription=TRANSCRIPT)
    normalise(message(connection, "call-modified", late))

    tasks = stored("TASK", tenant.id)
    assert [json.loads(str(task["data"])) for task in tasks] == [{"call_id": only_call(tenant)["id"]}] * 2
    assert only_call(tenant)["transcript"]["text"] == TRANSCRIPT


def test_a_cleared_value_is_removed_and_can_be_set_again(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    normalise(message(connection, "post-call", said("post-call", tags=["water"], note="Looks urgent")))
    shown = []
    for more in (
        {"changes": ["spam"], "spam": True},
        {"changes": ["spam"], "spam": False},
        {"changes": ["spam"], "spam": True},
        {"changes": ["tags", "note"], "spam": True, "tags": [], "note": ""},
    ):
        clock.advance(seconds=5)
        sent = message(connection, "call-modified", said("call-modified", **more))
        assert normalise(sent, sent) == []
        found = only_call(tenant)
        shown.append((found["spam"], found["tags"], found["note"], found["version"]))

    kept = (["water"], "Looks urgent")
    assert shown == [(True, *kept, 2), (False, *kept, 3), (True, *kept, 4), (True, [], None, 5)]
    last = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.updated"][-1]
    assert {str(change["field"]): change["to"] for change in json.loads(json.dumps(last["changes"]))}[
        "tags"
    ] is None


def modified(connection: Connection, clock: Clock, **more: Any) -> str:
    """The message of a modification of the note, which CallRail sends some seconds later."""
    clock.advance(seconds=5)
    return message(connection, "call-modified", said("call-modified", changes=["note"], **more))


def test_modifications_over_the_limit_of_an_hour_wait_and_none_is_lost(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    normalise(message(connection, "post-call", said("post-call", answered=True)))
    for _ in range(MAX_MODIFICATIONS):
        assert normalise(modified(connection, clock, note="captured")) == []
    full = only_call(tenant)
    late = [modified(connection, clock, note="captured") for _ in range(3)]
    genuine = modified(connection, clock, note="Call back before noon", tags=["water"])

    for _ in range(3):  # each time after a delay of at most 4 minutes
        assert normalise(genuine, *late) == []
        genuine, *late = [json.dumps(waits) for waits in delayed("CallrailQueue")]
        clock.advance(seconds=240)
    assert only_call(tenant) == full
    clock.advance(hours=1)
    assert normalise(genuine, *late) == []

    found = only_call(tenant)
    assert (found["note"], found["tags"]) == ("Call back before noon", ["water"])
    assert (full["version"], found["version"]) == (1 + MAX_MODIFICATIONS, 2 + MAX_MODIFICATIONS)
    assert actions("call", tenant.id).count("call.updated") == 1 + MAX_MODIFICATIONS
    assert delayed("CallrailQueue") == []


def test_only_a_first_transcript_takes_effect_over_the_limit(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    normalise(message(connection, "post-call", said("post-call", answered=True)))
    for _ in range(MAX_MODIFICATIONS):
        normalise(modified(connection, clock, note="captured"))

    normalise(modified(connection, clock, transcription="Caller: one"))
    normalise(modified(connection, clock, transcription="Caller: two"))

    assert only_call(tenant)["transcript"]["text"] == "Caller: one"
    assert len(delayed("CallrailQueue")) == 1


def test_each_call_has_its_own_limit(clock: Clock, connection: Connection, tenant: Tenant) -> None:
    for _ in range(MAX_MODIFICATIONS + 2):
        normalise(modified(connection, clock, note="captured"))
    clock.advance(seconds=5)
    body = said("call-modified", changes=["note"], note="x").replace(b"CAL1", b"CAL2")
    for _ in range(2):
        normalise(message(connection, "call-modified", body))
        clock.advance(seconds=5)

    found = {str(item["vendor_call_id"]): item["version"] for item in stored("CALL", tenant.id)}
    assert found == {"CAL1": 1 + MAX_MODIFICATIONS, "CAL2": 2}


def test_a_corrected_transcript_replaces_the_first(connection: Connection, tenant: Tenant) -> None:
    normalise(message(connection, "post-call", said("post-call", transcription="Caller: one")))
    normalise(message(connection, "call-modified", said("call-modified", transcription="Caller: two")))
    normalise(message(connection, "pre-call", said("pre-call", customer_name="Dana")))

    assert only_call(tenant)["transcript"]["text"] == "Caller: two"
    (item,) = stored("TRANSCRIPT", tenant.id)
    assert item["version"] == 2


def test_an_outbound_call_is_stored_without_an_event(connection: Connection, tenant: Tenant) -> None:
    normalise(message(connection, "outbound-post-call", said("", direction="outbound", duration="30")))
    normalise(message(connection, "outbound-call-modified", said("", direction="outbound", note="x")))

    found = only_call(tenant)
    assert (found["direction"], found["note"], found["status"]) == ("outbound", "x", "received")
    assert events("call.received", tenant.id) == []
    assert stored("TASK", tenant.id) == []


def form(**more: Any) -> bytes:
    body = {
        "resource_id": "FRM1",
        "submitted_at": "2026-04-24T13:42:11.000-04:00",
        "form_url": "https://acme.example/contact?session=s3cret",
        "utm_source": "google",
        "form_data": {
            "your-name": "Dana Reyes",
            "Email Address": "Dana@Example.com",
            "phone_number": "(415) 555-0142",
            "How can we help?": "A pipe burst.",
            "preferred-time": "mornings",
        },
        **more,
    }
    return json.dumps(body).encode()


def only_lead(tenant: Tenant) -> Any:
    (found,) = call("GET", "/v1/leads", key=tenant.read).json["data"]
    return found


def test_a_form_becomes_a_lead(connection: Connection, tenant: Tenant) -> None:
    assert normalise(message(connection, "form-submission", form())) == []

    lead = only_lead(tenant)
    assert (lead["first_name"], lead["last_name"]) == ("Dana", "Reyes")
    assert (lead["email"], lead["phones"]) == ("dana@example.com", ["+14155550142"])
    assert (lead["source"], lead["source_detail"]) == ("web_form", "https://acme.example/contact?***")
    assert (lead["notes"], lead["metadata"]) == ("A pipe burst.", {"preferred-time": "mornings"})
    assert lead["attribution"]["utm_source"] == "google"
    assert len(events("lead.created", tenant.id)) == 1
    (item,) = stored("FORM", tenant.id)
    assert (item["lead_id"], item["submitted_at"]) == (lead["id"], "2026-04-24T17:42:11.000Z")
    assert item["fields"] == json.loads(form())["form_data"]
    assert actions("form", tenant.id) == ["form.received"]
    assert "Dana" not in str(stored("AUDIT", tenant.id))


def test_a_repeated_form_is_recorded_once(connection: Connection, tenant: Tenant) -> None:
    first = message(connection, "form-submission", form())
    for sent in (first, first, message(connection, "form-submission", form(updated_at="2026-04-25"))):
        assert normalise(sent) == []

    assert len(stored("FORM", tenant.id)) == 1
    assert only_lead(tenant)["version"] == 1


def test_a_form_with_a_known_contact_updates_the_lead(connection: Connection, tenant: Tenant) -> None:
    body = {"email": "dana@example.com", "first_name": "Dana", "notes": "Called before."}
    known = call("POST", "/v1/leads", key=tenant.write, json_body=body).json

    normalise(message(connection, "form-submission", form()))

    lead = only_lead(tenant)
    assert lead["id"] == known["id"]
    assert lead["notes"].startswith("Called before.\n\nA pipe burst.\n\nAlso given: source_detail: https://")
    assert lead["phones"] == ["+14155550142"]
    assert (lead["source"], lead["status"]) == (known["source"], "new")


def test_a_form_that_matches_two_leads_goes_to_the_lead_with_the_e_mail(
    connection: Connection, tenant: Tenant
) -> None:
    first = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "dana@example.com"}).json
    second = call("POST", "/v1/leads", key=tenant.write, json_body={"phones": ["+14155550142"]}).json

    assert normalise(message(connection, "form-submission", form())) == []

    (item,) = stored("FORM", tenant.id)
    assert item["lead_id"] == first["id"]
    assert call("GET", f"/v1/leads/{second['id']}", key=tenant.read).json == second


def test_a_form_only_fills_in_empty_fields_of_a_lead(connection: Connection, tenant: Tenant) -> None:
    body = {
        "email": "dana@example.com",
        "first_name": "Dana",
        "company": "Own",
        "metadata": {"preferred-time": "evenings"},
        "attribution": {"utm_source": "bing"},
    }
    known = call("POST", "/v1/leads", key=tenant.write, json_body=body).json
    fields = json.loads(form())["form_data"]

    for form_body in (form(), form(resource_id="FRM2", form_data={**fields, "company": "Other"})):
        assert normalise(message(connection, "form-submission", form_body)) == []

    lead = only_lead(tenant)
    assert (lead["first_name"], lead["last_name"], lead["company"]) == ("Dana", "Reyes", "Own")
    assert (lead["metadata"], lead["attribution"]["utm_source"]) == (known["metadata"], "bing")
    assert lead["source_detail"] is None
    assert lead["notes"].split("\n\n") == [
        "A pipe burst.",
        "Also given: source_detail: https://acme.example/contact?***",
        "Also given: metadata.preferred-time: mornings",
        "Also given: attribution.utm_source: google",
        "Also given: company: Other",
    ]


def test_a_form_is_merged_into_a_full_lead_as_far_as_it_fits(connection: Connection, tenant: Tenant) -> None:
    body = {"email": "dana@example.com", "company": "Own", "notes": "x" * 9_995}
    known = call("POST", "/v1/leads", key=tenant.write, json_body=body).json

    assert normalise(message(connection, "form-submission", form())) == []

    assert stored("FORM", tenant.id)[0]["lead_id"] == known["id"]
    lead = only_lead(tenant)
    assert (lead["notes"], lead["company"]) == (known["notes"], "Own")
    assert (lead["first_name"], lead["phones"]) == ("Dana", ["+14155550142"])
    assert lead["metadata"] == {"preferred-time": "mornings"}


def test_a_form_with_control_characters_or_long_values_becomes_a_lead(
    connection: Connection, tenant: Tenant
) -> None:
    fields = {
        "name": "Da\x00na\nReyes",
        "email": "dana@example.com",
        "message": "A pipe\x07\r\nburst. " + "水" * 4_900,
        **{f"field {n}": "水" * 500 for n in range(22)},
    }
    body = form(form_data=fields, utm_source="goo\x1b\ngle", form_url="https://acme.example/\x01a")

    assert normalise(message(connection, "form-submission", body)) == []

    lead = only_lead(tenant)
    assert (lead["first_name"], lead["last_name"]) == ("Dana", "Reyes")
    assert lead["notes"].startswith("A pipe\nburst. 水")
    assert 15 < len(lead["metadata"]) < 22
    assert lead["attribution"]["utm_source"] == "goo gle"
    assert stored("FORM", tenant.id)[0]["lead_id"] == lead["id"]


def test_a_form_without_a_contact_is_stored_without_a_lead(connection: Connection, tenant: Tenant) -> None:
    body = form(form_data={"name": "Dana", "email": "not one", "phone": "12"})

    assert normalise(message(connection, "form-submission", body)) == []

    assert stored("LEAD", tenant.id) == []
    (item,) = stored("FORM", tenant.id)
    assert "lead_id" not in item
    assert "Dana" not in str(item)


def test_a_text_message_is_stored_once(connection: Connection, tenant: Tenant) -> None:
    body = {
        "resource_id": "SCI1", "source_number": "+14155550142", "destination_number": "+14155550188",
        "content": "Is anybody there?", "message_type": "mms", "media_urls": ["https://m.example/1?key=s3cret"],
        "timestamp": "2026-04-24T13:42:11-04:00", "conversation_id": "KZa",
    }  # fmt: skip
    text_message = message(connection, "text-message", json.dumps(body).encode())
    for _ in range(2):
        assert normalise(text_message) == []

    (item,) = stored("TEXT", tenant.id)
    assert (item["direction"], item["from_number"]) == ("received", "+14155550142")
    assert (item["content"], item["media"]) == ("Is anybody there?", 1)
    assert item["at"] == "2026-04-24T17:42:11.000Z"
    assert "s3cret" not in str(item)
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "text.received"]
    assert "anybody" not in str(record)
    assert "+14155550142" not in str(record)


def test_a_text_message_of_an_agent_is_marked_as_sent(connection: Connection, tenant: Tenant) -> None:
    body = {"resource_id": "SCI2", "destination_number": "+14155550142", "content": "Yes.", "agent": "kim"}
    normalise(message(connection, "text-message", json.dumps(body).encode()))

    (item,) = stored("TEXT", tenant.id)
    assert (item["direction"], item["to_number"]) == ("sent", "+14155550142")
    assert actions("text", tenant.id) == ["text.sent"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("form-submission", form()), ("text-message", b'{"resource_id": "SCI1", "content": "hi"}')],
)
def test_forms_and_text_messages_survive_a_killed_worker(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kind: str, body: bytes
) -> None:
    sent = message(connection, kind, body)
    for number in range(1, 9):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                normalise(sent)
            except Killed:
                continue
            break
    else:
        raise AssertionError("it makes more calls than were tried")

    assert normalise(sent) == []
    assert len(stored("FORM", tenant.id) + stored("TEXT", tenant.id)) == 1
    assert len(actions("form", tenant.id) + actions("text", tenant.id)) == 1


def test_an_unknown_kind_is_counted_and_acknowledged(
    connection: Connection, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = message(connection, "convert-assist-complete", b'{"resource_id": "CAL1", "answered": true}')
    assert normalise(sent) == []

    assert stored("CALL", tenant.id) == []
    assert "inbound_unknown_kind" in capsys.readouterr().out
    health = call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body={}).json["health"]
    assert health["status"] == "healthy"


def test_the_connection_is_healthy_after_an_event(connection: Connection, tenant: Tenant) -> None:
    sent = message(connection, "post-call", Call.new().event("post-call"))
    normalise(sent)

    health = call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body={}).json["health"]

    received = json.loads(sent)["received_at"]
    assert health == {"status": "healthy", "last_event_at": received, "last_failure": None}


def test_a_poisoned_message_fails_alone(connection: Connection, tenant: Tenant) -> None:
    poisoned = message(connection, "post-call", b'{"resource_id": ""}')
    good = message(connection, "post-call", Call.new().event("post-call"))

    assert normalise(poisoned, good) == ["message-0"]
    assert len(stored("CALL", tenant.id)) == 1


@pytest.mark.parametrize("kinds", [("post-call",), ("pre-call", "post-call")])
def test_a_worker_killed_after_any_side_effect_stores_everything_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...]
) -> None:
    for number in range(1, 6):
        phone_call = Call.new()
        *before, last = (message(connection, kind, phone_call.event(kind)) for kind in kinds)
        normalise(*before) if before else None
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                normalise(last)
            except Killed:
                pass
            else:
                break
        assert normalise(last) == []

        found = [
            item for item in stored("CALL", tenant.id) if item["vendor_call_id"] == phone_call.resource_id
        ]
        assert len(found) == 1
        assert found[0]["version"] == len(kinds)
        received = [data for data in events("call.received", tenant.id) if data["id"] == found[0]["id"]]
        assert len(received) == 1
        assert task_names(tenant, str(found[0]["id"])) == ["classify_call", "fetch_recording"]


@pytest.mark.parametrize("operation", ["GetObject", "TransactWriteItems", "UpdateItem"])
def test_a_message_that_fails_at_aws_returns_to_the_queue(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    sent = message(connection, "post-call", Call.new().event("post-call"))
    with watched_calls(monkeypatch) as calls:
        calls.refuse[operation] = "InternalServerError"
        assert normalise(sent) == ["message-0"]

    assert normalise(sent) == []
    assert only_call(tenant)["version"] == 1


def test_two_concurrent_workers_store_one_call(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second worker commits between the read and the commit of the first one."""
    phone_call = Call.new()
    first = message(connection, "pre-call", phone_call.event("pre-call"))
    second = message(connection, "post-call", phone_call.event("post-call"))
    send = aws.Client.call

    def overtaken(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            patch.undo()
            assert normalise(second) == []
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", overtaken)
        assert normalise(first) == []

    assert only_call(tenant)["status"] == "received"
    assert len(events("call.received", tenant.id)) == 1
    assert actions("call", tenant.id) == ["call.received"]


def test_neither_the_transcript_nor_the_caller_is_logged(
    connection: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    phone_call = Call.new()
    normalise(message(connection, "post-call", phone_call.event("post-call")))
    normalise(message(connection, "post-call", b'{"resource_id": "", "customer_name": "Dana Reyes"}'))

    logged = log.getvalue() + capsys.readouterr().out
    assert "message_failed" in logged
    for private in ("Dana", phone_call.caller, "basement", "access_key", connection.id):
        assert private not in logged


def test_a_test_connection_stores_test_calls(tenant: Tenant) -> None:
    sandbox = connect(tenant.test_admin)

    normalise(message(sandbox, "post-call", Call.new().event("post-call")))

    assert len(stored("CALL", tenant.id, "test")) == 1
    assert stored("CALL", tenant.id, "live") == []
