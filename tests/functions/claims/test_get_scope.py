"""GET /v1/claims/{claim_id}/scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.claims import extracted, new_claim, scope
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_claim_without_an_extraction_has_an_empty_scope(tenant: Tenant) -> None:
    assert scope(tenant, new_claim(tenant)["id"]) == {
        "version": None,
        "created_at": None,
        "provenance": None,
        "water_category": None,
        "water_class": None,
        "data": [],
        "next_cursor": None,
        "exclusions": [],
        "conflicts": [],
        "remarks": [],
    }


def test_an_item_shows_what_the_engine_says_beside_what_holds(tenant: Tenant) -> None:
    (item,) = extracted(tenant, new_claim(tenant)["id"], "Remove 20 SF of drywall in the hall.")["data"]

    assert (item["status"], item["decision"], item["version"]) == ("proposed", None, 1)
    assert item["engine"] == {name: item[name] for name in item["engine"]}
    assert (item["category_code"], item["selector_code"]) == (None, None)
    assert item["id"].startswith("item_")
    assert 0 <= item["confidence"] <= 1


def test_items_are_filtered_by_status_and_room(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(
        tenant, claim_id, "Remove 20 SF of drywall in the attic. Remove 10 SF of carpet in the kitchen."
    )

    assert len(scope(tenant, claim_id, "scope?status=proposed")["data"]) == 2
    assert scope(tenant, claim_id, "scope?status=accepted")["data"] == []
    (item,) = scope(tenant, claim_id, "scope?room=attic")["data"]
    assert item["description"] == "drywall"
    assert call("GET", f"/v1/claims/{claim_id}/scope?status=done", key=tenant.read).status == 422


def test_equal_pieces_of_work_have_ids_of_their_own(tenant: Tenant) -> None:
    claim_id, other = new_claim(tenant)["id"], new_claim(tenant)["id"]
    text = "Attic: remove 20 SF of drywall. Kitchen: remove 20 SF of drywall, remove 30 SF of carpet."

    ids = [item["id"] for scoped in (claim_id, other) for item in extracted(tenant, scoped, text)["data"]]

    assert len(set(ids)) == len(ids) == 6


def test_a_statement_that_was_corrected_is_a_conflict(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, "Kitchen 12' x 10', 8' ceiling. Remove 20 SF of drywall in the kitchen.")

    found = extracted(tenant, claim_id, "Measured again: kitchen 14' x 10'.")

    (conflict,) = found["conflicts"]
    assert (conflict["room"], conflict["field"]) == ("kitchen", "size")
    assert [room["length"] for room in scope(tenant, claim_id, "rooms")["data"]] == [14]


def test_the_scope_of_another_tenant_is_unknown(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    for part in ("scope", "rooms", "photo-summaries", "checks"):
        assert call("GET", f"/v1/claims/{claim_id}/{part}", key=new_tenant().read).status == 404
