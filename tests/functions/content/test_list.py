"""GET /v1/content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import content as contents
from tests.support import reviews
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _ids(tenant: Tenant, query: str = "", key: str | None = None) -> list[str]:
    response = call("GET", f"{contents.PATH}{query}", key=key or tenant.read)
    assert response.status == 200, response.text
    return [content["id"] for content in response.json["data"]]


def test_content_is_listed_newest_first_and_filtered(tenant: Tenant) -> None:
    review_id = reviews.ingested(tenant)["id"]
    post = contents.drafted(tenant)["id"]
    script = contents.ordered(tenant, "video_script")["id"]
    response = contents.drafted(tenant, "review_response", review_id=review_id)["id"]

    assert _ids(tenant) == [response, script, post]
    assert _ids(tenant, "?order=asc") == [post, script, response]
    assert _ids(tenant, "?status=draft") == [response, post]
    assert _ids(tenant, "?status=draft&type=blog_post") == [post]
    assert _ids(tenant, "?type=video_script") == [script]
    assert _ids(tenant, "?status=published") == []
    assert _ids(tenant, f"?review_id={review_id}") == [response]
    assert _ids(tenant, f"?review_id={review_id}&status=generating") == []
    assert _ids(tenant, "?review_id=unknown") == []
    assert _ids(tenant, "?created_before=2020-01-01T00:00:00Z") == []


def test_pages_contain_every_item_once(tenant: Tenant) -> None:
    made = [contents.ordered(tenant)["id"] for _ in range(5)]

    found, cursor = [], ""
    while True:
        page = call("GET", f"{contents.PATH}?limit=2&status=generating{cursor}", key=tenant.read).json
        found += [content["id"] for content in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert found == made[::-1]


@pytest.mark.parametrize("query", ["?type=poem", "?status=done", "?network=x", "?limit=0"])
def test_an_invalid_filter_is_refused(tenant: Tenant, query: str) -> None:
    assert call("GET", f"{contents.PATH}{query}", key=tenant.read).status == 422


def test_other_tenants_and_modes_see_none(tenant: Tenant, stranger: Tenant) -> None:
    contents.ordered(tenant)

    assert _ids(stranger) == _ids(tenant, key=tenant.test_admin) == []
