"""POST /v1/content/{content_id}/cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import content as contents
from tests.support.callrail import actions
from tests.support.faults import overtaken

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def test_content_without_a_text_has_failed(tenant: Tenant) -> None:
    response = contents.act(tenant, contents.ordered(tenant), "cancel")

    assert response.status == 200
    assert (response.json["status"], response.json["reason"], response.json["step"]) == (
        "failed",
        "cancelled",
        None,
    )
    assert actions("content", tenant.id) == ["content.created", "content.cancelled"]


def test_a_cancelled_revision_leaves_the_draft(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.act(tenant, content, "revisions", {"instructions": "Shorter."})

    cancelled = contents.act(tenant, content, "cancel").json

    assert (cancelled["status"], cancelled["task"], cancelled["instructions"]) == ("draft", None, None)
    assert (cancelled["body"], cancelled["revision"]) == (content["body"], 1)


def test_what_is_not_generating_cannot_be_cancelled(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    response = contents.act(tenant, content, "cancel")

    assert (response.status, response.json["error"]["details"]["status"]) == (409, "draft")


def test_a_text_that_is_written_meanwhile_stays(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    content = contents.ordered(tenant)

    with overtaken(monkeypatch, lambda: contents.write(tenant, content)):
        response = contents.act(tenant, content, "cancel")

    assert (response.status, contents.read(tenant, content)["status"]) == (409, "draft")


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.ordered(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert contents.act(tenant, content, "cancel", key=key).status == 404
