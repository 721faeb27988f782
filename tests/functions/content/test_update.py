"""PATCH /v1/content/{content_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.content import ContentText
from tests.support import content as contents
from tests.support import reviews
from tests.support.callrail import actions, stored
from tests.support.faults import overtaken
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _pointers(tenant: Tenant, content: dict[str, Any], body: dict[str, object]) -> list[str]:
    response = contents.patch(tenant, content, body)
    assert response.status == 422, response.text
    return [field["pointer"] for field in response.json["error"]["details"]["fields"]]


def test_an_edit_is_a_new_revision_of_the_key(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    response = contents.patch(
        tenant, content, {"title": "Burst pipe: first steps", "seo_title": "First steps"}
    )

    assert (response.status, response.headers["ETag"]) == (200, '"3"')
    edited = response.json
    assert (edited["revision"], edited["title"], edited["seo_title"]) == (
        2,
        "Burst pipe: first steps",
        "First steps",
    )
    assert (edited["body"], edited["edited"], edited["status"]) == (content["body"], True, "draft")
    assert edited["provenance"] == content["provenance"]
    assert actions("content", tenant.id) == ["content.created", "content.written", "content.updated"]
    assert len(stored("CONTENT_REVISION", tenant.id)) == 2


def test_equal_parts_change_nothing(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    same: list[dict[str, object]] = [{}, {"title": content["title"]}, {"hashtags": None}, {"scenes": []}]
    for body in same:
        assert contents.patch(tenant, content, body).json == content


def test_null_clears_a_part_that_the_type_does_not_need(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    assert contents.patch(tenant, content, {"excerpt": None}).json["excerpt"] is None
    for part in ("title", "body", "slug"):
        assert _pointers(tenant, content, {part: None}) == [f"/{part}"]


@pytest.mark.parametrize(
    ("content_type", "own", "foreign"),
    [
        ("blog_post", {"seo_description": "What to do first."}, {"hashtags": ["a"]}),
        (
            "video_script",
            {"scenes": [{"narration": "Call.", "on_screen_text": "Call", "seconds": 3}]},
            {"body": "x"},
        ),
        (
            "social_post",
            {"hashtags": ["#water", "storm_damage"], "links": ["https://example.com/a"]},
            {"title": "x"},
        ),
        ("review_response", {"body": "Thank you."}, {"links": ["https://example.com"]}),
    ],
)
def test_each_type_has_its_parts(
    tenant: Tenant, content_type: str, own: dict[str, object], foreign: dict[str, object]
) -> None:
    brief = {"review_id": reviews.ingested(tenant)["id"]} if content_type == "review_response" else {}
    content = contents.drafted(tenant, content_type, None, **brief)

    assert contents.patch(tenant, content, own).status == 200
    assert _pointers(tenant, content, foreign) == [f"/{part}" for part in foreign]


def test_hashtags_are_stored_without_their_sign(tenant: Tenant) -> None:
    content = contents.drafted(tenant, "social_post")

    response = contents.patch(tenant, content, {"hashtags": ["#WaterDamage", "Überflutung"]})

    assert response.json["hashtags"] == ["WaterDamage", "Überflutung"]


@pytest.mark.parametrize(
    ("content_type", "body", "pointer"),
    [
        ("blog_post", {"title": ""}, "/title"),
        ("blog_post", {"title": "a\nb"}, "/title"),
        ("blog_post", {"title": "x" * 201}, "/title"),
        ("blog_post", {"body": "x" * 30_001}, "/body"),
        ("blog_post", {"body": "x\x00"}, "/body"),
        ("blog_post", {"slug": "Burst"}, "/slug"),
        ("blog_post", {"slug": "burst--pipe"}, "/slug"),
        ("blog_post", {"slug": "../x"}, "/slug"),
        ("blog_post", {"slug": "x" * 101}, "/slug"),
        ("blog_post", {"seo_title": "x" * 71}, "/seo_title"),
        ("blog_post", {"seo_description": "x" * 161}, "/seo_description"),
        ("blog_post", {"status": "published"}, "/status"),
        ("blog_post", {"body": "\U0001f4a7" * 13_000}, ""),
        ("video_script", {"scenes": []}, "/scenes"),
        (
            "video_script",
            {"scenes": [{"narration": "x", "on_screen_text": "", "seconds": 0}]},
            "/scenes/0/seconds",
        ),
        ("video_script", {"scenes": [{"narration": "x", "seconds": 5}]}, "/scenes/0/on_screen_text"),
        ("social_post", {"hashtags": ["two words"]}, "/hashtags/0"),
        ("social_post", {"hashtags": ["2026"]}, "/hashtags/0"),
        ("social_post", {"hashtags": ["#"]}, "/hashtags/0"),
        ("social_post", {"hashtags": ["a"] * 31}, "/hashtags"),
        ("social_post", {"links": ["javascript:alert(1)"]}, "/links/0"),
        ("social_post", {"links": ["https://"]}, "/links/0"),
        ("social_post", {"links": ["https://example.com/a b"]}, "/links/0"),
    ],
)
def test_an_invalid_part_is_named_by_a_pointer(
    tenant: Tenant, content_type: str, body: dict[str, object], pointer: str
) -> None:
    content = contents.drafted(tenant, content_type)

    assert _pointers(tenant, content, body) == [pointer]
    assert contents.read(tenant, content) == content


def test_a_line_that_is_too_long_is_counted_in_characters(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    error = contents.patch(tenant, content, {"seo_title": "a" * 71}).json["error"]

    assert error["message"] == "Field 'seo_title': String should have at most 70 characters."


@pytest.mark.parametrize(
    ("network", "fits", "too_long"),
    [
        ("x", {"body": "a" * 280}, {"body": "a" * 281}),
        ("x", {"body": "水" * 140}, {"body": "水" * 141}),
        ("x", {"body": "a" * 255, "links": ["https://example.com/" + "a" * 500]}, {"body": "a" * 256}),
        (
            "x",
            {"body": "a" * 256 + " https://example.com/" + "a" * 500},
            {"body": "a" * 257 + " https://example.com/a"},
        ),
        ("instagram", {"body": "a" * 2_200}, {"body": "a" * 2_201}),
        ("linkedin", {"body": "a" * 3_000}, {"body": "a" * 3_001}),
        ("google_business", {"body": "a" * 1_500}, {"body": "a" * 1_501}),
        ("nextdoor", {"body": "a" * 8_192}, {"body": "a" * 8_193}),
        ("facebook", {"body": "a" * 30_000}, {"body": "a" * 30_001}),
    ],
)
def test_a_post_is_limited_in_its_networks_counting(
    tenant: Tenant, network: str, fits: dict[str, object], too_long: dict[str, object]
) -> None:
    content = contents.drafted(tenant, "social_post", ContentText(body="Short."), network=network)

    response = contents.patch(tenant, content, fits)
    assert response.status == 200, response.text
    assert _pointers(tenant, content, too_long) == ["/body"]


def test_a_response_is_limited_in_bytes(tenant: Tenant) -> None:
    content = contents.drafted(tenant, "review_response", review_id=reviews.ingested(tenant)["id"])

    assert contents.patch(tenant, content, {"body": "ü" * 2_048}).status == 200
    assert _pointers(tenant, content, {"body": "ü" * 2_048 + "a"}) == ["/body"]


def test_the_findings_follow_the_text_and_the_settings(tenant: Tenant) -> None:
    content = contents.drafted(tenant)
    assert content["findings"] == []

    blocked = contents.patch(tenant, content, {"body": contents.BLOCKED}).json
    assert "coverage_promise" in contents.rules(blocked)
    settings = {"settings": {"content": {"banned_words": ["valve"]}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings).status == 200
    banned = contents.patch(tenant, content, {"body": "Close the valve."}).json

    assert set(contents.rules(banned)) == {"banned_word"}


def test_an_edit_takes_the_approval_back(tenant: Tenant) -> None:
    content = contents.move(tenant, contents.drafted(tenant), "in_review", "approved")
    assert content["approved_by"]["type"] == "api_key"

    edited = contents.patch(tenant, content, {"title": "Another"}).json

    assert (edited["status"], edited["approved_by"], edited["approved_at"]) == ("draft", None, None)


@pytest.mark.parametrize("status", ["generating", "scheduled", "published", "archived"])
def test_what_must_not_change_does_not(tenant: Tenant, status: str) -> None:
    content = contents.drafted(tenant)
    if status == "generating":
        contents.act(tenant, content, "revisions", {"instructions": "Shorter."})
    elif status == "archived":
        contents.move(tenant, content, "archived")
    else:
        at = {"scheduled_at": contents.tomorrow()} if status == "scheduled" else {}
        contents.move(tenant, content, "in_review", "approved", status, **at)
    before = contents.read(tenant, content)

    response = contents.patch(tenant, content, {"title": "Another"})

    assert (response.status, response.json["error"]["details"]["status"]) == (409, status)
    assert contents.read(tenant, content) == before


def test_a_text_by_hand_replaces_a_failure(tenant: Tenant) -> None:
    content = contents.ordered(tenant)
    contents.fail(tenant, content)

    assert _pointers(tenant, content, {"title": "Alone"}) == ["/body", "/slug"]
    body: dict[str, object] = {"title": "By hand", "body": "Call us.", "slug": "by-hand"}
    written = contents.patch(tenant, content, body).json

    assert (written["status"], written["revision"], written["reason"], written["task"]) == (
        "draft",
        1,
        None,
        None,
    )
    assert (written["edited"], written["provenance"]) == (False, None)


def test_a_slug_belongs_to_one_item(tenant: Tenant, stranger: Tenant) -> None:
    first, second = contents.drafted(tenant), contents.drafted(tenant)
    assert (first["slug"], second["slug"]) == ("burst-pipe", "burst-pipe-2")

    taken = contents.patch(tenant, second, {"slug": "burst-pipe"})

    assert (taken.status, taken.json["error"]["details"]["id"]) == (409, first["id"])
    assert contents.read(tenant, second) == second
    assert contents.patch(tenant, first, {"slug": "valve"}).status == 200
    assert contents.patch(tenant, second, {"slug": "burst-pipe"}).json["slug"] == "burst-pipe"
    assert contents.drafted(stranger)["slug"] == "burst-pipe"
    assert sorted(str(claim["sk"]) for claim in stored("CONTENT_SLUG", tenant.id)) == ["burst-pipe", "valve"]


def test_two_items_that_take_a_slug_at_once_do_not_share_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = contents.drafted(tenant), contents.drafted(tenant)

    with overtaken(monkeypatch, lambda: contents.patch(tenant, second, {"slug": "valve"})):
        response = contents.patch(tenant, first, {"slug": "valve"})

    assert (response.status, contents.read(tenant, second)["slug"]) == (409, "valve")


def test_another_version_is_refused(tenant: Tenant) -> None:
    content = contents.drafted(tenant)

    assert contents.patch(tenant, content, {"title": "a"}, **{"If-Match": '"1"'}).status == 412
    assert contents.patch(tenant, content, {"title": "a"}, **{"If-Match": '"2"'}).status == 200


def test_an_edit_is_not_lost_to_a_concurrent_one(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    content = contents.drafted(tenant)

    with overtaken(monkeypatch, lambda: contents.patch(tenant, content, {"excerpt": "Faster."})):
        slower = contents.patch(tenant, content, {"title": "Slower"})
    with overtaken(monkeypatch, lambda: contents.patch(tenant, content, {"excerpt": "Again."})):
        refused = contents.patch(tenant, content, {"title": "Lost"}, **{"If-Match": slower.headers["ETag"]})

    assert (slower.json["title"], slower.json["excerpt"], slower.json["revision"]) == ("Slower", "Faster.", 3)
    assert (refused.status, contents.read(tenant, content)["excerpt"]) == (412, "Again.")


def test_content_that_is_approved_meanwhile_stays_as_it_was_approved(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = contents.move(tenant, contents.drafted(tenant), "in_review", "approved")

    with overtaken(monkeypatch, lambda: contents.move(tenant, content, "published")):
        response = contents.patch(tenant, content, {"title": "Too late"})

    assert (response.status, contents.read(tenant, content)["title"]) == (409, content["title"])


def test_revisions_are_limited(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eal.domain.content.store.MAX_REVISIONS", 2)
    content = contents.drafted(tenant)
    assert contents.patch(tenant, content, {"title": "Second"}).status == 200

    response = contents.patch(tenant, content, {"title": "Third"})

    assert (response.status, contents.read(tenant, content)["revision"]) == (409, 2)
    assert contents.act(tenant, content, "revisions", {"instructions": "Shorter."}).status == 409
    assert contents.act(tenant, content, "restore", {"revision": 1}).status == 409


def test_the_audit_record_shows_no_word_of_the_text(tenant: Tenant) -> None:
    contents.patch(tenant, contents.drafted(tenant), {"body": "Dana Reyes lives on Elm Street."})

    records = str([item["changes"] for item in stored("AUDIT", tenant.id)])
    assert "'body'" in records
    assert not any(word in records for word in ("Dana", "Elm", "valve", "burst-pipe"))


def test_content_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, stranger: Tenant) -> None:
    path = f"{contents.PATH}/{contents.drafted(tenant)['id']}"

    for key in (stranger.admin, tenant.test_admin):
        assert call("PATCH", path, key=key, json_body={"title": "x"}).status == 404
