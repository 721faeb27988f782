"""Claims made through the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.callrail import stored
from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import sqs_event

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

CLAIM: dict[str, Any] = {
    "claim_number": "0725-448812",
    "carrier": "Example Mutual",
    "policy_number": "HO-2210-884",
    "insured": {"name": "Dana Reyes", "email": "dana@example.com", "phone": "(415) 555-0123"},
    "address": {"line1": "12 Harbor Street", "city": "Springfield", "state": "IL", "postal_code": "62701"},
    "date_of_loss": "2026-04-22",
    "loss_type": "water",
    "water_category": 2,
    "water_class": 3,
}


def new_claim(tenant: Tenant, **fields: object) -> Any:
    """A new claim as the API shows it: of an insured, without a number unless `fields` has one."""
    body = fields or {"insured": {"name": "Dana Reyes"}}
    response = call("POST", "/v1/claims", key=tenant.write, json_body=body)
    assert response.status == 201, response.text
    return response.json


def shown(tenant: Tenant, claim_id: str) -> Any:
    return call("GET", f"/v1/claims/{claim_id}", key=tenant.read).json


def move(tenant: Tenant, claim_id: str, to: str, reason: str | None = None, key: str = "") -> ApiResponse:
    """A transition, by an admin unless another key is given."""
    body = {"to": to, **({"reason": reason} if reason else {})}
    return call("POST", f"/v1/claims/{claim_id}/transitions", key=key or tenant.admin, json_body=body)


def closed_claim(tenant: Tenant, **fields: object) -> Any:
    claim_id = new_claim(tenant, **fields)["id"]
    response = move(tenant, claim_id, "closed", "Withdrawn.")
    assert response.status == 200, response.text
    return response.json


def hold(tenant: Tenant, claim_id: str, reason: str = "Litigation.") -> ApiResponse:
    return call("PUT", f"/v1/claims/{claim_id}/legal-hold", key=tenant.admin, json_body={"reason": reason})


def add_note(tenant: Tenant, claim_id: str, text: str = "Carpet is wet.", **fields: object) -> Any:
    response = call(
        "POST", f"/v1/claims/{claim_id}/notes", key=tenant.write, json_body={"text": text, **fields}
    )
    assert response.status == 201, response.text
    return response.json


def audit_records(tenant: Tenant, action: str) -> list[Any]:
    """The tenant's audit records of one action, oldest first."""
    return [record for record in stored("AUDIT", tenant.id) if record["action"] == action]


def request_extraction(tenant: Tenant, claim_id: str) -> Any:
    response = call("POST", f"/v1/claims/{claim_id}/extract", key=tenant.write)
    assert response.status == 202, response.text
    return response.json


def extraction_task(tenant: Tenant, claim_id: str, mode: str = "live") -> str:
    task = {"organization_id": tenant.id, "mode": mode, "request_id": "request-1", "claim_id": claim_id}
    return json.dumps(task)


def run_extraction(*tasks: str, received: int = 1) -> list[str]:
    """Run the worker. Returns the messages that failed."""
    event = sqs_event("ExtractClaimQueue", list(tasks), received)
    response = load_app("workers/extract_claim").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def extracted(tenant: Tenant, claim_id: str, text: str | None = None) -> Any:
    """The scope of the claim after an extraction, with another note if a text is given."""
    if text:
        add_note(tenant, claim_id, text)
    request_extraction(tenant, claim_id)
    assert run_extraction(extraction_task(tenant, claim_id)) == []
    return scope(tenant, claim_id)


def scope(tenant: Tenant, claim_id: str, part: str = "scope") -> Any:
    """The scope, or another list of the extraction."""
    response = call("GET", f"/v1/claims/{claim_id}/{part}", key=tenant.read)
    assert response.status == 200, response.text
    return response.json
