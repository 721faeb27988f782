"""POST /v1/content/{content_id}/revisions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support import content as contents
from tests.support.callrail import actions, stored
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

SHORTER = {"instructions": "Make it shorter."}


def test_a_revision_is_queued_and_becomes_a_draft(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    response = contents.act(tenant, content, "revisions", {**SHORTER})

    assert (response.status, response.headers["ETag"]) == (202, '"3"')
    queued = response.json
    assert (queued["status"], queued["task"], queued["step"]) == ("generating", "revise", "queued")
    assert (queued["instructions"], queued["title"], queued["revision"]) == (
        "Make it shorter.",
        content["title"],
        1,
    )
    contents.write(tenant, content, replace(contents.POST, body="Close the valve."))
    revised = contents.read(tenant, content)
    assert (revised["status"], revised["revision"], revised["body"]) == ("draft", 2, "Close the valve.")
    assert (revised["task"], revised["instructions"]) == (None, None)
    assert len([item for item in stored("TASK", tenant.id) if item["task"] == "write_content"]) == 2
    assert actions("content", tenant.id)[-2:] == ["content.revision_requested", "content.revised"]


def test_a_failure_leaves_the_text(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.act(tenant, content, "revisions", {**SHORTER})
    contents.fail(tenant, content)

    failed = contents.read(tenant, content)

    assert (failed["status"], failed["reason"], failed["body"]) == (
        "failed",
        "engine_failed",
        content["body"],
    )
    assert contents.act(tenant, content, "revisions", {**SHORTER}).status == 202


@pytest.mark.parametrize("statuses", [("in_review",), ("in_review", "approved"), ()])
def test_it_takes_review_and_approval_back(tenant: Tenant, statuses: tuple[str, ...]) -> None:
    content = contents.move(tenant, contents.drafted(tenant), *statuses)

    assert contents.act(tenant, content, "revisions", {**SHORTER}).status == 202
    contents.write(tenant, content)

    written = contents.read(tenant, content)
    assert (written["status"], written["approved_by"]) == ("draft", None)


def test_content_without_a_text_is_not_revised(tenant: Tenant) -> None:
    content = contents.ordered(tenant)
    assert contents.act(tenant, content, "revisions", {**SHORTER}).status == 409
    contents.fail(tenant, content)

    response = contents.act(tenant, content, "revisions", {**SHORTER})

    assert (response.status, response.error) == (409, "conflict")
    assert "no text yet" in response.text


def test_ai_that_is_switched_off_revises_nothing(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    settings = {"settings": {"ai": {"enabled": False}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings).status == 200

    assert contents.act(tenant, content, "revisions", {**SHORTER}).status == 409
    assert contents.read(tenant, content) == content


@pytest.mark.parametrize("body", [{}, {"instructions": ""}, {"instructions": "x" * 2_001}, {"prompt": "x"}])
def test_instructions_are_required(tenant: Tenant, body: dict[str, object]) -> None:
    assert contents.act(tenant, contents.drafted(tenant), "revisions", body).status == 422


def test_another_version_is_refused(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    assert contents.act(tenant, content, "revisions", {**SHORTER}, **{"If-Match": '"1"'}).status == 412


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.drafted(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert contents.act(tenant, content, "revisions", {**SHORTER}, key=key).status == 404
