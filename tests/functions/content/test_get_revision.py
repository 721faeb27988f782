"""GET /v1/content/{content_id}/revisions/{number}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import content as contents
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _get(tenant: Tenant, content: dict[str, Any], number: object, key: str | None = None) -> ApiResponse:
    return call("GET", f"{contents.PATH}/{content['id']}/revisions/{number}", key=key or tenant.read)


def test_a_revision_keeps_its_text(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    first = _get(tenant, content, 1).json
    contents.patch(tenant, content, {"title": "Another", "slug": "another"})

    assert _get(tenant, content, 1).json == first
    assert first["text"]["title"] == content["title"]
    assert first["text"].keys() == {
        "title", "body", "slug", "excerpt", "seo_title", "seo_description", "scenes", "hashtags", "links",
    }  # fmt: skip
    assert _get(tenant, content, 2).json["text"]["slug"] == "another"


def test_the_difference_is_by_word(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"body": "Close the red valve.\n\nThen call for help."})

    diff = _get(tenant, content, 2).json["diff"]

    (field,) = diff["fields"]
    assert field["field"] == "body"
    assert [edit["text"] for edit in field["edits"] if edit["op"] == "insert"] == [" red"]
    assert [edit["text"] for edit in field["edits"] if edit["op"] == "delete"] == [" main"]
    assert "-Close the main valve.\n+Close the red valve.\n" in diff["unified"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
def test_the_edits_give_both_texts(tenant: Tenant, body: str) -> None:
    content = contents.drafted(tenant)
    changed = contents.patch(tenant, content, {"body": body}).json

    fields = _get(tenant, content, changed["revision"]).json["diff"]["fields"]

    for edits in (field["edits"] for field in fields):
        assert "".join(edit["text"] for edit in edits if edit["op"] != "insert") == content["body"]
        assert "".join(edit["text"] for edit in edits if edit["op"] != "delete") == changed["body"]


@pytest.mark.parametrize("number", ["0", "2", "-1", "01", "1.0", "x", "9" * 5_000, "%C2%B2"])
def test_there_is_no_other_revision(tenant: Tenant, number: str) -> None:
    response = _get(tenant, contents.drafted(tenant), number)

    assert (response.status, response.error) == (404, "not_found")


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.drafted(tenant)

    for key in (stranger.read, tenant.test_admin):
        assert _get(tenant, content, 1, key).status == 404
