"""GET /v1/claims/{claim_id}/sign-off."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.support.claims import new_claim
from tests.support.http import call
from tests.support.sign_offs import download, reviewed_claim, written

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_the_urls_lead_to_the_files_of_the_manifest(tenant: Tenant) -> None:
    found = written(tenant, reviewed_claim(tenant))

    bundle = found["bundle"]
    hashes = {file["name"]: file["sha256"] for file in bundle["manifest"]["files"]}
    urls = {"bundle.json": "json_url", "scope.csv": "csv_url", "report.pdf": "report_url"}
    for name, url in {**urls, "bundle.schema.json": "schema_url"}.items():
        assert hashlib.sha256(download(bundle[url])).hexdigest() == hashes.pop(name), name
    assert hashes == {}
    assert found["content_sha256"] == bundle["manifest"]["files"][0]["sha256"]


def test_a_claim_that_was_never_signed_off_is_404(tenant: Tenant) -> None:
    path = f"/v1/claims/{new_claim(tenant)['id']}/sign-off"

    assert call("GET", path, key=tenant.read).error == "not_found"


def test_the_sign_off_of_another_tenant_is_404(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = written(tenant, reviewed_claim(tenant))["claim_id"]

    for path in ("sign-off", "sign-offs"):
        assert call("GET", f"/v1/claims/{claim_id}/{path}", key=stranger.read).status == 404
