"""POST /v1/claims/{claim_id}/transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from eal.core import aws, settings
from eal.domain.claims.model import TRANSITIONS, Status
from tests.support.callrail import stored
from tests.support.claims import CLAIM, audit_records, closed_claim, hold, move, new_claim, shown
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

STATUSES: tuple[Status, ...] = get_args(Status.__value__)


def _set_status(tenant: Tenant, claim_id: str, status: str) -> None:
    """The status that an extraction, a review or a sign-off would have set."""
    aws.dynamodb().update_item(
        TableName=settings.state_table(),
        Key={"pk": {"S": f"{tenant.id}#live#CLAIM"}, "sk": {"S": claim_id}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}},
    )


def test_a_claim_is_closed_with_a_reason(tenant: Tenant) -> None:
    claim_id = new_claim(tenant, **CLAIM)["id"]

    assert move(tenant, claim_id, "closed").status == 422
    response = move(tenant, claim_id, "closed", "The carrier withdrew it.", key=tenant.write)

    after = response.json
    assert (response.status, after["status"], after["version"]) == (200, "closed", 2)
    assert (after["status_reason"], after["closed_at"]) == ("The carrier withdrew it.", after["updated_at"])
    assert shown(tenant, claim_id) == after
    (record,) = audit_records(tenant, "claim.transitioned")
    changes = {change["field"]: (change["from"], change["to"]) for change in record["changes"]}
    assert changes["status"] == ("open", "closed")
    assert changes["status_reason"][1].startswith("hmac-sha256:")


def test_only_an_admin_reopens_a_claim_and_gives_a_reason(tenant: Tenant) -> None:
    claim_id = closed_claim(tenant)["id"]

    refused = move(tenant, claim_id, "open", "More damage was found.", key=tenant.write)
    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert refused.json["error"]["details"]["required"] == "admin"
    assert move(tenant, claim_id, "open").status == 422
    after = move(tenant, claim_id, "open", "More damage was found.").json

    assert (after["status"], after["closed_at"]) == ("open", None)
    assert after["status_reason"] == "More damage was found."


def test_a_signed_off_claim_is_closed_without_a_reason(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    _set_status(tenant, claim_id, "signed_off")

    after = move(tenant, claim_id, "closed")

    assert (after.status, after.json["status_reason"]) == (200, None)


@pytest.mark.parametrize("to", STATUSES)
@pytest.mark.parametrize("status", STATUSES)
def test_a_move_outside_the_table_is_409_and_lists_the_allowed_ones(
    tenant: Tenant, status: Status, to: Status
) -> None:
    claim_id = new_claim(tenant)["id"]
    _set_status(tenant, claim_id, status)

    response = move(tenant, claim_id, to, "Because.")

    if to in TRANSITIONS[status]:
        assert (response.status, response.json["status"]) == (200, to)
        return
    assert (response.status, response.error) == (409, "illegal_transition")
    details = response.json["error"]["details"]
    assert (details["status"], details["allowed"]) == (status, list(TRANSITIONS[status]))


def test_only_a_closed_claim_without_a_hold_awaits_the_end_of_its_retention(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    def awaits() -> bool:
        return [item["claim_id"] for item in stored("CLAIM_RETENTION", tenant.id)] == [claim_id]

    assert not awaits()
    move(tenant, claim_id, "closed", "Done.")
    assert awaits()
    hold(tenant, claim_id)
    assert not awaits()
    call("DELETE", f"/v1/claims/{claim_id}/legal-hold", key=tenant.admin)
    assert awaits()
    move(tenant, claim_id, "open", "More damage.")
    assert not awaits()


def test_an_unknown_status_is_422_and_an_unknown_claim_404(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    assert move(tenant, claim_id, "done", "Because.").status == 422
    assert move(stranger, claim_id, "closed", "Because.").status == 404
