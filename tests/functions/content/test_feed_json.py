"""GET /v1/content/feed.json."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from eal.ai.content import ContentText
from eal.core import clock
from eal.core.clock import rfc3339
from tests.support import content as contents
from tests.support.faults import stale_indexes, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.publishing import approved, published, schedule
from tests.support.sessions import signed_in
from tests.support.tenants import new_tenant
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/content/feed.json"
URI = {"type": "string", "format": "uri", "pattern": "^https?://"}
TEXT = {"type": "string", "minLength": 1}
AUTHORS = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": TEXT, "url": URI}, "minProperties": 1},
}
EXTENSIONS = {"^_[^.]+$": {"type": "object"}}
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": TEXT,
        "home_page_url": URI,
        "feed_url": URI,
        "next_url": URI,
        "authors": AUTHORS,
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "properties": {
                    "id": TEXT,
                    "title": TEXT,
                    "summary": TEXT,
                    "content_html": {"type": "string"},
                    "content_text": {"type": "string"},
                    "date_published": {"type": "string", "format": "date-time"},
                    "date_modified": {"type": "string", "format": "date-time"},
                },
                "patternProperties": EXTENSIONS,
                "additionalProperties": False,
            },
        },
    },
    "patternProperties": EXTENSIONS,
    "additionalProperties": False,
}
"""Types of the members that this feed uses, by JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
_VALIDATOR = Draft202012Validator(JSON_FEED, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _get(key: str | None, query: str = "", **headers: str) -> ApiResponse:
    return call("GET", f"{PATH}{query}", key=key, headers=headers)


def _feed(tenant: Tenant, query: str = "", key: str | None = None) -> Any:
    response = _get(key or tenant.read, query)
    assert response.status == 200, response.text
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    _VALIDATOR.validate(response.json)
    return response.json


def _post(number: int) -> ContentText:
    return ContentText(title=f"Post {number}", body=f"Text {number}", slug=f"post-{number}")


def test_an_empty_feed_is_valid(tenant: Tenant) -> None:
    assert _feed(tenant) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Acme Restoration",
        "feed_url": "http://api.example.com/api/v1/content/feed.json",
        "authors": [{"name": "Acme Restoration"}],
        "items": [],
    }


def test_the_feed_has_what_is_published_newest_first(tenant: Tenant) -> None:
    settings = {"content": {"website": "https://acme.example"}}
    assert (
        call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": settings}).status
        == 200
    )
    text = ContentText(
        title="A & B",
        body="**Close** the valve. <script>alert(1)</script>",
        slug="a-and-b",
        excerpt="Close it.",
        seo_title="A and B",
    )
    first = published(tenant, text)
    second = published(tenant, _post(2))
    approved(tenant, _post(3))
    schedule(
        tenant,
        approved(tenant, _post(4)),
        datetime.fromisoformat(second["published_at"]) + timedelta(hours=1),
    )
    contents.drafted(tenant, text=_post(5))
    published(tenant, content_type="social_post")
    published(tenant, content_type="video_script")

    feed = _feed(tenant)

    assert feed["home_page_url"] == "https://acme.example"
    assert [item["id"] for item in feed["items"]] == [second["id"], first["id"]]
    assert feed["items"][1] == {
        "id": first["id"],
        "title": "A & B",
        "summary": "Close it.",
        "content_html": "<p><strong>Close</strong> the valve. &lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
        "date_published": first["published_at"],
        "_content": {"slug": "a-and-b", "revision": 1, "seo_title": "A and B", "seo_description": None},
    }


