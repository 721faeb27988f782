"""Compressed values, and one that is stored as it is because it is large: readers see no difference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.leads.limits import MAX_NOTES_CHARACTERS
from tests.support import archive
from tests.support.aws import STATE, backend
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items, plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.archive import Copy
    from tests.support.tenants import Tenant

WORD = "Whitfieldson"
NOTES = {"large": "x" * MAX_NOTES_CHARACTERS, "small": "x"}


def _create(tenant: Tenant, size: str) -> ApiResponse:
    body = {"email": f"{size}@example.com", "last_name": WORD, "notes": NOTES[size]}
    return call("POST", "/v1/leads", key=tenant.write, json_body=body, headers={"Idempotency-Key": size})


@pytest.fixture
def leads(tenant: Tenant) -> list[dict[str, Any]]:
    """A lead whose event is too large to be compressed, and one with a compressed event."""
    return [_create(tenant, size).json for size in NOTES]


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
        {"AUDIT", "IDEMPOTENCY", "LEAD"},
        {"AUDIT", "EVENT", "IDEMPOTENCY", "LEAD"},
    ]

    Pipeline().run()

    feed = call("GET", "/v1/events?type=lead.created", key=tenant.read).json["data"]
    assert [event["data"] for event in feed] == leads
    assert [call("GET", f"/v1/events/{event['id']}", key=tenant.read).json for event in feed] == feed
    records = call("GET", "/v1/audit-log?action=lead.created&order=asc", key=tenant.read).json["data"]
    assert [[change["field"] for change in record["changes"]] for record in records] == [
        ["email", "last_name", "notes", "score", "source", "status"]
    ] * 2
    for size, lead in zip(NOTES, leads, strict=True):
        again = _create(tenant, size)
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
