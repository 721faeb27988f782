"""PATCH /v1/claims/{claim_id}."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.callrail import actions
from tests.support.claims import CLAIM, closed_claim, new_claim, shown
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _patch(tenant: Tenant, claim_id: str, body: dict[str, object], **headers: str) -> ApiResponse:
    return call("PATCH", f"/v1/claims/{claim_id}", key=tenant.write, json_body=body, headers=headers)


def test_only_fields_in_the_body_change(tenant: Tenant) -> None:
    before = new_claim(tenant, **CLAIM)

    response = _patch(tenant, before["id"], {"water_category": 3, "policy_number": None})

    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    changed = {"water_category": 3, "policy_number": None, "version": 2}
    assert response.json == {**before, **changed, "updated_at": response.json["updated_at"]}


def test_equal_values_change_nothing(tenant: Tenant) -> None:
    before = new_claim(tenant, **CLAIM)

    for body in ({}, CLAIM, {"water_class": 3}):
        assert _patch(tenant, before["id"], dict(body)).json == before
    assert actions("claim", tenant.id) == ["claim.created"]


def test_objects_are_replaced_as_a_whole(tenant: Tenant) -> None:
    claim_id = new_claim(tenant, **CLAIM)["id"]

    after = _patch(tenant, claim_id, {"insured": {"name": "Robin Okafor"}, "address": None}).json

    assert after["insured"] == {"name": "Robin Okafor", "email": None, "phone": None}
    assert after["address"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"claim_number": None, "insured": None}, ""),
        ({"water_class": 9}, "/water_class"),
        ({"date_of_loss": "9999-01-01"}, "/date_of_loss"),
        ({"lead_id": "lead_01kq09bekje6vbq5xe2b60xtww"}, "/lead_id"),
        ({"status": "closed"}, "/status"),
        ({"closed_at": None}, "/closed_at"),
        ({"legal_hold": None}, "/legal_hold"),
    ],
)
def test_an_invalid_change_is_422_and_changes_nothing(
    tenant: Tenant, body: dict[str, object], pointer: str
) -> None:
    before = new_claim(tenant, **CLAIM)

    response = _patch(tenant, before["id"], body)

    assert (response.status, response.error) == (422, "validation_error")
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]
    assert shown(tenant, before["id"]) == before


def test_a_new_number_is_claimed_and_the_old_one_is_free(tenant: Tenant) -> None:
    first, second = new_claim(tenant, **CLAIM), new_claim(tenant)
    taken = {"carrier": CLAIM["carrier"], "claim_number": CLAIM["claim_number"]}

    refused = _patch(tenant, second["id"], taken)
    assert (refused.status, refused.json["error"]["details"]["id"]) == (409, first["id"])
    assert _patch(tenant, first["id"], {"claim_number": "2"}).status == 200
    assert _patch(tenant, second["id"], taken).status == 200

    assert {item["claim_id"]["S"] for item in items("CLAIM_NUMBER")} == {first["id"], second["id"]}


def test_another_carrier_moves_the_number(tenant: Tenant) -> None:
    claim_id = new_claim(tenant, **CLAIM)["id"]

    assert _patch(tenant, claim_id, {"carrier": "Sample Casualty"}).status == 200

    assert call("POST", "/v1/claims", key=tenant.write, json_body=CLAIM).status == 201


def test_another_spelling_of_the_number_keeps_it(tenant: Tenant) -> None:
    claim_id = new_claim(tenant, **{**CLAIM, "claim_number": "ab-1"})["id"]

    assert _patch(tenant, claim_id, {"claim_number": "AB-1"}).json["claim_number"] == "AB-1"
    assert len(items("CLAIM_NUMBER")) == 1


def test_a_claim_keeps_an_erased_lead_through_other_changes(tenant: Tenant) -> None:
    lead_id = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json["id"]
    claim_id = new_claim(tenant, claim_number="1", lead_id=lead_id)["id"]
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204

    assert _patch(tenant, claim_id, {"carrier": "Example Mutual"}).json["lead_id"] == lead_id
    assert _patch(tenant, claim_id, {"lead_id": None}).json["lead_id"] is None
    assert _patch(tenant, claim_id, {"lead_id": lead_id}).status == 422


def test_a_closed_claim_does_not_change(tenant: Tenant) -> None:
    claim = closed_claim(tenant, **CLAIM)

    response = _patch(tenant, claim["id"], {"water_category": 3})

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["status"] == "closed"
    assert shown(tenant, claim["id"]) == claim


def test_if_match_with_another_version_is_412(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    assert _patch(tenant, claim_id, {"carrier": "A"}, **{"If-Match": '"2"'}).status == 412
    assert _patch(tenant, claim_id, {"carrier": "A"}, **{"If-Match": '"1"'}).status == 200


def test_a_change_meanwhile_is_kept(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = new_claim(tenant)["id"]

    with overtaken(monkeypatch, lambda: _patch(tenant, claim_id, {"carrier": "Example Mutual"})):
        assert _patch(tenant, claim_id, {"water_class": 2}).status == 200

    after = shown(tenant, claim_id)
    assert (after["carrier"], after["water_class"], after["version"]) == ("Example Mutual", 2, 3)


def test_of_two_claims_that_want_one_number_one_gets_it(tenant: Tenant) -> None:
    made = [new_claim(tenant)["id"] for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda claim: _patch(tenant, claim, {"claim_number": "7"}).status, made))

    assert sorted(statuses) == [200, *[409] * 5]
