"""GET /v1/outreach/sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.sequences import SEQUENCES, active, be_ready, draft

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_sequences_are_listed_newest_first_and_by_status(tenant: Tenant) -> None:
    be_ready(tenant)
    first, second = draft(tenant), active(tenant)
    Pipeline().run()

    listed = call("GET", SEQUENCES, key=tenant.read).json
    assert listed == {"data": [second, first], "next_cursor": None}
    for status, expected in (("draft", [first]), ("active", [second]), ("paused", [])):
        assert call("GET", f"{SEQUENCES}?status={status}", key=tenant.read).json["data"] == expected


def test_pages_follow_each_other(tenant: Tenant) -> None:
    made = [draft(tenant, name=str(number)) for number in range(3)]

    page = call("GET", f"{SEQUENCES}?limit=2&order=asc", key=tenant.read).json
    rest = call("GET", f"{SEQUENCES}?limit=2&order=asc&cursor={page['next_cursor']}", key=tenant.read).json

    assert page["data"] + rest["data"] == made


def test_an_unknown_status_is_422(tenant: Tenant) -> None:
    assert call("GET", f"{SEQUENCES}?status=sent", key=tenant.read).status == 422
