"""POST /v1/claims/{claim_id}/sign-off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.claims import add_note, audit_records, extracted, move, new_claim, scope, shown
from tests.support.faults import overtaken
from tests.support.sign_offs import (
    TEXT,
    accept_all,
    decide,
    download,
    latest,
    request_sign_off,
    reviewed_claim,
    sign,
    stored_keys,
    write_bundle,
)

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_reviewed_claim_is_signed_off(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)

    signed = sign(tenant, claim_id)

    assert (signed["version"], signed["scope_version"], signed["status"]) == (1, 1, "writing")
    assert (signed["bundle"], signed["claim_id"]) == (None, claim_id)
    assert shown(tenant, claim_id)["status"] == "signed_off"
    (record,) = audit_records(tenant, "claim_sign_off.created")
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert changes["content_sha256"] == signed["content_sha256"]
    assert record["resource"] == {"type": "claim_sign_off", "id": signed["id"]}
    assert audit_records(tenant, "claim.signed_off")[0]["resource"]["id"] == claim_id


def test_a_claim_with_an_undecided_item_is_409(tenant: Tenant) -> None:
    claim_id = str(new_claim(tenant)["id"])
    found = extracted(tenant, claim_id, TEXT)

    response = request_sign_off(tenant, claim_id)

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["undecided_items"] == [item["id"] for item in found["data"]]
    assert shown(tenant, claim_id)["status"] == "ready_for_review"
    assert stored_keys("drafts") == []


def test_a_blocking_finding_needs_a_reason(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant, "Kitchen 10x10. Remove 400 SF of wet carpet in the kitchen.")
    checks = scope(tenant, claim_id, "checks")["data"]
    blocking = [check["id"] for check in checks if check["level"] == "block"]
    assert blocking

    refused = request_sign_off(tenant, claim_id)
    given = [{"check_id": check_id, "reason": "Two layers."} for check_id in blocking]
    signed = request_sign_off(tenant, claim_id, acknowledge=given)

    assert (refused.status, refused.json["error"]["details"]["blocking_checks"]) == (409, blocking)
    assert signed.status == 202


def test_an_acknowledgement_of_no_finding_is_422(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)

    response = request_sign_off(tenant, claim_id, acknowledge=[{"check_id": "chk_x", "reason": "So."}])

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/acknowledge/0/check_id"


@pytest.mark.parametrize("status", ["open", "closed", "signed_off"])
def test_a_claim_that_is_not_in_review_is_409(tenant: Tenant, status: str) -> None:
    claim_id = str(new_claim(tenant)["id"]) if status == "open" else reviewed_claim(tenant)
    if status == "closed":
        assert move(tenant, claim_id, "closed", "Withdrawn.").status == 200
    if status == "signed_off":
        sign(tenant, claim_id)

    response = request_sign_off(tenant, claim_id)

    assert (response.status, response.json["error"]["details"]["status"]) == (409, status)


def test_a_change_is_signed_as_the_next_version(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    first = sign(tenant, claim_id)

    decide(tenant, claim_id, "rejected", reason="Not on this loss.")
    second = sign(tenant, claim_id)

    assert (first["version"], second["version"]) == (1, 2)
    assert first["content_sha256"] != second["content_sha256"]
    assert latest(tenant, claim_id)["id"] == second["id"]


def test_a_later_extraction_is_reviewed_and_signed_again(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    sign(tenant, claim_id)
    add_note(tenant, claim_id, "Replace 12 LF of baseboard in the kitchen.")
    extracted(tenant, claim_id)

    refused = request_sign_off(tenant, claim_id)
    accept_all(tenant, claim_id)
    second = sign(tenant, claim_id)

    assert (refused.status, len(refused.json["error"]["details"]["undecided_items"])) == (409, 1)
    assert (second["version"], second["scope_version"]) == (2, 2)


def test_a_claim_that_is_closed_meanwhile_is_not_signed_off(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = reviewed_claim(tenant)

    with overtaken(monkeypatch, lambda: move(tenant, claim_id, "closed", "Withdrawn.")):
        response = request_sign_off(tenant, claim_id)

    assert response.status == 409
    assert shown(tenant, claim_id)["status"] == "closed"
    assert audit_records(tenant, "claim_sign_off.created") == []
    assert all(key.startswith("drafts/") for key in stored_keys("sign_"))


def test_a_decision_during_the_sign_off_is_signed_too(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = reviewed_claim(tenant)

    with overtaken(monkeypatch, lambda: decide(tenant, claim_id, "rejected", reason="Not on this loss.")):
        response = request_sign_off(tenant, claim_id)
    assert write_bundle(tenant, response.json) == []

    document = json.loads(download(latest(tenant, claim_id)["bundle"]["json_url"]))
    assert document["items"][0]["decision"] == "rejected"
