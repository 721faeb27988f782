"""A qualified call creates one lead and one `call.qualified`, wherever the worker is killed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import ids
from eal.core.clock import rfc3339
from tests.support.callrail import Connection, actions, connect, events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import Pipeline, sqs_event
from tools.fixtures.callrail import TRANSCRIPT, Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


ATTRIBUTION = (
    "source", "medium", "campaign", "keywords", "referring_url", "landing_page_url", "last_requested_url",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid",
    "device_type",
)  # fmt: skip
"""All attribution fields of the tracker."""


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect(tenant.admin)


def classified(connection: Connection, tenant: Tenant, body: bytes) -> str:
    """A call through receiver, normaliser and classifier. Returns the message of the bus to the worker."""
    known = len(events("call.classified", tenant.id))
    assert connection.send("post-call", body).status == 202
    sent = [json.dumps(message) for message in enqueued("CallrailQueue")]
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", sent), None)
    (newest,) = sorted((item for item in stored("CALL", tenant.id)), key=lambda item: str(item["id"]))[-1:]
    task = {
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "request-1",
        "task": "classify_call",
        "call_id": newest["id"],
    }
    load_app("workers/classify_call").handler(sqs_event("ClassifyQueue", [json.dumps(task)]), None)
    data = events("call.classified", tenant.id)
    assert len(data) == known + 1
    (mine,) = [shown for shown in data if shown["id"] == newest["id"]]
    detail = {
        "id": "evt_1",
        "type": "call.classified",
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "request-1",
        "sequence": 2,
        "created_at": "2026-04-24T17:42:11.314Z",
        "data": mine,
    }
    return json.dumps({"detail-type": "call.classified", "source": "eal.events", "detail": detail})


def qualify(*messages: str) -> list[str]:
    response = load_app("workers/qualify_call").handler(sqs_event("QualifyQueue", list(messages)), None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def changed(phone_call: Call, **more: Any) -> bytes:
    return json.dumps({**json.loads(phone_call.event("post-call")), **more}).encode()


def test_a_qualified_call_creates_and_links_a_lead_in_one_transaction(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone_call = Call.new()
    message = classified(connection, tenant, phone_call.event("post-call"))

    with watched_calls(monkeypatch) as calls:
        assert qualify(message) == []

    assert calls.count("TransactWriteItems") == 1
    (data,) = events("call.qualified", tenant.id)
    (lead,) = events("lead.created", tenant.id)
    assert data["lead_id"] == lead["id"]
    assert data["qualified_at"].endswith("Z")
    assert (lead["phones"], lead["source"], lead["loss_type"]) == ([phone_call.caller], "call", "water")
    assert (lead["first_name"], lead["last_name"]) == ("Dana", "Reyes")
    found = call("GET", f"/v1/calls/{data['id']}", key=tenant.read).json
    assert (found["lead_id"], found["status"]) == (lead["id"], "needs_review")
    assert actions("call", tenant.id) == ["call.received", "call.classified", "call.qualified"]
    assert actions("lead", tenant.id) == ["lead.created"]
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.qualified"]
    assert record["actor"] == {"type": "worker", "id": "qualify_call"}
    assert record["request_id"] == "request-1"


def test_the_attribution_of_a_lead_of_a_call_can_be_sent_back(connection: Connection, tenant: Tenant) -> None:
    attributed = {name: f"a {name}" for name in ATTRIBUTION}
    qualify(classified(connection, tenant, changed(Call.new(), **attributed)))
    (lead,) = call("GET", "/v1/leads", key=tenant.read).json["data"]
    assert lead["attribution"] == attributed
    shorter = {name: text for name, text in attributed.items() if name != "keywords"}

    for attribution in (attributed, shorter):
        body = {"attribution": attribution}
        response = call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.write, json_body=body)
        assert (response.status, response.json["attribution"]) == (200, attribution)


def test_a_second_call_of_the_same_caller_finds_the_lead(connection: Connection, tenant: Tenant) -> None:
    phone_call = Call.new()
    qualify(classified(connection, tenant, phone_call.event("post-call")))
    again = changed(phone_call, resource_id="CAL2")

    qualify(classified(connection, tenant, again))

    assert len(events("lead.created", tenant.id)) == 1
    assert len({data["lead_id"] for data in events("call.qualified", tenant.id)}) == 1
    assert len(events("call.qualified", tenant.id)) == 2


def test_a_call_of_an_existing_lead_fills_in_missing_values(connection: Connection, tenant: Tenant) -> None:
    phone_call = Call.new()
    body = {"phones": [phone_call.caller], "loss_type": "fire", "company": "Own"}
    known = call("POST", "/v1/leads", key=tenant.write, json_body=body).json
    message = classified(connection, tenant, phone_call.event("post-call"))

    assert qualify(message, message) == []

    lead = call("GET", f"/v1/leads/{known['id']}", key=tenant.read).json
    assert (lead["first_name"], lead["last_name"], lead["urgency"]) == ("Dana", "Reyes", "emergency")
    assert (lead["loss_type"], lead["company"], lead["source"]) == ("fire", "Own", known["source"])
    assert "Also given: loss_type: water" in lead["notes"].split("\n\n")
    assert lead["version"] == 2
    assert actions("lead", tenant.id) == ["lead.created", "lead.updated"]


def test_a_call_of_a_lead_with_full_notes_is_still_qualified(connection: Connection, tenant: Tenant) -> None:
    phone_call = Call.new()
    body = {"phones": [phone_call.caller], "loss_type": "fire", "notes": "x" * 10_000}
    known = call("POST", "/v1/leads", key=tenant.write, json_body=body).json

    assert qualify(classified(connection, tenant, phone_call.event("post-call"))) == []

    lead = call("GET", f"/v1/leads/{known['id']}", key=tenant.read).json
    assert (lead["notes"], lead["loss_type"], lead["first_name"]) == (known["notes"], "fire", "Dana")
    assert [data["lead_id"] for data in events("call.qualified", tenant.id)] == [known["id"]]


def test_a_caller_who_withheld_the_number_is_qualified_without_a_lead(
    connection: Connection, tenant: Tenant
) -> None:
    qualify(classified(connection, tenant, changed(Call.new(), customer_phone_number="anonymous")))

    (data,) = events("call.qualified", tenant.id)
    assert data["lead_id"] is None
    assert events("lead.created", tenant.id) == []


def test_no_lead_is_created_after_ai_was_disabled(connection: Connection, tenant: Tenant) -> None:
    message = classified(connection, tenant, Call.new().event("post-call"))
    body = {"settings": {"ai": {"enabled": False}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    assert qualify(message) == []

    assert events("call.qualified", tenant.id) == events("lead.created", tenant.id) == []


def test_a_call_that_no_longer_qualifies_is_not_changed(connection: Connection, tenant: Tenant) -> None:
    body = changed(Call.new(), transcription="Caller: Sorry, wrong number.")
    message = json.loads(classified(connection, tenant, body))
    message["detail"]["data"]["classification"]["qualified"] = True

    assert qualify(json.dumps(message)) == []

    assert events("call.qualified", tenant.id) == []
    assert events("lead.created", tenant.id) == []


def test_a_repeated_message_changes_nothing(connection: Connection, tenant: Tenant) -> None:
    message = classified(connection, tenant, Call.new().event("post-call"))

    assert qualify(message, message) == []
    assert qualify(message) == []

    assert len(events("call.qualified", tenant.id)) == len(events("lead.created", tenant.id)) == 1


def test_the_lead_of_an_old_call_has_the_time_of_its_creation(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    message = classified(connection, tenant, Call.new().event("post-call"))
    clock.advance(days=3)

    assert qualify(message) == []

    (lead,) = call("GET", f"/v1/leads?created_after={rfc3339(clock.at)}", key=tenant.read).json["data"]
    assert lead["created_at"] == rfc3339(clock.at) == rfc3339(ids.created_at(lead["id"]))


def test_only_one_of_two_concurrent_workers_creates_a_lead(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = classified(connection, tenant, Call.new().event("post-call"))

    with overtaken(monkeypatch, lambda: qualify(message)):
        assert qualify(message) == []

    (data,) = events("call.qualified", tenant.id)
    assert [lead["id"] for lead in stored("LEAD", tenant.id)] == [data["lead_id"]]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_worker_killed_after_any_call_creates_one_lead_and_one_event(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    message = classified(connection, tenant, Call.new().event("post-call"))
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        try:
            qualify(message)
        except Killed:
            pass
        else:
            assert number > len(calls.made)

    assert qualify(message) == []

    (data,) = events("call.qualified", tenant.id)
    (lead,) = events("lead.created", tenant.id)
    assert data["lead_id"] == lead["id"]
    assert len(stored("LEAD", tenant.id)) == 1
    assert actions("call", tenant.id).count("call.qualified") == 1


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("number", range(1, 7))
def test_a_lead_erased_between_two_runs_is_not_created_again(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int, known: bool
) -> None:
    phone_call = Call.new()
    if known:
        call("POST", "/v1/leads", key=tenant.write, json_body={"phones": [phone_call.caller]})
    message = classified(connection, tenant, phone_call.event("post-call"))
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with suppress(Killed):
            qualify(message)
    linked = [lead for lead in stored("LEAD", tenant.id) if lead["version"] == 1 + known]
    for lead in linked:
        assert call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin).status == 204

    assert qualify(message) == []

    (data,) = events("call.qualified", tenant.id)
    assert {lead["id"] for lead in stored("LEAD", tenant.id)} == (set() if linked else {data["lead_id"]})


def test_a_call_passes_through_the_whole_pipeline(connection: Connection, tenant: Tenant) -> None:
    phone_call = Call.new()
    for kind in ("call-modified", "pre-call", "post-call", "routing-complete", "post-call"):
        assert connection.send(kind, phone_call.event(kind)).status == 202

    Pipeline().run()

    feed = sorted(
        (item["feedsk"], item["type"])
        for item in stored("EVENT", tenant.id)
        if item["type"] != "api_key.created"
    )
    assert [name for _, name in feed] == [
        "call.received",
        "call.classified",
        "call.dispatched",
        "lead.created",
        "call.qualified",
    ]
    found = call("GET", "/v1/calls?qualified=true", key=tenant.read).json["data"]
    assert [item["vendor_call_id"] for item in found] == [phone_call.resource_id]
    assert TRANSCRIPT not in str(stored("EVENT", tenant.id))
