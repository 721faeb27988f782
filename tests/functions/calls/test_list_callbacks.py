"""GET /v1/calls/{call_id}/callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functions.calls.test_correct import ingested
from tests.functions.calls.test_create_callback import post
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

STATUSES = ("attempted", "voicemail", "failed", "voicemail", "reached")


def test_the_callbacks_of_a_call_are_listed_newest_first(tenant: Tenant) -> None:
    call_id, other = ingested(tenant), ingested(tenant, vendor_call_id="c-2")
    posted = [post(tenant, call_id, status=status).json for status in STATUSES]
    post(tenant, other, status="reached")

    response = call("GET", f"/v1/calls/{call_id}/callbacks", key=tenant.read)

    assert response.json == {"data": posted[::-1], "next_cursor": None}


def test_pages_join_without_gap_or_repetition(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    posted = [post(tenant, call_id, status=status).json["id"] for status in STATUSES]
    path, seen = f"/v1/calls/{call_id}/callbacks?limit=2&order=asc", []
    cursor = ""
    while True:
        page = call("GET", path + cursor, key=tenant.read).json
        seen += [item["id"] for item in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert seen == posted


def test_callbacks_of_an_unknown_or_foreign_call_are_404(tenant: Tenant, stranger: Tenant) -> None:
    call_id = ingested(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert call("GET", f"/v1/calls/{call_id}/callbacks", key=key).status == 404
        body = {"status": "reached"}
        assert call("POST", f"/v1/calls/{call_id}/callbacks", key=key, json_body=body).status == 404
