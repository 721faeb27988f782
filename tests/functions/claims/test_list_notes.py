"""GET /v1/claims/{claim_id}/notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.claims import add_note, closed_claim, new_claim
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

READING = {"material": "oak", "value": 9, "unit": "WME"}


def _page(tenant: Tenant, claim_id: str, query: str = "") -> Any:
    response = call("GET", f"/v1/claims/{claim_id}/notes?{query}", key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def test_pages_contain_every_note_once_newest_first(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    made = [add_note(tenant, claim_id, f"Note {number}") for number in range(5)]
    add_note(tenant, new_claim(tenant)["id"], "Of another claim.")

    first = _page(tenant, claim_id, "limit=3")
    rest = _page(tenant, claim_id, f"limit=3&cursor={first['next_cursor']}")

    assert first["data"] + rest["data"] == made[::-1]
    assert rest["next_cursor"] is None
    assert _page(tenant, claim_id, "order=asc")["data"] == made


def test_a_kind_is_filtered(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    note = add_note(tenant, claim_id)
    reading = add_note(tenant, claim_id, "Wet.", kind="moisture_reading", reading=READING)

    assert _page(tenant, claim_id, "kind=note")["data"] == [note]
    assert _page(tenant, claim_id, "kind=moisture_reading")["data"] == [reading]
    assert call("GET", f"/v1/claims/{claim_id}/notes?kind=photo", key=tenant.read).status == 422


def test_a_closed_claim_shows_its_notes_and_an_unknown_one_is_404(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = closed_claim(tenant)["id"]

    assert _page(tenant, claim_id) == {"data": [], "next_cursor": None}
    assert call("GET", f"/v1/claims/{claim_id}/notes", key=stranger.read).status == 404
    assert call("GET", f"/v1/claims/{claim_id}/notes", key=tenant.test_admin).status == 404
