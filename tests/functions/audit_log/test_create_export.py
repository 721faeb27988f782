"""POST /v1/audit-log/exports."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items
from tests.support.tenants import Tenant, new_tenant


def test_an_export_is_queued_audited_and_asked_of_the_worker(tenant: Tenant) -> None:
    answer = call(
        "POST",
        "/v1/audit-log/exports",
        key=tenant.admin,
        json_body={"format": "csv", "source": "worker", "created_after": "2026-01-01T00:00:00Z"},
    )

    assert answer.status == 202
    export = answer.json
    assert (export["status"], export["format"]) == ("queued", "csv")
    assert export["filters"]["source"] == "worker"
    assert export["filters"]["created_after"] == "2026-01-01T00:00:00.000Z"
    assert (export["url"], export["manifest"], export["completed_at"]) == (None, None, None)
    record = call("GET", "/v1/audit-log?limit=1", key=tenant.read).json["data"][0]
    assert record["action"] == "audit_export.created"
    assert record["resource"] == {"type": "audit_export", "id": export["id"]}
    asked: list[Any] = []

    def invoke(folder: str, event: dict[str, Any]) -> Any:
        if folder != "workers/export_audit":
            return load_app(folder).handler(event, None)
        asked.extend(json.loads(one["body"])["detail"] for one in event["Records"])
        return {"batchItemFailures": []}

    Pipeline(invoke).run()
    assert [(one["export_id"], one["organization_id"]) for one in asked] == [(export["id"], tenant.id)]


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
def test_what_is_wrong_is_named(tenant: Tenant, body: dict[str, str], pointer: str) -> None:
    answer = call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body=body)

    assert answer.status == 422
    assert [field["pointer"] for field in answer.json["error"]["details"]["fields"]] == [pointer]


def test_a_parent_makes_none_of_its_child(tenant: Tenant) -> None:
    child = new_tenant("North", parent=tenant.id)
    grant = {"resources": ["audit-log"]}
    call("PUT", f"/v1/organizations/me/grants/{tenant.id}", key=child.admin, json_body=grant)

    answer = call(
        "POST",
        "/v1/audit-log/exports",
        key=tenant.admin,
        json_body={"format": "csv"},
        headers={"X-EAL-Organization": child.id},
    )

    assert (answer.status, answer.error) == (403, "grant_required")
    assert answer.json["error"]["details"]["reason"] == "read_only"
