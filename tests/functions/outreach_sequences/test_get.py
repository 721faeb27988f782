"""GET /v1/outreach/sequences/{sequence_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.sequences import SEQUENCES, draft

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_the_version_is_the_etag(tenant: Tenant) -> None:
    made = draft(tenant)
    path = f"{SEQUENCES}/{made['id']}"

    response = call("GET", path, key=tenant.read)

    assert (response.status, response.json, response.headers["ETag"]) == (200, made, '"1"')
    assert call("GET", path, key=tenant.read, headers={"If-None-Match": '"1"'}).status == 304


def test_a_sequence_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    path = f"{SEQUENCES}/{draft(tenant)['id']}"

    for key in (stranger.read, tenant.test_admin):
        assert call("GET", path, key=key).status == 404


def test_the_numbers_of_the_outbox_are_no_sequences(tenant: Tenant) -> None:
    """They are items of the kind SEQUENCE."""
    draft(tenant)

    for name in ("AUDIT", "EVENT"):
        assert call("GET", f"{SEQUENCES}/{name}", key=tenant.read).status == 404
