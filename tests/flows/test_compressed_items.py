"""Items from before compression and compressed ones, side by side: a deployment or a rollback loses neither."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import archive
from tests.support.aws import STATE, backend
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items, plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.archive import Copy
    from tests.support.tenants import Tenant

WORD = "Whitfieldson"
FORMS = ("off", "on")


def _create(tenant: Tenant, form: str) -> ApiResponse:
    body = {"email": f"{form}@example.com", "last_name": WORD}
    return call("POST", "/v1/leads", key=tenant.write, json_body=body, headers={"Idempotency-Key": form})


@pytest.fixture(params=FORMS)
def leads(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> list[dict[str, Any]]:
    """A lead whose event, audit record and response are stored plain, and one with compressed ones. What follows runs
    in either form."""
    created = []
    for form in FORMS:
        monkeypatch.setenv("COMPRESS_ITEMS", form)
        created.append(_create(tenant, form).json)
    monkeypatch.setenv("COMPRESS_ITEMS", request.param)
    return created


def _compressed_kinds(lead_id: str) -> set[str]:
    """The kinds of the lead's items that have a compressed value."""
    stored = (item.to_json()["Attributes"] for item in backend("dynamodb").tables[STATE].all_items())
    return {
        item["kind"]["S"]
        for item in stored
        if any("B" in value for value in item.values()) and lead_id in json.dumps(plain(item))
    }


def test_both_are_published_listed_and_replayed(tenant: Tenant, leads: list[dict[str, Any]]) -> None:
    ids = [lead["id"] for lead in leads]
    assert [_compressed_kinds(lead_id) for lead_id in ids] == [
        set(),
        {"AUDIT", "EVENT", "IDEMPOTENCY", "LEAD"},
    ]

    Pipeline().run()

    feed = call("GET", "/v1/events?type=lead.created", key=tenant.read).json["data"]
    assert [event["data"] for event in feed] == leads
    assert [call("GET", f"/v1/events/{event['id']}", key=tenant.read).json for event in feed] == feed
    records = call("GET", "/v1/audit-log?action=lead.created&order=asc", key=tenant.read).json["data"]
    assert [[change["field"] for change in record["changes"]] for record in records] == [
        ["email", "last_name", "score", "source", "status"]
    ] * 2
    for form, lead in zip(FORMS, leads, strict=True):
        again = _create(tenant, form)
        assert (again.json, again.headers["Idempotent-Replayed"]) == (lead, "true")


def test_the_audit_log_of_both_verifies(
    tenant: Tenant, leads: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline = Pipeline()
    pipeline.run()
    archive.sign()
    pipeline.run()
    archive.download(tmp_path / "log")

    key = tmp_path / "key.pem"
    key.write_text(call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json["data"][0]["public_key"])
    copy: Copy = archive.Copy(tmp_path / "log", key)
    status, verdict = copy.verdict(capsys, "--allow-unsigned")

    assert status == 0, verdict
    assert {lead["id"] for lead in leads} <= {record["resource"]["id"] for record in copy.records()}


def test_an_erasure_reaches_both(tenant: Tenant, leads: list[dict[str, Any]]) -> None:
    Pipeline().run()
    assert json.dumps(items()).count(WORD) == 3 * len(leads)  # the lead, its event and the response

    for lead in leads:
        assert call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin).status == 204
    Pipeline().run()

    assert WORD not in json.dumps(items())
    kept = call("GET", "/v1/events?type=lead.created", key=tenant.read).json["data"]
    assert [event["data"]["id"] for event in kept] == [lead["id"] for lead in leads]
