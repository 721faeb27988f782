"""GET /v1/content/{content_id}/revisions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.support import content as contents
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _list(tenant: Tenant, content: dict[str, Any], query: str = "", key: str | None = None) -> ApiResponse:
    return call("GET", f"{contents.PATH}/{content['id']}/revisions{query}", key=key or tenant.read)


def _revised(tenant: Tenant) -> dict[str, Any]:
    """Four revisions: written, edited, revised and restored."""
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "Edited"})
    contents.act(tenant, content, "revisions", {"instructions": "Shorter."})
    contents.write(tenant, content, replace(contents.POST, body="Close the valve."))
    contents.act(tenant, content, "restore", {"revision": 1})
    return content


def test_revisions_name_their_authors_and_reasons(tenant: Tenant) -> None:
    listed = _list(tenant, _revised(tenant)).json["data"]

    assert [(revision["number"], revision["reason"], revision["restored_from"]) for revision in listed] == [
        (4, "restored", 1),
        (3, "revised", None),
        (2, "edited", None),
        (1, "written", None),
    ]
    assert [revision["author"]["type"] for revision in listed] == ["api_key", "engine", "api_key", "engine"]
    assert listed[1]["author"] == {
        "type": "engine",
        "id": "embedded",
        "model": "content-1",
        "prompt_version": None,
    }
    assert (listed[1]["instructions"], listed[0]["instructions"]) == ("Shorter.", None)
    assert (listed[1]["provenance"]["engine"], listed[2]["provenance"]) == ("embedded", None)


def test_each_revision_has_its_difference_to_the_one_before(tenant: Tenant) -> None:
    listed = _list(tenant, _revised(tenant)).json["data"]

    assert listed[2]["diff"]["unified"] == (
        "--- title\n+++ title\n@@ -1 +1 @@\n-What to do after a burst pipe\n+Edited\n"
    )
    assert "+burst-pipe\n" in listed[3]["diff"]["unified"]
    assert "text" not in listed[0]


def test_a_page_begins_with_the_difference_to_the_page_before(tenant: Tenant) -> None:
    content = _revised(tenant)
    whole = _list(tenant, content).json["data"]

    found, cursor = [], ""
    while True:
        page = _list(tenant, content, f"?limit=1{cursor}").json
        found += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert found == whole
    assert _list(tenant, content, "?order=asc").json["data"] == whole[::-1]


def test_content_that_is_not_written_yet_has_none(tenant: Tenant) -> None:
    assert _list(tenant, contents.ordered(tenant)).json == {"data": [], "next_cursor": None}


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.drafted(tenant)

    for key in (stranger.read, tenant.test_admin):
        assert _list(tenant, content, key=key).status == 404
