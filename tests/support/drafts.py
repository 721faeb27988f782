"""Drafts of a tenant, by its API, and the worker that writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import sqs_event

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

SENDER = {
    "name": "Sam at Acme",
    "email": "sam@acme.example.com",
    "postal_address": "1 Elm St, Oakland, CA 94601",
}
TEXT: dict[str, object] = {
    "subject": "The report",
    "body": "Hello Dana,\n\nthe report is ready.\n\nSam at Acme",
}
PATH = "/v1/outreach/drafts"


def set_sender(tenant: Tenant, **settings: object) -> None:
    body = {"settings": {"sender": SENDER, **settings}}
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body)
    assert response.status == 200, response.text


def create(tenant: Tenant, fields: dict[str, object], key: str | None = None) -> ApiResponse:
    body = {"to": "dana@example.com", **fields}
    return call("POST", PATH, key=key or tenant.write, json_body=body)


def drafted(tenant: Tenant, **fields: object) -> dict[str, Any]:
    """A draft by hand."""
    response = create(tenant, {**TEXT, **fields})
    assert response.status == 201, response.text
    draft: dict[str, Any] = response.json
    return draft


def ordered(tenant: Tenant, key: str | None = None, **fields: object) -> dict[str, Any]:
    """A draft that the AI is to write."""
    response = create(tenant, {"instructions": "Follow up on the estimate.", **fields}, key)
    assert response.status == 202, response.text
    draft: dict[str, Any] = response.json
    return draft


def read(tenant: Tenant, draft: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    response = call("GET", f"{PATH}/{draft['id']}", key=key or tenant.read)
    assert response.status == 200, response.text
    found: dict[str, Any] = response.json
    return found


def send(tenant: Tenant, draft: dict[str, Any], key: str | None = None, **headers: str) -> ApiResponse:
    return call("POST", f"{PATH}/{draft['id']}/send", key=key or tenant.write, headers=headers)


def task(tenant: Tenant, draft: dict[str, Any], mode: str = "live") -> str:
    return json.dumps(
        {"organization_id": tenant.id, "mode": mode, "request_id": "request-1", "draft_id": draft["id"]}
    )


def write(*messages: str, received: int = 1) -> list[str]:
    """Run the worker. Returns the messages that failed."""
    event = sqs_event("WriteEmailQueue", list(messages), received)
    response = load_app("workers/write_email").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def rules(draft: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in draft["findings"]]
