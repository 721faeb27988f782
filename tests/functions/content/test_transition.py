"""POST /v1/content/{content_id}/transitions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock as time
from eal.domain.content.model import TRANSITIONS, ContentStatus
from tests.support import content as contents
from tests.support import reviews
from tests.support.callrail import actions, stored
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _to(
    tenant: Tenant, content: dict[str, Any], status: str, key: str | None = None, **fields: object
) -> ApiResponse:
    return contents.act(tenant, content, "transitions", {"to": status, **fields}, key=key)


def _in(tenant: Tenant, status: ContentStatus) -> dict[str, Any]:
    """An item in a status."""
    if status in ("generating", "failed"):
        content = contents.ordered(tenant)
        if status == "failed":
            contents.fail(tenant, content)
        return contents.read(tenant, content)
    content = contents.drafted(tenant)
    path: dict[str, tuple[str, ...]] = {
        "draft": (),
        "in_review": ("in_review",),
        "approved": ("in_review", "approved"),
        "scheduled": ("in_review", "approved", "scheduled"),
        "published": ("in_review", "approved", "published"),
        "unpublished": ("in_review", "approved", "published", "unpublished"),
        "archived": ("archived",),
    }
    at = {"scheduled_at": contents.tomorrow()} if status == "scheduled" else {}
    return contents.move(tenant, content, *path[status], **at)


def _response(tenant: Tenant, rating: int | None, key: str | None = None) -> dict[str, Any]:
    """A response in review."""
    review = reviews.ingested(tenant, key, rating=rating)
    return contents.move(
        tenant, contents.drafted(tenant, "review_response", review_id=review["id"]), "in_review"
    )


@pytest.mark.parametrize("status", TRANSITIONS)
def test_only_the_allowed_moves_are_possible(tenant: Tenant, status: ContentStatus) -> None:
    allowed = TRANSITIONS[status]
    for to in ("draft", "in_review", "approved", "scheduled", "published", "unpublished", "archived"):
        content = _in(tenant, status)
        more = {"scheduled_at": contents.tomorrow()} if to == "scheduled" else {}

        response = _to(tenant, content, to, notes="Because.", **more)

        if to in allowed:
            assert (response.status, response.json["status"]) == (200, to), response.text
            latest = response.json["transitions"][-1]
            assert (latest["from"], latest["to"], latest["notes"]) == (status, to, "Because.")
            assert latest["by"]["type"] == "api_key"
        else:
            assert (response.status, response.error) == (409, "illegal_transition")
            assert response.json["error"]["details"]["allowed"] == list(allowed)
            assert contents.read(tenant, content) == content


def test_archived_content_without_a_text_cannot_become_a_draft(tenant: Tenant) -> None:
    content = contents.move(tenant, _in(tenant, "failed"), "archived")

    response = _to(tenant, content, "draft")

    assert (response.status, response.json["error"]["details"]["allowed"]) == (409, [])


def test_the_path_to_publication_is_recorded(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    published = contents.move(tenant, content, "in_review", "approved", "published")

    assert [(move["from"], move["to"]) for move in published["transitions"]] == [
        ("draft", "in_review"),
        ("in_review", "approved"),
        ("approved", "published"),
    ]
    assert published["published_revision"] == 1
    assert published["published_at"] == published["transitions"][-1]["at"]
    assert actions("content", tenant.id)[2:] == ["content.submitted", "content.approved", "content.published"]


def test_a_rejection_needs_notes(tenant: Tenant) -> None:
    content = _in(tenant, "in_review")

    refused = _to(tenant, content, "draft")
    rejected = _to(tenant, content, "draft", notes="Name the hotline, Dana.")

    assert (refused.status, refused.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/notes")
    assert (rejected.status, rejected.json["transitions"][-1]["notes"]) == (200, "Name the hotline, Dana.")
    assert actions("content", tenant.id)[-1] == "content.rejected"
    assert "hotline" not in str([item["changes"] for item in stored("AUDIT", tenant.id)])


def test_a_blocked_text_is_not_approved(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    blocked = contents.move(
        tenant, contents.patch(tenant, content, {"body": contents.BLOCKED}).json, "in_review"
    )

    response = _to(tenant, content, "approved", tenant.admin)

    assert (response.status, response.error) == (409, "conflict")
    found = response.json["error"]["details"]["findings"]
    assert ("coverage_promise", "block", "body") in [
        (finding["rule"], finding["level"], finding["field"]) for finding in found
    ]
    assert contents.read(tenant, content) == blocked


def test_a_word_that_is_banned_after_the_review_began_blocks(tenant: Tenant) -> None:
    content = _in(tenant, "in_review")
    settings = {"settings": {"content": {"banned_words": ["valve"]}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings).status == 200

    assert _to(tenant, content, "approved").status == 409


@pytest.mark.parametrize("rating", [1, 2, 3, None])
def test_a_person_approves_the_response_to_a_bad_review(tenant: Tenant, rating: int | None) -> None:
    content = _response(tenant, rating)

    refused = _to(tenant, content, "approved")
    approved = _to(tenant, content, "approved", tenant.admin)

    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert refused.json["error"]["details"]["required"] == "admin"
    assert (approved.status, approved.json["status"]) == (200, "approved")


@pytest.mark.parametrize("rating", [4, 5])
def test_a_write_key_approves_the_response_to_a_good_review(tenant: Tenant, rating: int) -> None:
    assert _to(tenant, _response(tenant, rating), "approved").status == 200


def test_a_review_that_loses_stars_voids_the_approval(tenant: Tenant) -> None:
    content = _response(tenant, 5)
    contents.move(tenant, content, "approved")
    reviews.ingested(tenant, rating=1)

    refused = _to(tenant, content, "published", tenant.admin)
    contents.move(tenant, content, "draft", "in_review")

    assert (refused.status, refused.error) == (409, "conflict")
    assert _to(tenant, content, "approved").status == 403
    assert contents.move(tenant, content, "approved", "published", key=tenant.admin)["status"] == "published"


def test_a_test_key_moves_through_the_same_states(tenant: Tenant) -> None:
    key = tenant.test_admin
    content = contents.ordered(tenant, key=key)
    contents.write(tenant, content, mode="test")

    published = contents.move(tenant, content, "in_review", "approved", "published", key=key)

    assert published["status"] == "published"


@pytest.mark.parametrize("seconds", [0, -1, 367 * 86_400])
def test_the_time_of_a_publication_is_within_a_year(tenant: Tenant, seconds: int) -> None:
    content = _in(tenant, "approved")
    at = time.rfc3339(time.now() + timedelta(seconds=seconds))

    response = _to(tenant, content, "scheduled", scheduled_at=at)

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (
        422,
        "/scheduled_at",
    )


def test_the_time_belongs_to_a_scheduled_publication(tenant: Tenant) -> None:
    content = _in(tenant, "approved")

    assert _to(tenant, content, "scheduled").status == 422
    assert _to(tenant, content, "published", scheduled_at=contents.tomorrow()).status == 422
    scheduled = contents.move(tenant, content, "scheduled", scheduled_at=contents.tomorrow())
    assert scheduled["scheduled_at"] is not None
    assert contents.move(tenant, content, "approved")["scheduled_at"] is None


@pytest.mark.parametrize(
    "body",
    [{}, {"to": "generating"}, {"to": "failed"}, {"to": None}, {"to": "draft", "notes": "x" * 1_001}],
)
def test_an_invalid_body_is_refused(tenant: Tenant, body: dict[str, object]) -> None:
    content = contents.drafted(tenant)

    assert contents.act(tenant, content, "transitions", body).status == 422
    assert contents.read(tenant, content) == content


def test_the_latest_transitions_are_kept(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    for _ in range(8):
        content = contents.move(tenant, content, "in_review", "approved", "draft")

    assert (len(content["transitions"]), content["transitions"][-1]["to"]) == (20, "draft")


def test_of_two_concurrent_moves_one_succeeds(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _in(tenant, "approved")

    with overtaken(monkeypatch, lambda: contents.move(tenant, content, "published")):
        response = _to(tenant, content, "published")

    assert (response.status, response.error) == (409, "illegal_transition")


def test_a_text_that_changes_during_its_approval_is_not_approved(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _in(tenant, "in_review")

    with overtaken(monkeypatch, lambda: contents.patch(tenant, content, {"title": "Another"})):
        response = _to(tenant, content, "approved")

    assert (response.status, contents.read(tenant, content)["status"]) == (409, "draft")


def test_another_version_is_refused(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    response = contents.act(tenant, content, "transitions", {"to": "in_review"}, **{"If-Match": '"1"'})

    assert response.status == 412


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    content = contents.drafted(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert _to(tenant, content, "in_review", key).status == 404
