"""A post as the feed shows it, and the public address of a feed."""

from dataclasses import dataclass

from eal.core.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The published form of a blog post. `html` is rendered once, because a published text does not change.

    The id is that of the publication and not of the content item, so that the order of ids is that of the feed.
    """

    id: str
    content_id: str
    revision: int
    published_at: Instant
    html: str
    title: str | None = None
    slug: str | None = None
    excerpt: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    """The public address of a feed in one mode. A new one has another id, which ends the one before."""

    id: str
    created_at: Instant
    version: int
