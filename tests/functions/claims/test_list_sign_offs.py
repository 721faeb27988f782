"""GET /v1/claims/{claim_id}/sign-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sign_offs import decide, download, reviewed_claim, written

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_earlier_versions_stay_as_they_were_signed(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    first = written(tenant, claim_id)
    before = download(first["bundle"]["csv_url"])
    decide(tenant, claim_id, "rejected", reason="Not on this loss.")
    second = written(tenant, claim_id)

    response = call("GET", f"/v1/claims/{claim_id}/sign-offs", key=tenant.read)

    newest, oldest = response.json["data"]
    assert (newest["id"], oldest["id"]) == (second["id"], first["id"])
    assert oldest["bundle"]["manifest"] == first["bundle"]["manifest"]
    assert download(oldest["bundle"]["csv_url"]) == before != download(newest["bundle"]["csv_url"])


def test_a_page_continues(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    written(tenant, claim_id)
    decide(tenant, claim_id, "rejected", reason="Not on this loss.")
    written(tenant, claim_id)
    path = f"/v1/claims/{claim_id}/sign-offs?limit=1"

    page = call("GET", path, key=tenant.read).json
    rest = call("GET", f"{path}&cursor={page['next_cursor']}", key=tenant.read).json

    assert [page["data"][0]["version"], rest["data"][0]["version"]] == [2, 1]
    assert rest["next_cursor"] is None
