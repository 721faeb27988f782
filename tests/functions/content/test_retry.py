"""POST /v1/content/{content_id}/retry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support import content as contents
from tests.support.callrail import actions, stored
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_failed_text_is_queued_again_with_a_new_task(tenant: Tenant) -> None:
    content = contents.ordered(tenant)
    contents.fail(tenant, content)

    response = contents.act(tenant, content, "retry")

    assert response.status == 202
    assert (response.json["status"], response.json["step"], response.json["reason"]) == (
        "generating",
        "queued",
        None,
    )
    tasks = [json.loads(str(item["data"])) for item in stored("TASK", tenant.id)]
    assert {task["content_id"] for task in tasks} == {content["id"]}
    assert len({task["task_id"] for task in tasks}) == 2
    assert actions("content", tenant.id) == ["content.created", "content.failed", "content.retried"]


def test_a_failed_revision_is_retried_by_its_instructions(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.act(tenant, content, "revisions", {"instructions": "Shorter."})
    contents.fail(tenant, content)

    retried = contents.act(tenant, content, "retry").json

    assert (retried["task"], retried["instructions"]) == ("revise", "Shorter.")


def test_a_cancelled_text_can_be_retried(tenant: Tenant) -> None:
    content = contents.ordered(tenant)
    contents.act(tenant, content, "cancel")

    assert contents.act(tenant, content, "retry").json["task"] == "write"


def test_only_failed_content_can_be_retried(tenant: Tenant) -> None:
    for content in (contents.ordered(tenant), contents.drafted(tenant)):
        assert contents.act(tenant, content, "retry").status == 409


def test_ai_that_is_switched_off_retries_nothing(tenant: Tenant) -> None:
    content = contents.ordered(tenant)
    contents.fail(tenant, content)
    settings = {"settings": {"ai": {"enabled": False}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings).status == 200

    assert contents.act(tenant, content, "retry").status == 409


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.ordered(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert contents.act(tenant, content, "retry", key=key).status == 404
