"""GET /v1/outreach/sequences/{sequence_id}/enrollments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sequences import SEQUENCES, active, be_ready, enrolled, lead, prospect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_enrollments_are_filtered_by_status_lead_and_prospect(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence, other = active(tenant), active(tenant)
    first = enrolled(tenant, sequence["id"], lead(tenant))
    second = enrolled(tenant, sequence["id"], prospect(tenant))
    enrolled(tenant, other["id"], lead(tenant, "c@example.com"))
    path = f"{SEQUENCES}/{sequence['id']}/enrollments"
    call("DELETE", f"{path}/{first['id']}", key=tenant.write)

    def listed(query: str = "") -> list[str]:
        return [found["id"] for found in call("GET", f"{path}{query}", key=tenant.read).json["data"]]

    assert listed() == [second["id"], first["id"]]
    assert listed("?order=asc") == [first["id"], second["id"]]
    assert listed("?status=active") == [second["id"]]
    assert listed("?status=stopped") == [first["id"]]
    assert listed(f"?lead_id={first['lead_id']}") == [first["id"]]
    assert listed(f"?prospect_id={second['prospect_id']}") == [second["id"]]
    assert listed(f"?prospect_id={second['prospect_id']}&status=paused") == []


def test_the_list_of_an_unknown_sequence_is_404(tenant: Tenant, stranger: Tenant) -> None:
    be_ready(tenant)
    path = f"{SEQUENCES}/{active(tenant)['id']}/enrollments"

    assert call("GET", path, key=stranger.read).status == 404
    assert call("GET", path, key=tenant.test_admin).status == 404


def test_pages_follow_each_other(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    made = [enrolled(tenant, sequence["id"], lead(tenant, f"l{number}@example.com")) for number in range(3)]
    path = f"{SEQUENCES}/{sequence['id']}/enrollments?order=asc&limit=2"

    page = call("GET", path, key=tenant.read).json
    rest = call("GET", f"{path}&cursor={page['next_cursor']}", key=tenant.read).json

    assert page["data"] + rest["data"] == made
