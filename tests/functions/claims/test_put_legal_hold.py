"""PUT /v1/claims/{claim_id}/legal-hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import actions
from tests.support.claims import audit_records, closed_claim, hold, new_claim, shown
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_hold_has_a_reason_a_time_and_an_author(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    response = hold(tenant, claim_id, "Litigation announced.")

    after = response.json
    assert (response.status, after["version"]) == (200, 2)
    assert after["legal_hold"] == {
        "reason": "Litigation announced.",
        "placed_at": after["updated_at"],
        "placed_by": tenant.admin_id,
    }
    assert shown(tenant, claim_id) == after


def test_a_claim_on_hold_can_be_placed_at_any_status_and_still_changes(tenant: Tenant) -> None:
    closed, opened = closed_claim(tenant)["id"], new_claim(tenant)["id"]

    assert [hold(tenant, claim_id).status for claim_id in (closed, opened)] == [200, 200]

    body = {"carrier": "Example Mutual"}
    assert call("PATCH", f"/v1/claims/{opened}", key=tenant.write, json_body=body).status == 200


def test_the_same_hold_changes_nothing_and_another_reason_replaces_it(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    first = hold(tenant, claim_id, "A").json

    assert hold(tenant, claim_id, "A").json == first
    assert hold(tenant, claim_id, "B").json["legal_hold"]["reason"] == "B"
    assert actions("claim", tenant.id) == ["claim.created", "claim.hold_placed", "claim.hold_placed"]


def test_the_audit_log_has_a_commitment_of_the_reason(tenant: Tenant) -> None:
    hold(tenant, new_claim(tenant)["id"], "Dana Reyes announced litigation.")

    (record,) = audit_records(tenant, "claim.hold_placed")
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert changes["legal_hold.reason"].startswith("hmac-sha256:")
    assert changes["legal_hold.placed_by"] == tenant.admin_id


def test_it_needs_a_reason_and_an_admin(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    path = f"/v1/claims/{claim_id}/legal-hold"

    assert call("PUT", path, key=tenant.admin, json_body={}).status == 422
    assert call("PUT", path, key=tenant.admin, json_body={"reason": " "}).status == 422
    assert call("PUT", path, key=tenant.write, json_body={"reason": "A"}).status == 403
    assert hold(stranger, claim_id).status == 404
    assert shown(tenant, claim_id)["legal_hold"] is None
