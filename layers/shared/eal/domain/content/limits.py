"""The parts that a text of each type has, and the limits of the place where it is published.

Sources, read in November 2026: X counts with twitter-text's configuration v3 (docs.x.com, "Counting characters"), by
which a post has 280 weighted characters and a link 23. Instagram: 2,200 characters and 30 hashtags in a caption
(developers.facebook.com, "Content Publishing"). LinkedIn: 3,000 characters in a post (linkedin.com/help, "Share text
posts"). Google Business Profile: 1,500 characters in a post, and 4,096 bytes in a reply to a review
(developers.google.com/my-business, "ReviewReply"). Facebook and Nextdoor accept longer posts than we do. Google shows
about 60 characters of a page's title and 160 of its description; longer ones are cut, so the limits are a little above
and at that.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from eal.ai.content import MAX_POST_CHARACTERS, ContentText, posted_length
from eal.core.errors import ValidationFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.content import Brief, ContentType, Network
    from eal.core.errors import FieldError

MAX_TITLE_CHARACTERS, MAX_EXCERPT_CHARACTERS, MAX_SLUG_CHARACTERS = 200, 500, 100
MAX_SEO_TITLE_CHARACTERS, MAX_SEO_DESCRIPTION_CHARACTERS = 70, 160
MAX_BODY_CHARACTERS = 30_000
MAX_SCENES, MAX_NARRATION_CHARACTERS, MAX_ON_SCREEN_CHARACTERS, MAX_SCENE_SECONDS = 50, 2_000, 200, 600
MAX_HASHTAGS, MAX_HASHTAG_CHARACTERS, MAX_LINKS, MAX_LINK_CHARACTERS = 30, 100, 10, 2_000
MAX_REPLY_BYTES = 4_096
MAX_TEXT_BYTES = 48 * 1024
"""Bytes of a text as JSON in UTF-8. The newest text is in the item, in its revision and in the event of its
publication, and a page of revisions has many."""

PARTS: dict[ContentType, tuple[str, ...]] = {
    "blog_post": ("title", "body", "slug", "excerpt", "seo_title", "seo_description"),
    "video_script": ("title", "scenes"),
    "social_post": ("body", "hashtags", "links"),
    "review_response": ("body",),
}
_REQUIRED: dict[ContentType, tuple[str, ...]] = {
    "blog_post": ("title", "body", "slug"),
    "video_script": ("title", "scenes"),
    "social_post": ("body",),
    "review_response": ("body",),
}
ALL_PARTS = tuple(asdict(ContentText()))


def check_text(content_type: ContentType, network: Network | None, text: ContentText) -> None:
    """Raises: ValidationFailed if the text is not one of its type, or too long for the place where it is published."""
    if wrong := list(_wrong(content_type, network, text)):
        raise ValidationFailed(wrong)


def check_brief(content_type: ContentType, brief: Brief) -> None:
    """Raises: ValidationFailed if the brief lacks what its type needs, or has what the type does not know."""
    needed = {"social_post": ("topic", "network"), "review_response": ("review_id",)}.get(
        content_type, ("topic",)
    )
    wrong: list[FieldError] = [
        _error(f"/brief/{name}", f"Required if 'type' is '{content_type}'.", "missing")
        for name in needed
        if getattr(brief, name) is None
    ]
    wrong += [
        _error(f"/brief/{name}", f"Only for the type '{owner}'.", "not_of_type")
        for name, owner in (("network", "social_post"), ("review_id", "review_response"))
        if content_type != owner and getattr(brief, name) is not None
    ]
    if wrong:
        raise ValidationFailed(wrong)


def _wrong(content_type: ContentType, network: Network | None, text: ContentText) -> Iterator[FieldError]:
    for name in ALL_PARTS:
        value = getattr(text, name)
        if value and name not in PARTS[content_type]:
            yield _error(f"/{name}", f"Content of the type '{content_type}' has no '{name}'.", "not_of_type")
        if not value and name in _REQUIRED[content_type]:
            yield _error(f"/{name}", f"Required if the type is '{content_type}'.", "missing")
    if content_type == "review_response" and len((text.body or "").encode()) > MAX_REPLY_BYTES:
        yield _error("/body", f"A reply to a review has at most {MAX_REPLY_BYTES} bytes.", "too_long")
    if content_type == "social_post" and network:
        length, limit = posted_length(network, text), MAX_POST_CHARACTERS[network]
        if length > limit:
            message = (
                f"With its links and hashtags, the post has {length} characters in the counting of"
                f" '{network}'. At most {limit} are allowed."
            )
            yield _error("/body", message, "too_long")
    if json_size(text) > MAX_TEXT_BYTES:
        yield _error("", f"The text must not exceed {MAX_TEXT_BYTES // 1024} KiB of JSON.", "too_long")


def json_size(text: ContentText) -> int:
    return len(json.dumps(asdict(text), ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))


def _error(pointer: str, message: str, kind: str) -> FieldError:
    return {"pointer": pointer, "message": message, "type": kind}
