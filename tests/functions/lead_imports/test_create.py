"""POST /v1/leads/import."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from eal.core.clock import rfc3339
from tests.support.aws import UPLOADS_BUCKET
from tests.support.http import call
from tests.support.imports import consume, key_of, new_import, put, read, signed_with
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def test_a_new_import_awaits_its_upload_at_a_url_that_is_valid_for_an_hour(
    clock: Clock, tenant: Tenant
) -> None:
    lead_import = new_import(tenant, format="jsonl", dry_run=True, on_duplicate="update")

    upload = lead_import.pop("upload")
    assert upload.pop("expires_at") == (clock.at + timedelta(hours=1)).isoformat(
        timespec="milliseconds"
    ).replace("+00:00", "Z")
    signed = signed_with(upload.pop("url"))
    assert signed["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert signed["X-Amz-Expires"] == "3600"
    assert signed["X-Amz-SignedHeaders"] == "host;if-none-match"
    assert upload == {"method": "PUT", "headers": {"If-None-Match": "*"}}
    assert lead_import == {
        "id": lead_import["id"],
        "status": "awaiting_upload",
        "format": "jsonl",
        "dry_run": True,
        "on_duplicate": "update",
        "total": None,
        "processed": 0,
        "created": 0,
        "updated": 0,
        "skipped": 0,
        "failed": 0,
        "errors": [],
        "errors_url": None,
        "failure": None,
        "created_at": lead_import["created_at"],
        "started_at": None,
        "ended_at": None,
        "version": 1,
    }
    assert lead_import["id"].startswith("imp_")


def test_more_than_three_unfinished_imports_are_a_conflict(
    clock: Clock, tenant: Tenant, stranger: Tenant
) -> None:
    first, *others = [new_import(tenant) for _ in range(3)]
    body = {"format": "csv"}

    response = call("POST", "/v1/leads/import", key=tenant.write, json_body=body)

    assert (response.status, response.error) == (409, "conflict")
    details = response.json["error"]["details"]
    assert details["limit"] == 3
    assert details["unfinished"] == [
        {"id": lead_import["id"], "status": "awaiting_upload"} for lead_import in (first, *others)
    ]
    new_import(tenant, tenant.test_admin)
    new_import(stranger)

    assert consume(put(first, "email\na@example.com\n"))
    new_import(tenant)
    assert call("POST", "/v1/leads/import", key=tenant.write, json_body=body).status == 409

    clock.advance(hours=1)
    for _ in range(3):
        new_import(tenant)
    assert call("POST", "/v1/leads/import", key=tenant.write, json_body=body).status == 409


def test_concurrent_requests_cannot_exceed_the_limit_of_unfinished_imports(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_import(tenant)
    new_import(tenant)
    send = aws.Client.call
    rivals = [lambda: new_import(tenant)]

    def overtaken(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "TransactWriteItems" and rivals:
            rivals.pop()()
        return send(client, operation, arguments)

    monkeypatch.setattr(aws.Client, "call", overtaken)
    response = call("POST", "/v1/leads/import", key=tenant.write, json_body={"format": "csv"})

    assert response.status == 409
    assert len(items("LEAD_IMPORT")) == 3


def test_the_upload_url_is_of_the_tenants_own_object(tenant: Tenant) -> None:
    for key, mode in ((tenant.write, "live"), (tenant.test_admin, "test")):
        lead_import = new_import(tenant, key)
        assert (
            key_of(lead_import["upload"]["url"]) == f"imports/uploads/{tenant.id}/{mode}/{lead_import['id']}"
        )


def test_the_upload_url_accepts_one_file(tenant: Tenant) -> None:
    lead_import = new_import(tenant)
    put(lead_import, "email\n")

    with pytest.raises(aws.Refused, match="PreconditionFailed"):
        put(lead_import, "email\nother@example.com\n")

    assert (
        aws.s3_sdk()
        .get_object(Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["upload"]["url"]))["Body"]
        .read()
        == b"email\n"
    )


def test_an_idempotent_replay_returns_a_usable_upload_url(clock: Clock, tenant: Tenant) -> None:
    order: dict[str, Any] = {
        "key": tenant.write,
        "json_body": {"format": "csv"},
        "headers": {"Idempotency-Key": "once"},
    }
    first = call("POST", "/v1/leads/import", **order)
    clock.advance(minutes=59)

    again = call("POST", "/v1/leads/import", **order)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert again.json["upload"]["expires_at"] == rfc3339(clock.at + timedelta(minutes=1))
    assert consume(put(again.json, "email\na@example.com\n"))
    shown = read(first.json, tenant.write)
    assert (shown["status"], shown["created"]) == ("completed", 1)


def test_no_other_response_has_the_upload_url(tenant: Tenant) -> None:
    lead_import = new_import(tenant)

    assert "upload" not in call("GET", f"/v1/leads/imports/{lead_import['id']}", key=tenant.write).json
    assert "X-Amz-Signature" not in json.dumps(items())


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/format"),
        ({"format": "xlsx"}, "/format"),
        ({"format": "csv", "dry_run": "perhaps"}, "/dry_run"),
        ({"format": "csv", "dry_run": 1}, "/dry_run"),
        ({"format": "csv", "on_duplicate": "merge"}, "/on_duplicate"),
        ({"format": "csv", "file": "x"}, "/file"),
    ],
)
def test_an_invalid_body_is_422(tenant: Tenant, body: dict[str, object], pointer: str) -> None:
    response = call("POST", "/v1/leads/import", key=tenant.write, json_body=body)

    assert (response.status, response.error) == (422, "validation_error")
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_a_new_import_is_audited(tenant: Tenant) -> None:
    lead_import = new_import(tenant, dry_run=True)

    (record,) = call(
        "GET", f"/v1/audit-log?resource_id={lead_import['id']}&resource_type=lead_import", key=tenant.read
    ).json["data"]
    assert record["action"] == "lead_import.created"
    assert {change["field"]: change["to"] for change in record["changes"]} == {
        "status": "awaiting_upload",
        "format": "csv",
        "dry_run": True,
        "on_duplicate": "error",
    }


def test_an_import_expires_after_seven_days(clock: Clock, tenant: Tenant) -> None:
    lead_import = new_import(tenant)
    path = f"/v1/leads/imports/{lead_import['id']}"
    (item,) = items("LEAD_IMPORT")
    end = datetime.fromtimestamp(int(item["ttl"]["N"]), tz=clock.at.tzinfo)

    assert end == clock.at.replace(microsecond=0) + timedelta(days=7)
    clock.advance(days=7, seconds=-1)
    assert call("GET", path, key=tenant.write).json["status"] == "awaiting_upload"
    clock.advance(seconds=1)
    assert call("GET", path, key=tenant.write).status == 404
