"""Calls to dispatch, and an organization whose settings decide them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.core import clock, ids
from tests.support.callrail import connect
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import delayed, sqs_event
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ANN = {"name": "Ann", "phone": "+13125550111", "days": DAYS, "from": "00:00", "to": "24:00"}
BEN = {"name": "Ben", "phone": "+13125550112", "days": DAYS, "from": "00:00", "to": "24:00"}
SETTINGS: dict[str, Any] = {
    "timezone": "America/Los_Angeles",
    "service_area": {"postal_codes": ["94601"]},
    "business_hours": {"mon": [["08:00", "08:01"]]},
    "on_call": [ANN, BEN],
}
"""Ann and Ben are always on call, in the area of the fixture's caller."""


def set_up(tenant: Tenant, **changes: object) -> None:
    """Set the organization's settings."""
    body = {"settings": {**SETTINGS, **changes}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200


def received_call(
    key: str, phone_call: Call | None = None, kind: str = "post-call", **changes: object
) -> str:
    """The id of a call that CallRail reported, not classified. `changes` are fields of the webhook's body."""
    phone_call = phone_call or Call.new()
    body = {**json.loads(phone_call.event(kind)), **changes}
    assert connect(key).send(kind, json.dumps(body).encode()).status == 202
    sent = [json.dumps(message) for message in enqueued("CallrailQueue")]
    response = load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", sent), None)
    assert response == {"batchItemFailures": []}
    found = call("GET", f"/v1/calls?caller_number={phone_call.caller.replace('+', '%2B')}", key=key)
    return str(found.json["data"][0]["id"])


def classify(tenant: Tenant, call_id: str, mode: str = "live", received: int = 1) -> None:
    """Classify a call, and with it decide it."""
    assert run_classification(tenant, call_id, mode, received) == []


def run_classification(tenant: Tenant, call_id: str, mode: str = "live", received: int = 1) -> list[str]:
    """Run the worker. Returns the ids of the messages that failed."""
    message = {**_message(tenant, mode), "call_id": call_id}
    event = sqs_event("ClassifyQueue", [json.dumps(message)], received)
    response = load_app("workers/classify_call").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def dispatched_call(tenant: Tenant, **changes: object) -> str:
    """The id of a new call that the rules have decided."""
    call_id = received_call(tenant.admin, **changes)  # type: ignore[arg-type]  # fields of the webhook's body
    classify(tenant, call_id)
    return call_id


def shown(tenant: Tenant, call_id: str) -> Any:
    """The call as its GET returns it."""
    response = call("GET", f"/v1/calls/{call_id}", key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def escalation(tenant: Tenant, call_id: str, round_number: int, level: int, mode: str = "live") -> str:
    """The message of an escalation's step."""
    return json.dumps({**_message(tenant, mode), "call_id": call_id, "round": round_number, "level": level})


def escalate(*messages: str) -> list[str]:
    """Run the worker. Returns the ids of the messages that failed."""
    response = load_app("workers/escalate_dispatch").handler(sqs_event("EscalateQueue", list(messages)), None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def waiting() -> list[Any]:
    """Take the messages that the worker deferred, whatever their delay."""
    return delayed("EscalateQueue")


def _message(tenant: Tenant, mode: str) -> dict[str, str]:
    return {
        "id": ids.new("task", clock.now()),
        "organization_id": tenant.id,
        "mode": mode,
        "request_id": "request-1",
    }
