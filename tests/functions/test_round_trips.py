"""Round trips: how often an endpoint's warm process calls AWS. Each one is a price and a wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.endpoints import Endpoint, endpoints, made_by, sample_with_made
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

BUDGET = {"GET": 2, "create": 2, "change": 3}
"""Authenticate and read, or authenticate and commit; a change reads before it commits."""

EXCEPTIONS = {
    "GET /v1/openapi.json": (0, "a file"),
    "GET /v1/health": (1, "all that it shows comes with the key"),
    "GET /v1/api-keys": (3, "a key's own item is in the Access table, found by the page's pointers"),
    "GET /v1/api-keys/{key_id}": (3, "the pointer, then the key's own item in the Access table"),
    "PATCH /v1/api-keys/{key_id}": (4, "the pointer, then the key, before the change"),
    "DELETE /v1/api-keys/{key_id}": (4, "the pointer, then the key, before the change"),
    "POST /v1/api-keys/{key_id}/rotate": (4, "the pointer, then the key, before the change"),
    "GET /v1/leads/{lead_id}/history": (3, "the lead first: an erased one's history is gone at once"),
    "POST /v1/audit-log/exports": (3, "looks for exports that are in the making"),
    "POST /v1/prospects/qualify": (3, "a change of prospects that its body names"),
    "POST /v1/leads/{lead_id}/score": (4, "a change, under the settings as they are at this moment"),
    "POST /v1/leads/import": (3, "counts the imports that are unfinished"),
    "POST /v1/prospects/{prospect_id}/convert": (4, "looks for a lead with the prospect's e-mail or phones"),
    "PATCH /v1/organizations/me": (3, "a change of the one resource that needs no id in the path"),
    "GET /v1/organizations/me/grants": (
        3,
        "the grant lies under the parent's id, which the organization's record has",
    ),
    "POST /v1/webhooks": (3, "KMS encrypts the new secret"),
    "GET /v1/webhooks/event-types": (1, "a file"),
    "GET /v1/webhooks/{webhook_id}/deliveries": (3, "the endpoint first: one that is not there has no list"),
    "POST /v1/webhooks/{webhook_id}/test": (
        5,
        "looks for an earlier answer before it sends; KMS opens a secret once",
    ),
    "POST /v1/webhooks/deliveries/{delivery_id}/retry": (
        4,
        "the delivery, then its endpoint, which may be disabled",
    ),
    "POST /v1/webhooks/{webhook_id}/rotate-secret": (
        4,
        "KMS encrypts the new secret of an endpoint that is read first",
    ),
    "PUT /v1/integrations/{vendor}": (
        5,
        "a change whose sample has a secret: KMS encrypts it, and once a process derives the key of secrets' marks",
    ),
}
"""Endpoints with another number than the budget's, and why. A new line is a decision."""


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    """Below another organization: only such a one can grant."""
    return new_tenant(parent=new_tenant("Network").id)


def _expected(endpoint: Endpoint) -> int:
    if endpoint.name in EXCEPTIONS:
        return EXCEPTIONS[endpoint.name][0]
    if endpoint.method == "GET":
        return BUDGET["GET"]
    return BUDGET["change" if endpoint.route.path_parameters else "create"]


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda endpoint: endpoint.name)
def test_a_warm_endpoint_keeps_to_its_round_trips(
    tenant: Tenant, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_by(endpoint, tenant.admin) or endpoint.sample_path()
    body = sample_with_made(endpoint, tenant.admin)
    _warm(endpoint, path, tenant)

    with watched_calls(monkeypatch) as calls:
        headers = {"Idempotency-Key": "once"} if endpoint.route.replayable else {}
        answer = call(endpoint.method, path, key=tenant.admin, json_body=body, headers=headers)

    assert answer.status < 300 or (endpoint.method, answer.status) == ("GET", 404), answer.text
    assert len(calls.made) == _expected(endpoint), calls.made


def _warm(endpoint: Endpoint, path: str, tenant: Tenant) -> None:
    """A process's first requests make clients, derive the cursor key, ask KMS and learn the tenant's service area."""
    address = {"line1": "1 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "warm@example.com", "address": address})
    call("GET", "/v1/leads?limit=1", key=tenant.admin)
    if endpoint.method == "GET":
        call("GET", path, key=tenant.admin)


def test_a_replay_costs_two(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"email": "a@example.com"}
    call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=headers)

    with watched_calls(monkeypatch) as calls:
        answer = call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=headers)

    assert answer.headers["Idempotent-Replayed"] == "true"
    assert calls.made == ["UpdateItem", "TransactWriteItems"]


def test_a_refused_key_costs_one_and_a_malformed_one_none(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/leads", key=tenant.read[:-1] + ("a" if tenant.read[-1] != "a" else "b"))
        assert calls.made == []
        call("POST", "/v1/leads", key=tenant.read, json_body={})
        assert calls.made == ["UpdateItem"]


def test_the_exceptions_name_endpoints() -> None:
    assert set(EXCEPTIONS) <= {endpoint.name for endpoint in endpoints()}
