"""The main flow in process: from CallRail's signed webhooks to lead, events and audit log, in any order, repeated."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from tests.support.http import call as request
from tests.support.http import load_app, proxy_event
from tests.support.pipeline import Pipeline, items
from tools.fixtures.callrail import Call, signature
from tools.fixtures.receiver import Inbox, receiver
from tools.fixtures.verifier import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant

KINDS = ("pre-call", "routing-complete", "post-call", "call-modified")
EXPECTED = ["call.classified", "call.dispatched", "call.qualified", "call.received", "lead.created"]
SIGNING_KEY = "callrail-signing-key"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with receiver() as inbox:
        yield inbox


@pytest.fixture
def connection_id(tenant: Tenant) -> str:
    body = {"settings": {}, "secrets": {"signing_key": SIGNING_KEY}}
    response = request("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body=body)
    assert response.status == 200, response.text
    return str(response.json["connection_id"])


def _subscribe(tenant: Tenant, inbox: Inbox) -> str:
    body = {"url": inbox.url, "events": EXPECTED}
    response = request("POST", "/v1/webhooks", key=tenant.admin, json_body=body)
    assert response.status == 201, response.text
    return str(response.json["secret"])


def _receive(connection_id: str, kind: str, body: bytes) -> int:
    event = proxy_event(
        "POST",
        f"/v1/inbound/callrail/{connection_id}/{kind}",
        headers={"Content-Type": "application/json", "Signature": signature(body, SIGNING_KEY)},
        body=body.decode(),
    )
    return int(load_app("inbound/callrail").handler(event, None)["statusCode"])


def _types(inbox: Inbox) -> list[str]:
    events = [json.loads(received.body) for received in inbox.requests]
    return sorted({event["id"]: event["type"] for event in events}.values())


def _actions() -> list[str]:
    return sorted(
        item["action"]["S"] for item in items("AUDIT") if item["resource"]["M"]["type"]["S"] == "call"
    )


def test_a_post_call_becomes_a_lead_and_five_signed_events(
    tenant: Tenant, stranger: Tenant, connection_id: str, inbox: Inbox
) -> None:
    secret = _subscribe(tenant, inbox)
    _subscribe(stranger, inbox)
    call = Call.new()

    assert _receive(connection_id, "post-call", call.event("post-call")) == 202
    Pipeline().run()

    assert _types(inbox) == EXPECTED
    assert all(accepts(received, secret) for received in inbox.requests)
    assert (
        len({received.headers["webhook-id"] for received in inbox.requests})
        == len(inbox.requests)
        == len(EXPECTED)
    )
    assert {json.loads(received.body)["tenant_id"] for received in inbox.requests} == {tenant.id}
    assert not any(
        b"access_key" in received.body or b"three inches" in received.body for received in inbox.requests
    )
    calls = request("GET", "/v1/calls", key=tenant.read).json["data"]
    leads = request("GET", "/v1/leads", key=tenant.read).json["data"]
    assert [found["lead_id"] for found in calls] == [lead["id"] for lead in leads]
    assert leads[0]["call_id"] == calls[0]["id"]
    assert request("GET", "/v1/calls", key=stranger.admin).json["data"] == []
    assert request("GET", "/v1/calls", key=tenant.test_admin).json["data"] == []


@pytest.mark.parametrize("order", list(itertools.permutations(KINDS))[::3])
def test_events_in_any_order_and_repeated_result_in_one_call_and_one_event_per_type(
    tenant: Tenant, connection_id: str, inbox: Inbox, order: tuple[str, ...]
) -> None:
    _subscribe(tenant, inbox)
    call, pipeline = Call.new(), Pipeline()

    for kind in order:
        assert _receive(connection_id, kind, call.event(kind)) == 202
        pipeline.run()
    for kind in order:
        _receive(connection_id, kind, call.event(kind))
    pipeline.run()

    assert _types(inbox) == EXPECTED
    actions = _actions()
    for action in ("call.received", "call.classified", "call.qualified"):
        assert actions.count(action) == 1
    calls = request("GET", "/v1/calls", key=tenant.read).json["data"]
    assert len(calls) == 1
    assert calls[0]["answered"] is True
    assert len(request("GET", "/v1/leads", key=tenant.read).json["data"]) == 1


def test_a_second_call_from_the_same_phone_belongs_to_the_same_lead(
    tenant: Tenant, connection_id: str, inbox: Inbox
) -> None:
    _subscribe(tenant, inbox)
    first = Call.new()
    second = Call("CAL" + "0" * 32, first.caller, first.started)
    pipeline = Pipeline()

    for call in (first, second):
        _receive(connection_id, "post-call", call.event("post-call"))
        pipeline.run()

    calls = request("GET", "/v1/calls", key=tenant.read).json["data"]
    assert len({found["lead_id"] for found in calls}) == 1
    assert len(calls) == 2
    assert _types(inbox).count("lead.created") == 1
    assert _types(inbox).count("call.qualified") == 2


def test_audit_records_are_sent_only_to_endpoints_that_name_their_type(tenant: Tenant, inbox: Inbox) -> None:
    by_name = {"url": inbox.url, "events": ["audit.log.event"]}
    secret = request("POST", "/v1/webhooks", key=tenant.admin, json_body=by_name).json["secret"]
    with receiver() as everything:
        request("POST", "/v1/webhooks", key=tenant.admin, json_body={"url": everything.url, "events": ["*"]})
        Pipeline().run()
        inbox.requests.clear()
        lead = request("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
        pipeline = Pipeline()
        pipeline.run()

        received_types = {json.loads(received.body)["type"] for received in everything.requests}
    assert received_types == {"lead.created"}
    bodies = [json.loads(received.body) for received in inbox.requests]
    record = next(body for body in bodies if body["data"]["action"] == "lead.created")
    assert record["type"] == "audit.log.event"
    assert (record["id"], record["sequence"]) == (record["data"]["id"], record["data"]["seq"])
    assert record["data"]["resource"] == {"type": "lead", "id": lead["id"]}
    assert all(accepts(received, secret) for received in inbox.requests)
    shown = request("GET", f"/v1/audit-log/{record['id']}", key=tenant.read).json
    assert record["data"] == shown
