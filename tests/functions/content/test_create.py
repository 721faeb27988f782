"""POST /v1/content."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import content as contents
from tests.support import reviews
from tests.support.callrail import actions, stored
from tests.support.faults import overtaken
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _post(tenant: Tenant, brief: dict[str, Any], content_type: str = "blog_post") -> tuple[int, list[str]]:
    """The status, and the pointers of wrong fields."""
    response = contents.create(tenant, {"type": content_type, "brief": brief})
    wrong = response.json["error"]["details"]["fields"] if response.status == 422 else []
    return response.status, [field["pointer"] for field in wrong]


def test_a_text_is_queued_for_the_ai(tenant: Tenant) -> None:
    brief = {
        "topic": "What to do after a burst pipe",
        "keywords": ["burst pipe"],
        "tone": "friendly",
        "audience": "homeowners",
        "length": "medium",
    }

    response = contents.create(tenant, {"type": "blog_post", "brief": brief})

    assert (response.status, response.headers["ETag"]) == (202, '"1"')
    shown = response.json
    assert shown["id"].startswith("content_")
    assert (shown["status"], shown["step"], shown["task"]) == ("generating", "queued", "write")
    assert shown["brief"] == {**brief, "network": None, "review_id": None}
    assert (shown["revision"], shown["title"], shown["body"], shown["findings"]) == (0, None, None, [])
    assert not {"salt", "task_id", "revision_ids"} & {*shown}
    assert contents.read(tenant, shown) == shown
    (task,) = [item for item in stored("TASK", tenant.id) if item["task"] == "write_content"]
    assert json.loads(str(task["data"])).keys() == {"content_id", "task_id"}
    assert actions("content", tenant.id) == ["content.created"]


@pytest.mark.parametrize("content_type", ["blog_post", "video_script"])
def test_a_brief_needs_a_topic(tenant: Tenant, content_type: str) -> None:
    assert _post(tenant, {}, content_type) == (422, ["/brief/topic"])
    assert _post(tenant, {**contents.BRIEF, "network": "x"}, content_type) == (422, ["/brief/network"])


def test_a_social_post_needs_its_network(tenant: Tenant) -> None:
    assert _post(tenant, contents.BRIEF, "social_post") == (422, ["/brief/network"])
    assert _post(tenant, {**contents.BRIEF, "network": "myspace"}, "social_post") == (422, ["/brief/network"])
    assert _post(tenant, {**contents.BRIEF, "network": "x"}, "social_post") == (202, [])


def test_a_response_answers_a_review_that_its_surface_shows(tenant: Tenant, stranger: Tenant) -> None:
    review, foreign = reviews.ingested(tenant), reviews.ingested(stranger)

    assert _post(tenant, {}, "review_response") == (422, ["/brief/review_id"])
    for unknown in ("x", foreign["id"], "review_01kq09bekje6vbq5xe2b60xtww"):
        assert _post(tenant, {"review_id": unknown}, "review_response") == (422, ["/brief/review_id"])
    assert _post(tenant, {"review_id": review["id"]}, "review_response") == (202, [])
    assert _post(tenant, {"review_id": review["id"], **contents.BRIEF})[1] == ["/brief/review_id"]


def test_a_test_key_cannot_answer_a_live_review(tenant: Tenant) -> None:
    review = reviews.ingested(tenant)
    body = {"type": "review_response", "brief": {"review_id": review["id"]}}

    assert contents.create(tenant, body, tenant.test_admin).status == 422


@pytest.mark.parametrize(
    ("brief", "pointer"),
    [
        ({"topic": "a\nb"}, "/brief/topic"),
        ({"topic": ""}, "/brief/topic"),
        ({"topic": "x" * 301}, "/brief/topic"),
        ({"topic": "x", "keywords": ["k"] * 21}, "/brief/keywords"),
        ({"topic": "x", "keywords": [""]}, "/brief/keywords/0"),
        ({"topic": "x", "keywords": None}, "/brief/keywords"),
        ({"topic": "x", "tone": "angry"}, "/brief/tone"),
        ({"topic": "x", "length": "endless"}, "/brief/length"),
        ({"topic": "x", "audience": "x" * 201}, "/brief/audience"),
        ({"topic": "x", "sentiment": "good"}, "/brief/sentiment"),
    ],
)
def test_an_invalid_brief_is_named_by_a_pointer(tenant: Tenant, brief: dict[str, Any], pointer: str) -> None:
    assert _post(tenant, brief) == (422, [pointer])
    assert stored("CONTENT", tenant.id) == []


def test_ai_that_is_switched_off_writes_nothing(tenant: Tenant) -> None:
    settings = {"settings": {"ai": {"enabled": False}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings).status == 200

    response = contents.create(tenant, contents.ORDER)

    assert (response.status, response.error, stored("CONTENT", tenant.id)) == (409, "conflict", [])
    assert "ai.enabled" in response.text


def test_the_audit_record_shows_no_word_of_the_brief(tenant: Tenant) -> None:
    contents.ordered(tenant, topic="Dana Reyes and her basement", keywords=["Elm Street"])

    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "content.created"]
    assert "hmac-sha256:" in str(record["changes"])
    assert not any(word in str(record["changes"]) for word in ("Dana", "basement", "Elm"))


def test_a_repeated_request_creates_one_item(tenant: Tenant) -> None:
    responses = [contents.create(tenant, contents.ORDER, None, **{"Idempotency-Key": "a"}) for _ in range(2)]

    assert responses[0].json == responses[1].json
    assert len(stored("CONTENT", tenant.id)) == 1
    assert len([item for item in stored("TASK", tenant.id) if item["task"] == "write_content"]) == 1


def test_a_review_that_is_erased_meanwhile_gets_no_response(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eal.core import aws, settings
    from eal.core.table.item import to_attributes
    from eal.domain.reviews.store import REVIEWS

    review = reviews.ingested(tenant)
    at = REVIEWS.key(tenant.in_mode("live"), review["id"])

    def erase() -> None:
        key = to_attributes(at._asdict())
        aws.dynamodb().delete_item(TableName=settings.state_table(), Key=key)

    with overtaken(monkeypatch, erase):
        response = contents.create(tenant, {"type": "review_response", "brief": {"review_id": review["id"]}})

    assert (response.status, stored("CONTENT", tenant.id)) == (422, [])
