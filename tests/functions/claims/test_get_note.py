"""GET /v1/claims/{claim_id}/notes/{note_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.claims import add_note, new_claim
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_note_is_shown_as_it_was_added(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    note = add_note(tenant, claim_id)

    response = call("GET", f"/v1/claims/{claim_id}/notes/{note['id']}", key=tenant.read)

    assert (response.status, response.json) == (200, note)


def test_a_note_of_another_claim_or_tenant_is_404(tenant: Tenant, stranger: Tenant) -> None:
    claim_id, other = new_claim(tenant)["id"], new_claim(tenant)["id"]
    note_id = add_note(tenant, claim_id)["id"]

    for path, key in (
        (f"/v1/claims/{other}/notes/{note_id}", tenant.read),
        (f"/v1/claims/{claim_id}/notes/{note_id}", stranger.read),
        (f"/v1/claims/{claim_id}/notes/note_01kq09bekje6vbq5xe2b60xtww", tenant.read),
        (f"/v1/claims/{claim_id}/notes/x", tenant.read),
        (f"/v1/claims/x/notes/{note_id}", tenant.read),
    ):
        assert call("GET", path, key=key).status == 404
