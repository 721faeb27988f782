"""GET /v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sequences import SEQUENCES, active, be_ready, enrolled, lead

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_an_enrollment_shows_no_address_and_no_salt(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    shown = enrolled(tenant, sequence["id"], lead(tenant))

    response = call("GET", f"{SEQUENCES}/{sequence['id']}/enrollments/{shown['id']}", key=tenant.read)

    assert (response.status, response.headers["ETag"]) == (200, '"1"')
    assert not {"address", "salt", "planned_at"} & response.json.keys()
    assert "dana@example.com" not in response.text


def test_an_enrollment_of_another_sequence_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    be_ready(tenant)
    sequence, other = active(tenant), active(tenant)
    shown = enrolled(tenant, sequence["id"], lead(tenant))

    path = f"{SEQUENCES}/{sequence['id']}/enrollments/{shown['id']}"
    for key in (stranger.read, tenant.test_admin):
        assert call("GET", path, key=key).status == 404
    assert call("GET", f"{SEQUENCES}/{other['id']}/enrollments/{shown['id']}", key=tenant.read).status == 404
    assert call("GET", f"{SEQUENCES}/{sequence['id']}/enrollments/x", key=tenant.read).status == 404
