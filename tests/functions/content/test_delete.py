"""DELETE /v1/content/{content_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import content as contents
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, sqs_event

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _delete(key: str, content: dict[str, Any], **headers: str) -> int:
    return call("DELETE", f"{contents.PATH}/{content['id']}", key=key, headers=headers).status


def test_deleted_content_is_gone_with_its_revisions_and_its_slug(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "Dana's basement"}, **{"Idempotency-Key": "a"})
    contents.move(tenant, content, "in_review", "approved", "published", "unpublished")

    assert _delete(tenant.admin, content) == 204

    assert call("GET", f"{contents.PATH}/{content['id']}", key=tenant.read).status == 404
    assert _delete(tenant.admin, content) == 404
    assert stored("CONTENT_SLUG", tenant.id) == []
    assert actions("content", tenant.id)[-1] == "content.deleted"
    Pipeline().run()
    assert stored("CONTENT_REVISION", tenant.id) == []
    assert "Dana" not in str(stored("IDEMPOTENCY", tenant.id))
    assert "Dana" not in str(stored("EVENT", tenant.id))
    assert contents.drafted(tenant)["slug"] == content["slug"]


def test_a_worker_killed_after_any_call_deletes_the_rest(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = contents.drafted(tenant)
    contents.patch(tenant, content, {"title": "Dana's basement"}, **{"Idempotency-Key": "a"})
    contents.move(tenant, content, "in_review", "approved", "published", "unpublished")
    assert _delete(tenant.admin, content) == 204
    task = {"organization_id": tenant.id, "mode": "live", "request_id": "r", "content_id": content["id"]}
    event = sqs_event("TracesQueue", [json.dumps({"task": "erase_content", **task})])

    killed_at, is_done = 0, False
    while not is_done:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                is_done = load_app("workers/erase_traces").handler(event, None) == {"batchItemFailures": []}
            except Killed:
                continue

    assert killed_at > 3
    assert stored("CONTENT_REVISION", tenant.id) == []
    for kind in ("IDEMPOTENCY", "EVENT"):
        assert stored(kind, tenant.id)
        assert "Dana" not in str(stored(kind, tenant.id))


@pytest.mark.parametrize("status", ["scheduled", "published"])
def test_what_is_or_will_be_published_cannot_be_deleted(tenant: Tenant, status: str) -> None:
    at = {"scheduled_at": contents.tomorrow()} if status == "scheduled" else {}
    content = contents.move(tenant, contents.drafted(tenant), "in_review", "approved", status, **at)

    assert _delete(tenant.admin, content) == 409
    assert contents.read(tenant, content) == content


def test_it_needs_an_admin_key(tenant: Tenant) -> None:
    assert _delete(tenant.write, contents.drafted(tenant)) == 403


def test_content_that_is_published_meanwhile_stays(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    content = contents.move(tenant, contents.drafted(tenant), "in_review", "approved")

    with overtaken(monkeypatch, lambda: contents.move(tenant, content, "published")):
        status = _delete(tenant.admin, content)

    assert (status, contents.read(tenant, content)["status"]) == (409, "published")


def test_another_version_is_refused(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    assert _delete(tenant.admin, content, **{"If-Match": '"1"'}) == 412
    assert _delete(tenant.admin, content, **{"If-Match": '"2"'}) == 204


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.drafted(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert _delete(key, content) == 404
