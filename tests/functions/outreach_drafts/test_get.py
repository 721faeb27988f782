"""GET /v1/outreach/drafts/{draft_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import drafts
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_draft_is_shown_with_its_etag(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)
    path = f"{drafts.PATH}/{draft['id']}"

    response = call("GET", path, key=tenant.read)

    assert (response.status, response.headers["ETag"], response.json) == (200, '"1"', draft)
    assert call("GET", path, key=tenant.read, headers={"If-None-Match": '"1"'}).status == 304


def test_a_draft_of_another_tenant_or_mode_does_not_exist(tenant: Tenant) -> None:
    path = f"{drafts.PATH}/{drafts.drafted(tenant)['id']}"

    for key in (new_tenant("Other").read, tenant.test_admin):
        assert call("GET", path, key=key).status == 404
