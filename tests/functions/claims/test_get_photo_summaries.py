"""GET /v1/claims/{claim_id}/photo-summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import photos
from tests.support.claims import extracted, new_claim, scope

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_summary_says_what_the_caption_does_not(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    photo = photos.inspected(
        tenant, claim_id, photos.photo(), caption="Heavily stained drywall, standing water", room="Basement"
    )
    bare = photos.inspected(tenant, claim_id, photos.photo(2))
    extracted(tenant, claim_id)

    found = scope(tenant, claim_id, "photo-summaries")

    assert found["version"] == 1
    by_photo = {summary["photo_id"]: summary for summary in found["data"]}
    captioned = by_photo[photo["id"]]
    assert (captioned["room"], captioned["damage"], captioned["severity"]) == ("basement", "water", "severe")
    assert "slip" in captioned["hazards"]
    assert {"room", "damage", "severity"} <= set(by_photo[bare["id"]]["unknown"])
