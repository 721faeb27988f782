"""POST /v1/claims/{claim_id}/scope/accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.claims.scope import review
from tests.support.claims import audit_records, extracted, new_claim, scope, shown
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

ROOMS = ("kitchen", "bathroom", "hallway", "attic", "garage")
TEXT = " ".join(f"Remove {10 + number} SF of carpet in the {room}." for number, room in enumerate(ROOMS))


def _accept(tenant: Tenant, claim_id: str, **body: Any) -> ApiResponse:
    return call("POST", f"/v1/claims/{claim_id}/scope/accept", key=tenant.write, json_body=body)


def test_items_above_the_confidence_are_accepted(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    items = extracted(tenant, claim_id, f"{TEXT} Wet pad should probably come out.")["data"]
    least = max(item["confidence"] for item in items)
    chosen = [item["id"] for item in items if item["confidence"] >= least]

    response = _accept(tenant, claim_id, min_confidence=least)

    assert (response.status, response.json) == (200, {"accepted": chosen, "remaining": 0})
    found = {item["id"]: item["status"] for item in scope(tenant, claim_id)["data"]}
    assert [item_id for item_id, status in found.items() if status == "accepted"] == chosen
    assert shown(tenant, claim_id)["status"] == "in_review"
    assert len(audit_records(tenant, "claim_scope_item.accepted")) == len(chosen)


def test_decisions_of_people_stay(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    first, *rest = extracted(tenant, claim_id, TEXT)["data"]
    rejected = {"status": "rejected", "reason": "Not of this loss."}
    call("PATCH", f"/v1/claims/{claim_id}/scope/{first['id']}", key=tenant.write, json_body=rejected)

    assert _accept(tenant, claim_id, min_confidence=0).json["accepted"] == [item["id"] for item in rest]
    assert _accept(tenant, claim_id, min_confidence=0).json == {"accepted": [], "remaining": 0}
    assert scope(tenant, claim_id)["data"][0]["status"] == "rejected"


def test_one_room_is_accepted(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, TEXT)

    assert len(_accept(tenant, claim_id, min_confidence=0, room="attic").json["accepted"]) == 1


def test_more_items_take_more_requests(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MAX_AT_ONCE", 2)
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, TEXT)

    responses = [_accept(tenant, claim_id, min_confidence=0).json for _ in range(3)]

    assert [(len(response["accepted"]), response["remaining"]) for response in responses] == [
        (2, 3),
        (2, 1),
        (1, 0),
    ]


def test_as_many_items_as_one_request_accepts_fit_into_a_transaction(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    text = " ".join(f"Bedroom {number}: remove {number + 9} SF of carpet." for number in range(1, 46))
    items = extracted(tenant, claim_id, text)["data"]
    assert len(items) > review.MAX_AT_ONCE

    response = _accept(tenant, claim_id, min_confidence=0)

    assert (response.status, len(response.json["accepted"])) == (200, review.MAX_AT_ONCE)
    assert response.json["remaining"] == len(items) - review.MAX_AT_ONCE


@pytest.mark.parametrize("least", [None, -0.1, 1.1, "0.5"])
def test_a_confidence_is_a_number_from_0_to_1(tenant: Tenant, least: object) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, TEXT)

    assert _accept(tenant, claim_id, min_confidence=least).status == 422


def test_a_claim_without_a_scope_is_refused(tenant: Tenant) -> None:
    assert (
        _accept(tenant, new_claim(tenant)["id"], min_confidence=0).json["error"]["details"]["status"]
        == "open"
    )
