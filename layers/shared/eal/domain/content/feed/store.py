"""The posts of a feed in the State table.

They are items of their own and not an index of content items: the feed shows a publication at once, never a text that
is not published, and costs no rendering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table.collection import Collection
from eal.domain.content.feed.model import Post

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.content.model import Content

POSTS = Collection("FEED_POST", Post, id_prefix="post", noun="post")


def add(content: Content, html: str, by: Caller) -> str:
    """Put the published text into the feed, in the caller's transaction. The id of the post."""
    post = Post(
        id=ids.new(POSTS.id_prefix, by.at),
        content_id=content.id,
        revision=content.revision,
        published_at=by.at,
        html=html,
        title=content.title,
        slug=content.slug,
        excerpt=content.excerpt,
        seo_title=content.seo_title,
        seo_description=content.seo_description,
    )
    by.transaction.create(POSTS.item(by.tenant, post))
    return post.id


def remove(post_id: str, by: Caller) -> None:
    """Take a post out of the feed, in the caller's transaction."""
    by.transaction.delete(POSTS.key(by.tenant, post_id))
