"""GET /v1/audit-log/exports/{export_id}. Content: tests/functions/workers/test_export_audit.py."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from eal.core.clock import parse
from tests.support.http import call
from tests.support.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _request_export(tenant: Tenant) -> str:
    body = {"format": "jsonl"}
    return str(call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body=body).json["id"])


def _get(tenant: Tenant, export_id: str) -> Any:
    return call("GET", f"/v1/audit-log/exports/{export_id}", key=tenant.read).json


def test_a_completed_export_has_a_new_url_that_is_valid_for_an_hour(clock: Clock, tenant: Tenant) -> None:
    export_id = _request_export(tenant)
    Pipeline().run()
    clock.advance(minutes=30)

    export = _get(tenant, export_id)

    assert export["status"] == "completed"
    assert parse(export["url_expires_at"]) == clock.at + timedelta(hours=1)
    assert parse_qs(urlsplit(export["url"]).query).keys() & {"X-Amz-Expires", "Expires"}
    assert export["manifest"]["files"][0]["name"] in export["url"]
    assert export["manifest"]["checkpoint"]["public_key"].startswith("-----BEGIN PUBLIC KEY-----")


def test_the_version_is_the_etag_but_a_304_is_never_returned(tenant: Tenant) -> None:
    path = f"/v1/audit-log/exports/{_request_export(tenant)}"
    queued = call("GET", path, key=tenant.read)
    Pipeline().run()
    completed = call("GET", path, key=tenant.read)
    again = call("GET", path, key=tenant.read, headers={"If-None-Match": completed.headers["ETag"]})

    assert [response.headers["ETag"] for response in (queued, completed)] == ['"1"', '"2"']
    assert [response.json["version"] for response in (queued, completed)] == [1, 2]
    assert (again.status, again.json["status"]) == (200, "completed")


def test_after_a_week_the_url_is_null_and_the_manifest_remains(clock: Clock, tenant: Tenant) -> None:
    export_id = _request_export(tenant)
    Pipeline().run()
    clock.advance(days=6, hours=23, minutes=30)
    assert _get(tenant, export_id)["url_expires_at"] == _get(tenant, export_id)["expires_at"]

    clock.advance(minutes=30)

    export = _get(tenant, export_id)
    assert (export["status"], export["url"], export["url_expires_at"]) == ("completed", None, None)
    assert export["manifest"]["records"] > 0


def test_another_tenants_export_is_404(tenant: Tenant, stranger: Tenant) -> None:
    path = f"/v1/audit-log/exports/{_request_export(tenant)}"

    for key in (stranger.admin, tenant.test_admin):
        response = call("GET", path, key=key)
        assert (response.status, response.error) == (404, "not_found")
    assert call("GET", path, key=tenant.read).json["status"] == "queued"
