"""POST /v1/audit-log/exports."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import Pipeline, items
from tests.support.tenants import Tenant, new_tenant

if TYPE_CHECKING:
    from tests.support.time import Clock


def test_an_export_is_audited_and_enqueued(tenant: Tenant) -> None:
    response = call(
        "POST",
        "/v1/audit-log/exports",
        key=tenant.admin,
        json_body={"format": "csv", "source": "worker", "created_after": "2026-01-01T00:00:00Z"},
    )

    assert response.status == 202
    export = response.json
    assert (export["status"], export["format"]) == ("queued", "csv")
    assert export["filters"]["source"] == "worker"
    assert export["filters"]["created_after"] == "2026-01-01T00:00:00.000Z"
    assert (export["url"], export["manifest"], export["completed_at"]) == (None, None, None)
    record = call("GET", "/v1/audit-log?limit=1", key=tenant.read).json["data"][0]
    assert record["action"] == "audit_export.created"
    assert record["resource"] == {"type": "audit_export", "id": export["id"]}
    tasks: list[Any] = []

    def invoke(folder: str, event: dict[str, Any]) -> Any:
        if folder != "workers/export_audit":
            return load_app(folder).handler(event, None)
        tasks.extend(json.loads(message["body"])["detail"] for message in event["Records"])
        return {"batchItemFailures": []}

    Pipeline(invoke).run()
    assert [(task["export_id"], task["organization_id"]) for task in tasks] == [(export["id"], tenant.id)]


def test_the_same_idempotency_key_makes_one_export(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"format": "jsonl"}
    first = call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body=body, headers=headers)
    again = call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body=body, headers=headers)

    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(items("AUDIT_EXPORT")) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/format"),
        ({"format": "xlsx"}, "/format"),
        ({"format": "csv", "created_after": "yesterday"}, "/created_after"),
        ({"format": "csv", "source": "nobody"}, "/source"),
    ],
)
def test_an_invalid_body_is_422(tenant: Tenant, body: dict[str, str], pointer: str) -> None:
    response = call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body=body)

    assert response.status == 422
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_a_parent_cannot_create_an_export_of_its_child(tenant: Tenant) -> None:
    child = new_tenant("North", parent=tenant.id)
    grant = {"resources": ["audit-log"]}
    call("PUT", f"/v1/organizations/me/grants/{tenant.id}", key=child.admin, json_body=grant)

    response = call(
        "POST",
        "/v1/audit-log/exports",
        key=tenant.admin,
        json_body={"format": "csv"},
        headers={"X-EAL-Organization": child.id},
    )

    assert (response.status, response.error) == (403, "grant_required")
    assert response.json["error"]["details"]["reason"] == "read_only"


def _request_export(tenant: Tenant, key: str | None = None, **filters: str) -> ApiResponse:
    body = {"format": "jsonl", **filters}
    return call("POST", "/v1/audit-log/exports", key=key or tenant.admin, json_body=body)


def test_the_same_request_returns_the_open_export(tenant: Tenant) -> None:
    first = _request_export(tenant, action="lead.created", created_after="2026-01-01T00:00:00Z")

    again = _request_export(tenant, action="lead.created", created_after="2026-01-01T01:00:00+01:00")

    assert (again.status, again.json) == (202, first.json)
    assert len(items("AUDIT_EXPORT")) == 1
    assert _request_export(tenant, action="lead.updated").json["id"] != first.json["id"]
    assert (
        _request_export(tenant, key=tenant.test_admin, action="lead.created").json["id"] != first.json["id"]
    )
    Pipeline().run()
    assert _request_export(tenant, action="lead.created").json["id"] != first.json["id"]


def test_the_same_request_after_five_minutes_creates_a_new_export(clock: Clock, tenant: Tenant) -> None:
    first = _request_export(tenant).json["id"]
    clock.advance(minutes=5)
    retried = _request_export(tenant).json["id"]
    clock.advance(seconds=1)

    later = _request_export(tenant).json["id"]

    assert retried == first
    assert later != first


def test_a_tenant_and_mode_has_at_most_three_open_exports(tenant: Tenant, stranger: Tenant) -> None:
    made = [_request_export(tenant, action=f"lead.{number}").json["id"] for number in range(3)]

    refused = _request_export(tenant, action="lead.created")

    assert (refused.status, refused.error) == (409, "conflict")
    assert refused.json["error"]["details"]["ids"] == sorted(made)
    assert _request_export(tenant, action="lead.1").json["id"] == made[1]
    assert _request_export(tenant, key=tenant.test_admin).status == 202
    assert _request_export(stranger).status == 202
    Pipeline().run()
    assert _request_export(tenant, action="lead.created").status == 202


def test_an_export_past_its_deadline_does_not_count(clock: Clock, tenant: Tenant) -> None:
    for number in range(3):
        _request_export(tenant, action=f"lead.{number}")
    clock.advance(hours=24, seconds=1)

    response = _request_export(tenant, action="lead.1")

    assert (response.status, response.json["status"]) == (202, "queued")
    assert len(items("AUDIT_EXPORT")) == 4


def test_concurrent_requests_cannot_exceed_the_limit(tenant: Tenant) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda number: _request_export(tenant, action=f"lead.{number}"), range(8)))

    assert {response.status for response in responses} == {202, 409}
    assert len(items("AUDIT_EXPORT")) == 3
