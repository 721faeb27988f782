"""The feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) and as Atom (RFC 4287).

Both contain the same posts, newest first. A post has no address of its own, because only the website knows where it
shows the post: its slug is in the extension `_content` of JSON Feed.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, NamedTuple

from eal.core.clock import rfc3339
from eal.domain.content.feed.store import POSTS
from eal.domain.organization_settings import content as content_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.content.feed.model import Post
    from eal.domain.content.feed.wire import ContentFeedQuery

MAX_AGE_SECONDS = 300
JSON_TYPE, ATOM_TYPE = "application/feed+json", "application/atom+xml"

_ATOM = "http://www.w3.org/2005/Atom"
_TAG = "tag:expertailabs.ai,2026:"
"""Prefix of tag URIs (RFC 4151), which are unique and never change."""
_NO_POST_AT = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_IN_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""Characters that XML 1.0 cannot contain (section 2.2), not even as references."""


class FeedDocument(NamedTuple):
    """One page of a feed, with what its documents say about it."""

    tenant: Tenant
    title: str
    website: str | None
    url: str
    next_url: str | None
    posts: Sequence[Post]

    @property
    def updated_at(self) -> datetime:
        return self.posts[0].published_at if self.posts else _NO_POST_AT


def read(query: ContentFeedQuery, url: str, by: Caller) -> FeedDocument:
    """The page that `query` requests of the feed at `url`.

    Raises: InvalidCursor.
    """
    page = POSTS.search(by.tenant, query.of_posts())
    company = organization_settings.company_of(by.organization_id)
    return FeedDocument(
        tenant=by.tenant,
        title=company.name,
        website=content_settings.content_in(company.settings).website,
        url=query.own_url(url),
        next_url=query.next_url(url, page.next_cursor) if page.next_cursor else None,
        posts=page.items,
    )


def headers(feed: FeedDocument, text: str, media_type: str, by: Caller) -> dict[str, str]:
    """The headers of a document, which any cache may store if it was read by its public address.

    The tag is weak, because API Gateway compresses a document and leaves its tag. The tag alone decides about 304:
    `Last-Modified` is only for information, because a feed from which a post was taken has an earlier time again.
    """
    return {
        "Content-Type": f"{media_type}; charset=utf-8",
        "Cache-Control": f"{'public' if by.actor.type == 'system' else 'private'}, max-age={MAX_AGE_SECONDS}",
        "Vary": "Accept-Encoding, Authorization",
        "ETag": f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"',
        "Last-Modified": format_datetime(feed.updated_at.replace(microsecond=0), usegmt=True),
    }


def as_json(feed: FeedDocument) -> str:
    document: dict[str, Json] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        **({"home_page_url": feed.website} if feed.website else {}),
        "feed_url": feed.url,
        **({"next_url": feed.next_url} if feed.next_url else {}),
        "authors": [{"name": feed.title}],
        "items": [_json_item(post) for post in feed.posts],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _json_item(post: Post) -> dict[str, Json]:
    known: dict[str, Json] = {
        "title": post.title,
        "summary": post.excerpt,
        "_content": {
            "slug": post.slug,
            "revision": post.revision,
            "seo_title": post.seo_title,
            "seo_description": post.seo_description,
        },
    }
    return {
        "id": post.content_id,
        "content_html": post.html,
        "date_published": rfc3339(post.published_at),
        **{name: value for name, value in known.items() if value is not None},
    }


def as_atom(feed: FeedDocument) -> str:
    # Imported here, because the import takes milliseconds and the JSON feed does not need it.
    from xml.etree.ElementTree import Element, register_namespace, tostring

    register_namespace("", _ATOM)
    root = Element(f"{{{_ATOM}}}feed")
    _add(root, "id", f"{_TAG}{feed.tenant.organization_id}/{feed.tenant.mode}/content")
    _add(root, "title", feed.title)
    _add(root, "updated", rfc3339(feed.updated_at))
    _add(_add(root, "author"), "name", feed.title)
    _add(root, "link", rel="self", type=ATOM_TYPE, href=feed.url)
    if feed.website:
        _add(root, "link", rel="alternate", href=feed.website)
    if feed.next_url:
        _add(root, "link", rel="next", type=ATOM_TYPE, href=feed.next_url)  # RFC 5005, section 3
    for post in feed.posts:
        entry = _add(root, "entry")
        _add(entry, "id", f"{_TAG}{post.content_id}")
        _add(entry, "title", post.title or "")
        _add(entry, "published", rfc3339(post.published_at))
        _add(entry, "updated", rfc3339(post.published_at))
        if post.excerpt:
            _add(entry, "summary", post.excerpt)
        _add(entry, "content", post.html, type="html")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    from xml.etree.ElementTree import SubElement

    element = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = re.sub(_NOT_IN_XML, "", text)
    return element
