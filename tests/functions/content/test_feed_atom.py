"""GET /v1/content/feed.atom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # has no stubs

from eal.ai.content import ContentText
from eal.domain.content.feed.documents import FeedDocument, as_atom
from eal.domain.content.feed.model import Post
from tests.support.http import ApiResponse, call
from tests.support.publishing import published
from tests.support.time import START

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from tests.support.tenants import Tenant

PATH = "/v1/content/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _valid(text: str) -> Element:
    """The root of a feed that satisfies RFC 4287, sections 3 and 4, as far as it has their elements."""
    root: Element = fromstring(text)
    assert root.tag == f"{ATOM}feed"
    _one_of_each(root, "id", "title", "updated")
    assert len(root.findall(f"{ATOM}author")) == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    links = [(link.get("rel"), link.get("type")) for link in root.findall(f"{ATOM}link")]
    assert len(links) == len(set(links))
    assert ("self", "application/atom+xml") in links
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    for entry in root.findall(f"{ATOM}entry"):
        _one_of_each(entry, "id", "title", "updated", "published", "content")
        assert len(entry.findall(f"{ATOM}summary")) <= 1
        content = entry.find(f"{ATOM}content")
        assert content is not None
        # 4.1.3.3: HTML is escaped text, and without `src` the entry needs no link.
        assert (content.get("type"), len(content), content.get("src")) == ("html", 0, None)
    known = {"id", "title", "updated", "author", "link", "entry"}
    assert {child.tag.removeprefix(ATOM) for child in root} <= known
    return root


def _one_of_each(element: Element, *names: str) -> None:
    for name in names:
        (found,) = element.findall(f"{ATOM}{name}")
        if name in ("updated", "published"):
            assert INSTANT.fullmatch(found.text or "")
        if name == "id":
            assert urlsplit(found.text or "").scheme == "tag"


def _get(tenant: Tenant, query: str = "") -> ApiResponse:
    response = call("GET", f"{PATH}{query}", key=tenant.read)
    assert response.status == 200, response.text
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return response


def test_an_empty_feed_is_valid(tenant: Tenant) -> None:
    root = _valid(_get(tenant).text)

    assert root.findtext(f"{ATOM}title") == "Acme Restoration"
    assert root.findtext(f"{ATOM}id") == f"tag:expertailabs.ai,2026:{tenant.id}/live/content"


def test_the_feed_has_the_posts_of_the_json_feed(tenant: Tenant) -> None:
    text = ContentText(title="A <b> & B", body="**Close** it ]]> & <i>", slug="a", excerpt="Close & wait.")
    first = published(tenant, text)
    second = published(tenant, ContentText(title="Second", body="x", slug="b"))

    root = _valid(_get(tenant).text)

    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"tag:expertailabs.ai,2026:{content['id']}" for content in (second, first)
    ]
    assert entries[1].findtext(f"{ATOM}title") == "A <b> & B"
    assert entries[1].findtext(f"{ATOM}summary") == "Close & wait."
    assert entries[1].findtext(f"{ATOM}updated") == first["published_at"]
    json_items = call("GET", "/v1/content/feed.json", key=tenant.read).json["items"]
    assert [entry.findtext(f"{ATOM}content") for entry in entries] == [
        item["content_html"] for item in json_items
    ]
    assert root.findtext(f"{ATOM}updated") == second["published_at"]


def test_pages_follow_each_other_by_their_links(tenant: Tenant) -> None:
    for number in range(3):
        published(tenant, ContentText(title="x", body="x", slug=f"x-{number}"))
    (link,) = _valid(_get(tenant, "?limit=2").text).findall(f"{ATOM}link[@rel='next']")

    rest = _valid(_get(tenant, "?" + (link.get("href") or "").partition("?")[2]).text)

    assert len(rest.findall(f"{ATOM}entry")) == 1
    assert rest.findall(f"{ATOM}link[@rel='next']") == []


def test_the_feed_can_be_read_by_its_public_address_and_cached(tenant: Tenant) -> None:
    published(tenant)
    url = call("POST", "/v1/content/feed-address", key=tenant.admin).json["atom_url"]
    query = "?" + url.partition("?")[2]

    response = call("GET", f"{PATH}{query}")

    root = _valid(response.text)
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == url  # type: ignore[union-attr]
    assert response.headers["Cache-Control"] == "public, max-age=300"
    copy = {"If-None-Match": response.headers["ETag"]}
    assert call("GET", f"{PATH}{query}", headers=copy).status == 304


def test_characters_that_xml_cannot_contain_are_left_out(tenant: Tenant) -> None:
    hostile = (
        "a\x00\x08\x0b\x1f\ud800\ufffe\uffff]]>\t\n\U0001f600<![CDATA[&#0;<!DOCTYPE x [<!ENTITY y 'z'>]>&y;"
    )
    post = Post(
        id="post_x", content_id="content_x", revision=1, published_at=START, html=hostile, title=hostile
    )
    feed = FeedDocument(
        tenant.in_mode("live"), hostile, None, "https://api.example.com/feed.atom", None, [post]
    )

    root = _valid(as_atom(feed))

    kept = "a]]>\t\n\U0001f600<![CDATA[&#0;<!DOCTYPE x [<!ENTITY y 'z'>]>&y;"
    assert root.findtext(f"{ATOM}entry/{ATOM}content") == kept
    assert root.findtext(f"{ATOM}title") == kept
