"""POST /v1/content/{content_id}/restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import content as contents
from tests.support.callrail import actions

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_an_earlier_text_becomes_the_newest(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "Worse", "body": contents.BLOCKED})

    response = contents.act(tenant, content, "restore", {"revision": 1})

    assert response.status == 200
    restored = response.json
    assert (restored["revision"], restored["title"], restored["status"]) == (3, content["title"], "draft")
    assert (restored["findings"], restored["edited"], restored["provenance"]) == (
        [],
        False,
        content["provenance"],
    )
    assert actions("content", tenant.id)[-1] == "content.restored"


def test_a_restored_edit_counts_as_edited(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "By hand"})
    contents.act(tenant, content, "revisions", {"instructions": "Shorter."})
    contents.write(tenant, content)

    restored = contents.act(tenant, content, "restore", {"revision": 2}).json

    assert (restored["title"], restored["edited"]) == ("By hand", True)


def test_a_slug_that_other_content_has_gets_a_number(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"slug": "other"})
    other = contents.drafted(tenant)
    assert other["slug"] == "burst-pipe"

    restored = contents.act(tenant, content, "restore", {"revision": 1}).json

    assert restored["slug"] == "burst-pipe-2"


@pytest.mark.parametrize("revision", [0, 1, 2, -1, "1", None, 10**30])
def test_only_an_earlier_revision_can_be_restored(tenant: Tenant, revision: object) -> None:
    content = contents.drafted(tenant)

    response = contents.act(tenant, content, "restore", {"revision": revision})

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/revision")
    assert contents.read(tenant, content) == content


def test_published_content_is_not_restored(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "Second"})
    published = contents.move(tenant, content, "in_review", "approved", "published")

    response = contents.act(tenant, content, "restore", {"revision": 1})

    assert (response.status, "unpublished" in response.text) == (409, True)
    assert contents.read(tenant, content) == published


def test_another_version_is_refused(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "Second"})

    assert contents.act(tenant, content, "restore", {"revision": 1}, **{"If-Match": '"2"'}).status == 412


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.drafted(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert contents.act(tenant, content, "restore", {"revision": 1}, key=key).status == 404
