"""GET /v1/claims/{claim_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.claims import CLAIM, new_claim
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_the_claim_is_shown_without_its_salt(tenant: Tenant) -> None:
    claim = new_claim(tenant, **CLAIM)

    response = call("GET", f"/v1/claims/{claim['id']}", key=tenant.read)

    assert (response.status, response.json, response.headers["ETag"]) == (200, claim, '"1"')
    assert "salt" not in response.text


def test_an_unchanged_claim_is_304(tenant: Tenant) -> None:
    path = f"/v1/claims/{new_claim(tenant)['id']}"

    assert call("GET", path, key=tenant.read, headers={"If-None-Match": '"1"'}).status == 304
    assert call("GET", path, key=tenant.read, headers={"If-None-Match": '"2"'}).status == 200


def test_a_claim_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    path = f"/v1/claims/{new_claim(tenant)['id']}"

    assert call("GET", path, key=stranger.read).status == 404
    assert call("GET", path, key=tenant.test_admin).status == 404
