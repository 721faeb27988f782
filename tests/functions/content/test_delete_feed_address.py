"""DELETE /v1/content/feed-address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import actions
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/content/feed-address"


def test_a_deleted_address_stops_working_and_a_new_one_does_not_revive_it(tenant: Tenant) -> None:
    query = call("POST", PATH, key=tenant.admin).json["json_url"].partition("?")[2]

    assert call("DELETE", PATH, key=tenant.admin).status == 204
    assert call("GET", f"/v1/content/feed.json?{query}").status == 401
    assert call("GET", PATH, key=tenant.read).json["json_url"] is None
    call("POST", PATH, key=tenant.admin)

    assert call("GET", f"/v1/content/feed.json?{query}").status == 401
    assert actions("feed_address", tenant.id)[:2] == ["feed_address.created", "feed_address.deleted"]


def test_nothing_changes_if_there_is_no_address(tenant: Tenant) -> None:
    assert call("DELETE", PATH, key=tenant.admin).status == 204
    assert call("DELETE", PATH, key=tenant.admin, headers={"If-Match": "*"}).status == 412
    assert actions("feed_address", tenant.id) == []


def test_the_address_of_an_older_version_is_kept(tenant: Tenant) -> None:
    call("POST", PATH, key=tenant.admin)
    call("POST", PATH, key=tenant.admin)

    assert call("DELETE", PATH, key=tenant.admin, headers={"If-Match": '"1"'}).status == 412
    assert call("DELETE", PATH, key=tenant.admin, headers={"If-Match": '"2"'}).status == 204
