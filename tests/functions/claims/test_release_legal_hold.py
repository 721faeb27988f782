"""DELETE /v1/claims/{claim_id}/legal-hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import actions
from tests.support.claims import hold, new_claim, shown
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _release(claim_id: str, key: str, **headers: str) -> ApiResponse:
    return call("DELETE", f"/v1/claims/{claim_id}/legal-hold", key=key, headers=headers)


def test_the_hold_ends_and_the_claim_can_be_erased(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    hold(tenant, claim_id)
    assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin).status == 409

    assert _release(claim_id, tenant.admin).status == 204

    after = shown(tenant, claim_id)
    assert (after["legal_hold"], after["version"]) == (None, 3)
    assert actions("claim", tenant.id)[-1] == "claim.hold_released"
    assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin).status == 204


def test_a_claim_without_a_hold_is_404(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    assert _release(claim_id, tenant.admin).status == 404
    hold(tenant, claim_id)
    assert _release(claim_id, stranger.admin).status == 404


def test_only_an_admin_releases_it_and_only_at_the_expected_version(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    hold(tenant, claim_id)

    assert _release(claim_id, tenant.write).status == 403
    assert _release(claim_id, tenant.admin, **{"If-Match": '"1"'}).status == 412
    assert _release(claim_id, tenant.admin, **{"If-Match": '"2"'}).status == 204
