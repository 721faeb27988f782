"""An organization that alerts its people on call, and the worker that does it."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.support import dispatch
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, delayed, sqs_event
from tests.support.vendor_apis import TwilioApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.support.tenants import Tenant

ANN = {**dispatch.ANN, "email": "ann@example.com"}
BEN = dispatch.BEN
ANN_PHONE, BEN_PHONE = str(ANN["phone"]), str(BEN["phone"])
ACCOUNT, KEY, SECRET = "AC" + "0" * 32, "SK" + "0" * 32, "the-key-of-twilio"
ALERT_NUMBER = "+16145550100"
SENDER = {"name": "Acme", "email": "dispatch@example.com", "postal_address": "1 Main St, Columbus, OH 43215"}
ALERTS: dict[str, Any] = {"enabled": True, "consent": True}


def set_up(tenant: Tenant, *, alerts: dict[str, Any] | None = None, **changes: object) -> None:
    """Set the organization's settings, with alerts turned on."""
    settings = {"on_call": [ANN, BEN], "sender": SENDER, **changes}
    dispatch.set_up(tenant, dispatch={"alerts": {**ALERTS, **(alerts or {})}}, **settings)


def connect(key: str, **changes: object) -> None:
    """Connect Twilio."""
    settings = {"account_sid": ACCOUNT, "api_key_sid": KEY, "alert_number": ALERT_NUMBER, **changes}
    body = {"settings": settings, "secrets": {"api_key_secret": SECRET}}
    response = call("PUT", "/v1/integrations/twilio", key=key, json_body=body)
    assert response.status == 200, response.text


@contextmanager
def twilio(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioApi]:
    """Serve Twilio's API with the account of `connect`."""
    credentials = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    api = TwilioApi("twilio", f"Basic {credentials}")
    with serving(api, monkeypatch):
        yield api


def asked(tenant: Tenant, **changes: object) -> str:
    """The id of a new call whose first person on call was alerted."""
    call_id = dispatch.dispatched_call(tenant, **changes)
    Pipeline().run()
    return call_id


def first_message(tenant: Tenant, call_id: str, mode: str = "live") -> dict[str, Any]:
    """The message of the first step of a call that was dispatched just now."""
    key = tenant.read if mode == "live" else tenant.test_admin
    decided_at = call("GET", f"/v1/calls/{call_id}", key=key).json["dispatch"]["decided_at"]
    return {
        "id": "task_01kq09bekje6vbq5xe2cccbqn7",
        "organization_id": tenant.id,
        "mode": mode,
        "request_id": "request-1",
        "call_id": call_id,
        "round": 1,
        "level": 0,
        "asked_at": decided_at,
    }


def waiting() -> list[dict[str, Any]]:
    """Take the messages of later steps, whatever their delay."""
    return delayed("AlertQueue")


def send(*messages: dict[str, Any], received: int = 1) -> list[str]:
    """Run the worker. Returns the ids of the messages that failed."""
    event = sqs_event("AlertQueue", [json.dumps(message) for message in messages], received)
    response = load_app("workers/send_alert").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def alerts(tenant: Tenant, call_id: str, key: str | None = None) -> list[dict[str, Any]]:
    """The alerts about a call as the API lists them, oldest first."""
    path = f"/v1/alerts?call_id={call_id}&order=asc"
    response = call("GET", path, key=key or tenant.read)
    assert response.status == 200, response.text
    return list(response.json["data"])


def link_in(text: str) -> str:
    """The path of the link in an alert."""
    return "/v1/a/" + text.partition("/v1/a/")[2].split()[0]