def test_unpublished_content_leaves_the_feed_at_once_and_returns_as_the_newest(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    first, second = (published(tenant, _post(number)) for number in (1, 2))
    with stale_indexes(monkeypatch):
        contents.move(tenant, first, "unpublished")
        assert [item["id"] for item in _feed(tenant)["items"]] == [second["id"]]
    time.advance(minutes=1)
    again = contents.move(tenant, first, "published")

    feed = _feed(tenant)
    contents.move(tenant, second, "archived")

    assert [item["id"] for item in feed["items"]] == [first["id"], second["id"]]
    assert feed["items"][0]["date_published"] == again["published_at"]
    assert [item["id"] for item in _feed(tenant)["items"]] == [first["id"]]


def test_an_edited_post_is_in_the_feed_as_it_was_published_last(tenant: Tenant) -> None:
    content = published(tenant, _post(1))
    contents.move(tenant, content, "unpublished")
    contents.patch(tenant, content, {"body": "Changed"})
    assert _feed(tenant)["items"] == []

    contents.move(tenant, content, "in_review", "approved", "published")

    (item,) = _feed(tenant)["items"]
    assert (item["content_html"], item["_content"]["revision"]) == ("<p>Changed</p>\n", 2)


def test_a_deleted_post_is_gone(tenant: Tenant) -> None:
    content = published(tenant, _post(1))
    contents.move(tenant, content, "archived")
    assert call("DELETE", f"/v1/content/{content['id']}", key=tenant.admin).status == 204

    assert _feed(tenant)["items"] == []


def test_pages_follow_each_other_by_their_addresses(tenant: Tenant) -> None:
    wanted = [published(tenant, _post(number))["id"] for number in range(5)][::-1]
    feed = _feed(tenant, "?limit=2")
    found = [item["id"] for item in feed["items"]]
    for _ in range(2):
        address, _, rest = feed["next_url"].partition("?")
        assert address == "http://api.example.com/api/v1/content/feed.json"
        feed = _feed(tenant, f"?{rest}")
        found += [item["id"] for item in feed["items"]]

    assert "next_url" not in feed
    assert found == wanted
    assert len(_feed(tenant)["items"]) == 5


def test_a_cursor_of_another_tenant_or_list_is_refused(tenant: Tenant) -> None:
    for number in range(2):
        published(tenant, _post(number))
    other = new_tenant("Other")
    query = "?" + _feed(tenant, "?limit=1")["next_url"].partition("?")[2]
    contents_cursor = call("GET", "/v1/content?limit=1", key=tenant.read).json["next_cursor"]

    assert _get(other.read, query).error == "invalid_cursor"
    assert _get(tenant.read, f"?cursor={contents_cursor}").error == "invalid_cursor"
    assert _get(tenant.read, "?limit=101").status == 422
    assert _get(tenant.read, "?order=asc").status == 422


def test_a_feed_contains_nothing_of_other_tenants_and_modes(tenant: Tenant) -> None:
    published(tenant, _post(1))

    assert _feed(new_tenant("Other"))["items"] == []
    assert _feed(tenant, key=tenant.test_admin)["items"] == []


def test_a_copy_stays_valid_until_the_feed_changes(tenant: Tenant) -> None:
    first = published(tenant, _post(1))
    response = _get(tenant.read)
    tag = response.headers["ETag"]
    assert response.headers["Cache-Control"] == "private, max-age=300"
    assert response.headers["Vary"] == "Accept-Encoding, Authorization"
    modified = datetime.strptime(response.headers["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT")
    assert modified.isoformat() == first["published_at"][:19]

    unchanged = _get(tenant.read, **{"If-None-Match": tag})
    published(tenant, _post(2))
    changed = _get(tenant.read, **{"If-None-Match": tag})

    assert (unchanged.status, unchanged.text, unchanged.headers["ETag"]) == (304, "", tag)
    assert unchanged.headers["Cache-Control"] == "private, max-age=300"
    assert (changed.status, changed.headers["ETag"] != tag) == (200, True)


def test_no_shared_cache_may_store_what_a_member_reads(tenant: Tenant) -> None:
    response = _get(signed_in(tenant).text)

    assert (response.status, response.headers["Cache-Control"]) == (200, "private, max-age=300")


def test_a_withdrawn_post_changes_the_tag(tenant: Tenant) -> None:
    published(tenant, _post(1))
    tag = _get(tenant.read).headers["ETag"]
    contents.move(tenant, published(tenant, _post(2)), "unpublished")

    assert _get(tenant.read).headers["ETag"] == tag, "the feed is what it was"
    assert _get(tenant.read, **{"If-None-Match": tag}).status == 304


def test_the_public_address_replaces_a_key(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        published(tenant, _post(number))
    made = call("POST", "/v1/content/feed-address", key=tenant.admin).json
    query = "?" + made["json_url"].partition("?")[2]

    with watched_calls(monkeypatch) as calls:
        response = _get(None, f"{query}&limit=1")

    assert (response.status, len(response.json["items"])) == (200, 1)
    _VALIDATOR.validate(response.json)
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert "X-RateLimit-Limit" not in response.headers
    assert (
        response.json["feed_url"]
        == "http://api.example.com/api/v1/content/feed.json" + f"?limit=1&{query[1:]}"
    )
    following = _get(None, "?" + response.json["next_url"].partition("?")[2])
    assert (following.status, len(following.json["items"])) == (200, 1)
    assert _get(None, query, **{"If-None-Match": _get(None, query).headers["ETag"]}).status == 304
    assert calls.made.count("Query") == 1


def test_a_token_reads_nothing_but_its_feed(tenant: Tenant) -> None:
    parent = new_tenant("Network")
    child = new_tenant("Child", parent=parent.id)
    published(child, _post(1))
    grant = {"resources": ["content"]}
    granted = call("PUT", f"/v1/organizations/me/grants/{parent.id}", key=child.admin, json_body=grant)
    assert granted.status in (200, 201), granted.text
    as_parent = {"X-EAL-Organization": child.id}
    assert len(_get(parent.read, **as_parent).json["items"]) == 1
    token = call("POST", "/v1/content/feed-address", key=parent.admin).json["json_url"].partition("token=")[2]

    assert _get(None, f"?token={token}", **as_parent).json["items"] == []
    assert call("GET", f"/v1/content?token={token}").status == 401
    assert call("GET", f"/v1/content/feed-address?token={token}").status == 401
    assert call("POST", f"/v1/content/feed-address?token={token}").status == 401
    assert _get(tenant.read, f"?token={token}").json["title"] == "Acme Restoration", (
        "a key decides if both are sent"
    )


@pytest.mark.parametrize("change", ["replace", "delete"])
def test_a_former_address_is_refused_at_once(tenant: Tenant, change: str) -> None:
    address = "/v1/content/feed-address"
    query = "?" + call("POST", address, key=tenant.admin).json["json_url"].partition("?")[2]
    assert _get(None, query).status == 200
    response = call("POST" if change == "replace" else "DELETE", address, key=tenant.admin)
    assert response.status in (201, 204)

    refused = _get(None, query)

    assert (refused.status, refused.error) == (401, "invalid_key")
    assert "replaced or deleted" in refused.json["error"]["message"]
    assert refused.headers["Cache-Control"] == "no-store"


def test_a_forged_token_is_refused_without_a_read(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    url = call("POST", "/v1/content/feed-address", key=tenant.admin).json["json_url"]
    token = url.partition("token=")[2]
    other = new_tenant("Other")
    forged = [
        f"{other.id[4:]}{token[26:]}",
        f"{token[:26]}t{token[27:]}",
        f"{token[:27]}{'0' * 26}{token[53:]}",
        token[:-1],
        f"{token}x",
        token[:53],
        "",
        "x",
        "%00",
        "%F0%9F%92%A9" * 40,
        "%ED%A0%80",
    ]
    with watched_calls(monkeypatch) as calls:
        responses = [_get(None, f"?token={token}") for token in forged]

    assert [(response.status, response.error) for response in responses] == [(401, "invalid_key")] * len(
        forged
    )
    assert set(calls.made) <= {"GenerateMac"}


def test_the_token_is_in_no_log(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    url = call("POST", "/v1/content/feed-address", key=tenant.admin).json["json_url"]
    token = url.partition("token=")[2]
    _get(None, f"?token={token}")
    _get(None, f"?token={token}x")

    written = capsys.readouterr()
    assert token[53:] not in written.out + written.err


def test_a_text_that_is_too_long_as_html_is_neither_published_nor_scheduled(tenant: Tenant) -> None:
    rows = "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + "|b|\n" * 7000
    content = approved(tenant, ContentText(title="Wide", body=rows, slug="wide"))
    soon = rfc3339(clock.now() + timedelta(hours=1))
    for body in ({"to": "published"}, {"to": "scheduled", "scheduled_at": soon}):
        response = contents.act(tenant, content, "transitions", dict(body))
        assert (response.status, response.error) == (409, "conflict")
        assert re.search(r"As HTML, the text has \d+ KiB", response.json["error"]["message"])
    assert contents.read(tenant, content)["status"] == "approved"


def test_the_feed_of_the_longest_posts_fits_into_a_response(tenant: Tenant) -> None:
    body = "&" * 25_000
    for number in range(30):
        published(tenant, ContentText(title="Long", body=body, slug=f"long-{number}"))

    response = _get(tenant.read, "?limit=100")

    assert response.status == 200
    assert len(json.dumps(response.text).encode()) < 6_000_000
    assert "next_url" in response.json or len(response.json["items"]) == 30
