"""GET /v1/claims/{claim_id}/rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.claims import extracted, move, new_claim, scope
from tests.support.http import load_app
from tests.support.pipeline import Pipeline
from tests.support.time import freeze

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def test_rooms_have_measures_and_the_areas_that_follow(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    assert scope(tenant, claim_id, "rooms") == {"version": None, "data": [], "next_cursor": None}
    extracted(tenant, claim_id, "Kitchen 12'6\" x 10', 8' ceiling. Remove 120 SF of carpet in the kitchen.")

    found = scope(tenant, claim_id, "rooms")

    (room,) = found["data"]
    assert (found["version"], room["name"]) == (1, "kitchen")
    assert (room["length"], room["width"], room["height"]) == (12.5, 10, 8)
    assert (room["areas"]["floor"], room["areas"]["walls"], room["areas"]["volume"]) == (125, 360, 1000)
    assert room["evidence"][0]["quote"].startswith("Kitchen 12'6\"")


def test_a_height_that_nobody_gave_is_null(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(
        tenant,
        claim_id,
        "Kitchen 12 x 10. Remove 20 SF of carpet in the kitchen and 5 LF of trim in the hall.",
    )

    kitchen = next(room for room in scope(tenant, claim_id, "rooms")["data"] if room["name"] == "kitchen")

    assert (kitchen["height"], kitchen["areas"]["floor"], kitchen["areas"]["walls"]) == (None, 120, None)


def test_an_extraction_without_rooms_has_a_version(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, "Spoke with the insured on the phone.")

    assert scope(tenant, claim_id, "rooms") == {"version": 1, "data": [], "next_cursor": None}
    assert scope(tenant, claim_id, "photo-summaries")["version"] == 1


def test_a_deleted_extraction_has_no_version_and_the_next_one_has(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = new_claim(tenant)["id"]
    extracted(tenant, claim_id, "Kitchen 12 x 10.")
    move(tenant, claim_id, "closed", "Done.")
    freeze(monkeypatch).advance(days=91)

    load_app("workers/enqueue_retention").handler({}, None)
    Pipeline().run()

    assert scope(tenant, claim_id, "rooms")["version"] is None

    move(tenant, claim_id, "open", "A call.")
    extracted(tenant, claim_id, "Spoke with the insured on the phone.")

    assert scope(tenant, claim_id, "rooms")["version"] == 2
