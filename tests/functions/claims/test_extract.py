"""POST /v1/claims/{claim_id}/extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import photos
from tests.support.claims import (
    add_note,
    audit_records,
    closed_claim,
    extracted,
    move,
    new_claim,
    request_extraction,
    shown,
)
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _extract(tenant: Tenant, claim_id: str, key: str = "") -> ApiResponse:
    return call("POST", f"/v1/claims/{claim_id}/extract", key=key or tenant.write)


def test_a_request_is_accepted_and_recorded(tenant: Tenant) -> None:
    claim = new_claim(tenant)
    add_note(tenant, claim["id"], "Remove 20 SF of drywall.")

    response = _extract(tenant, claim["id"])

    assert (response.status, response.json["status"], response.json["scope_version"]) == (
        202,
        "extracting",
        None,
    )
    assert response.json["version"] == claim["version"] + 1
    (record,) = audit_records(tenant, "claim.extraction_requested")
    assert record["changes"] == [{"field": "status", "from": "open", "to": "extracting"}]
    (task,) = items("TASK")
    assert "drywall" not in str(task)


def test_the_same_evidence_is_not_extracted_twice_at_once(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    add_note(tenant, claim_id, "Remove 20 SF of drywall.")
    request_extraction(tenant, claim_id)

    again = _extract(tenant, claim_id)
    assert (again.status, again.error) == (409, "conflict")
    assert again.json["error"]["details"]["status"] == "extracting"

    add_note(tenant, claim_id, "Remove 10 SF of carpet.")
    assert _extract(tenant, claim_id).status == 202


def test_a_claim_without_words_has_nothing_to_extract(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    photos.inspected(tenant, claim_id, photos.photo())
    photos.declare(tenant, claim_id, photos.photo(2), caption="Wet carpet.")

    response = _extract(tenant, claim_id)

    assert (response.status, response.json["error"]["details"]["id"]) == (409, claim_id)
    assert shown(tenant, claim_id)["status"] == "open"


def test_a_closed_claim_is_refused_and_a_reopened_one_is_not(tenant: Tenant) -> None:
    claim_id = closed_claim(tenant)["id"]
    assert _extract(tenant, claim_id).json["error"]["details"]["status"] == "closed"

    move(tenant, claim_id, "open", "More damage.")
    assert extracted(tenant, claim_id, "Remove 20 SF of drywall.")["version"] == 1


def test_a_claim_that_is_being_extracted_cannot_be_closed(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    add_note(tenant, claim_id)
    request_extraction(tenant, claim_id)

    assert move(tenant, claim_id, "closed", "Withdrawn.").status == 409


def test_ai_that_is_switched_off_extracts_nothing(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    add_note(tenant, claim_id)
    off = {"settings": {"ai": {"enabled": False}}}
    call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=off)

    assert _extract(tenant, claim_id).status == 409


def test_claims_of_others_and_of_the_other_mode_are_unknown(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    add_note(tenant, claim_id)

    assert _extract(new_tenant(), claim_id).status == 404
    assert _extract(tenant, claim_id, key=tenant.test_admin).status == 404
