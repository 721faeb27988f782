"""Exports of the audit log: the page follows one until its file can be downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

EXPORT = "/audit-log/exports/exp_01kq09bekje6vbq5xe2b60xtww"


def test_a_new_export_is_followed_until_it_is_completed(api: FakeApi) -> None:
    member = signed_in()
    started = member.fill(
        "/audit-log/exports/new", "createAuditExport", format="csv", created_after="2026-04-01T00:00"
    )
    assert started.location == f"{EXPORT}?done=createAuditExport"
    assert api.sent("createAuditExport")[0].body == {
        "format": "csv",
        "created_after": "2026-04-01T05:00:00.000Z",  # midnight in Chicago
    }
    assert 'hx-trigger="every 3s"' in member.get(started.location).text

    completed = {
        **examples()["getAuditExport"][1],
        "status": "completed",
        "url": "https://storage.example.com/records.csv?signature=1",
        "url_expires_at": "2026-04-24T18:42:11.314Z",
    }
    api.responses["getAuditExport"] = lambda _: (200, completed)
    shown = member.get(EXPORT)
    assert "hx-trigger" not in shown.text
    assert 'href="https://storage.example.com/records.csv?signature=1"' in shown.text
