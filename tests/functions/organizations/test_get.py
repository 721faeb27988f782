"""GET /v1/organizations/{organization_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_parent_reads_the_childs_record_without_a_grant(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)

    response = call("GET", f"/v1/organizations/{child.id}", key=tenant.admin)

    assert (response.status, response.headers["ETag"]) == (200, '"1"')
    assert response.json == call("GET", "/v1/organizations/me", key=child.read).json


def test_an_unchanged_organization_is_304(tenant: Tenant) -> None:
    path = f"/v1/organizations/{new_tenant('Location', parent=tenant.id).id}"
    etag = call("GET", path, key=tenant.admin).headers["ETag"]

    assert call("GET", path, key=tenant.admin, headers={"If-None-Match": etag}).status == 304


def test_any_other_organization_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    sibling = new_tenant("Sibling", parent=tenant.id)
    grandchild = new_tenant("Grandchild", parent=child.id)

    for reader, other in [
        (tenant, grandchild),
        (tenant, stranger),
        (tenant, tenant),
        (child, tenant),
        (child, sibling),
        (stranger, child),
        (grandchild, tenant),
    ]:
        response = call("GET", f"/v1/organizations/{other.id}", key=reader.admin)
        assert (response.status, response.error) == (404, "not_found")
        assert "Location" not in response.text
