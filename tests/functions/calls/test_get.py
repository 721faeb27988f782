"""GET /v1/calls/{call_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import clock, ids
from tests.support.callrail import connect
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def ingested(key: str, reader: str) -> str:
    connect(key).send("post-call", Call.new().event("post-call"))
    Pipeline().run()
    (found,) = call("GET", "/v1/calls", key=reader).json["data"]
    return str(found["id"])


def test_a_call_is_read_in_two_round_trips(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = ingested(tenant.admin, tenant.read)

    with watched_calls(monkeypatch) as calls:
        response = call("GET", f"/v1/calls/{call_id}", key=tenant.read)

    assert response.status == 200
    assert calls.made == ["UpdateItem", "TransactGetItems"]
    assert response.headers["ETag"] == f'"{response.json["version"]}"'
    listed = call("GET", "/v1/calls", key=tenant.read).json["data"][0]
    classification = response.json["classification"]
    assert listed == {name: response.json[name] for name in listed} | {
        "classification": {name: value for name, value in classification.items() if name != "evidence"}
    }
    assert response.json.keys() - listed.keys() == {
        "classification_runs",
        "correction",
        "transcript",
        "transcript_deleted_at",
        "recording_status",
        "recording_error",
        "recording_url",
        "recording_url_expires_at",
        "recording_deleted_at",
    }


def test_an_unchanged_call_is_304(tenant: Tenant) -> None:
    path = f"/v1/calls/{ingested(tenant.admin, tenant.read)}"
    etag = call("GET", path, key=tenant.read).headers["ETag"]

    assert call("GET", path, key=tenant.read, headers={"If-None-Match": etag}).status == 304


def test_a_call_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    live = ingested(tenant.admin, tenant.read)
    test = ingested(tenant.test_admin, tenant.test_admin)

    for path, key in (
        (f"/v1/calls/{live}", stranger.admin),
        (f"/v1/calls/{live}", tenant.test_admin),
        (f"/v1/calls/{test}", tenant.admin),
        (f"/v1/calls/{test}", stranger.test_admin),
    ):
        response = call("GET", path, key=key)
        assert (response.status, response.error) == (404, "not_found")
    assert call("GET", "/v1/calls", key=stranger.admin).json["data"] == []
    assert [item["id"] for item in call("GET", "/v1/calls", key=tenant.admin).json["data"]] == [live]
    assert [item["id"] for item in call("GET", "/v1/calls", key=tenant.test_admin).json["data"]] == [test]


def test_an_unknown_or_malformed_id_is_404(tenant: Tenant) -> None:
    for call_id in (ids.new("call", clock.now()), "call_x", "lead_01kq09bekje6vbq5xe2dae3erx", "x" * 3000):
        assert call("GET", f"/v1/calls/{call_id}", key=tenant.read).status == 404
