"""GET /v1/content/feed-address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/content/feed-address"
NONE = {"id": None, "json_url": None, "atom_url": None, "created_at": None, "version": 0}


def test_there_is_no_address_until_one_is_created(tenant: Tenant) -> None:
    assert call("GET", PATH, key=tenant.read).json == NONE
    made = call("POST", PATH, key=tenant.admin).json

    response = call("GET", PATH, key=tenant.read)

    assert (response.status, response.json) == (200, made)
    assert (
        call("GET", PATH, key=tenant.read, headers={"If-None-Match": response.headers["ETag"]}).status == 304
    )


def test_another_tenant_has_none(tenant: Tenant) -> None:
    call("POST", PATH, key=tenant.admin)

    assert call("GET", PATH, key=new_tenant("Other").read).json == NONE
