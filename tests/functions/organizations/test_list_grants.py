"""GET /v1/organizations/me/grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/organizations/me/grants"


def test_the_grant_is_listed_for_the_child_and_not_for_the_parent(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    body = {"resources": ["leads"], "expires_at": "2099-01-01T00:00:00.000Z"}
    given = call("PUT", f"{PATH}/{tenant.id}", key=child.admin, json_body=body).json

    for key in (child.admin, child.test_admin):
        page = call("GET", PATH, key=key)
        assert (page.status, page.json) == (200, {"data": [given], "next_cursor": None})
    assert call("GET", PATH, key=tenant.admin).json == {"data": [], "next_cursor": None}
    assert given["expires_at"] == body["expires_at"]


def test_the_creation_range_applies_to_the_grant(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    given = call("PUT", f"{PATH}/{tenant.id}", key=child.admin, json_body={"resources": ["leads"]}).json
    border = given["created_at"]

    assert call("GET", f"{PATH}?created_after={border}", key=child.admin).json["data"] == [given]
    assert call("GET", f"{PATH}?created_before={border}", key=child.admin).json["data"] == []


def test_an_organization_that_granted_nothing_has_an_empty_list(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)

    assert call("GET", PATH, key=child.admin).json["data"] == []


def test_a_lower_scope_is_not_enough(tenant: Tenant) -> None:
    assert call("GET", PATH, key=tenant.write).error == "insufficient_scope"
