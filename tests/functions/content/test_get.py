"""GET /v1/content/{content_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import content as contents
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_written_text_is_shown_with_its_etag(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    path = f"{contents.PATH}/{content['id']}"

    response = call("GET", path, key=tenant.read)

    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    shown = response.json
    assert (shown["status"], shown["revision"], shown["step"], shown["task"]) == ("draft", 1, None, None)
    assert (shown["title"], shown["slug"], shown["scenes"]) == (contents.POST.title, "burst-pipe", [])
    assert shown["provenance"]["engine"] == "embedded"
    assert call("GET", path, key=tenant.read, headers={"If-None-Match": '"2"'}).status == 304


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    path = f"{contents.PATH}/{contents.ordered(tenant)['id']}"

    for key in (stranger.read, tenant.test_admin):
        assert call("GET", path, key=key).status == 404
