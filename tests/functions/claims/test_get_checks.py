"""GET /v1/claims/{claim_id}/checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.claims import CLAIM, add_note, extracted, new_claim, scope

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_findings_name_their_items_and_are_the_same_for_the_same_claim(tenant: Tenant) -> None:
    claim_id = new_claim(tenant, **CLAIM)["id"]
    (item,) = extracted(tenant, claim_id, "Kitchen 12 x 10. Remove 200 SF of carpet in the kitchen.")["data"]

    found = scope(tenant, claim_id, "checks")

    assert found == scope(tenant, claim_id, "checks")
    by_check = {finding["check"]: finding for finding in found["data"]}
    assert set(by_check) == {"removal_without_replacement", "quantity_over_room", "room_without_photos"}
    over = by_check["quantity_over_room"]
    assert (over["level"], over["room"], over["item_ids"]) == ("block", "kitchen", [item["id"]])
    assert by_check["room_without_photos"]["level"] == "warn"
    assert len({finding["id"] for finding in found["data"]}) == len(found["data"])
    assert all(finding["saw"] and finding["action"] for finding in found["data"])


def test_missing_fields_are_found_before_an_extraction(tenant: Tenant) -> None:
    found = scope(tenant, new_claim(tenant)["id"], "checks")

    assert found["version"] is None
    assert {finding["check"] for finding in found["data"]} == {"claim_field_missing"}


def test_readings_are_counted_at_once(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, "Set 2 air movers in the kitchen for 1 day.")
    assert "equipment_without_readings" in {
        finding["check"] for finding in scope(tenant, claim_id, "checks")["data"]
    }

    reading = {"material": "drywall", "value": 38, "unit": "%", "place": "Kitchen"}
    add_note(tenant, claim_id, "Wet.", kind="moisture_reading", reading=reading)

    checks = {finding["check"] for finding in scope(tenant, claim_id, "checks")["data"]}
    assert "equipment_without_readings" not in checks
