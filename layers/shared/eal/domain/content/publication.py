"""Publishing: what it changes besides the status, for a request and for the worker alike.

Publishing renders the text, puts a blog post into the feed, emits `content.published` with what was published, and lets
the response to a review be posted, all in the caller's transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.domain.content import approval, due, markdown
from eal.domain.content.feed import store as feed
from eal.domain.content.model import Content, moved
from eal.domain.content.store import replace_version
from eal.domain.content.wire import PublishedContentView

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller

MAX_HTML_BYTES = 150 * 1024
"""Maximum size of the HTML of a blog post as JSON. It is in the event, which DynamoDB limits to 400 KB, and in each
feed. Rendering enlarges a text, and a table of short rows without any limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedContent(Content):
    """An item with what was published of it as HTML."""

    html: str | None


def schedule(before: Content, at: datetime, by: Caller, notes: str | None = None) -> Content:
    """The approved item, to be published at `at`. The task waits for that time (`functions/workers/publish_content`).

    Raises: Conflict if the text cannot be published.
    """
    _rendered(before)
    after = replace(moved(before, "scheduled", by.at, by.actor, notes), scheduled_at=at)
    due.mark(before.id, at, by)
    by.transaction.enqueue_task("publish_content", {"content_id": before.id, "scheduled_at": rfc3339(at)})
    return replace_version("content.scheduled", before, after, by, notes=notes)


def unschedule(before: Content, by: Caller, notes: str | None = None) -> Content:
    """The scheduled item, approved and without a time. The message that waits for that time does nothing."""
    due.unmark(before.id, by)
    after = moved(before, "approved", by.at, by.actor, notes)
    return replace_version("content.unscheduled", before, after, by, notes=notes)


def publish(before: Content, by: Caller, notes: str | None = None) -> Content:
    """The item, published with its present text: at its time, or earlier by hand.

    Raises: Conflict if the text cannot be published, or if its approval does not suffice any more.
    """
    approval.require_valid(before, by)
    rendered = _rendered(before)
    if before.status == "scheduled":
        due.unmark(before.id, by)
    after = replace(
        moved(before, "published", by.at, by.actor, notes),
        published_at=by.at,
        published_revision=before.revision,
        post_id=feed.add(before, rendered, by) if rendered is not None else None,
    )
    after = replace_version("content.published", before, after, by, notes=notes)
    own = {field.name: getattr(after, field.name) for field in fields(after)}
    view = PublishedContentView.of(PublishedContent(**own, html=rendered))
    by.transaction.emit("content.published", view.model_dump(mode="json", by_alias=True))
    _settle_reply(after, by)
    return after


def unpublish(
    before: Content, to: Literal["unpublished", "archived"], by: Caller, notes: str | None = None
) -> Content:
    """The published item, out of the feed."""
    withdraw(before, by)
    after = replace(moved(before, to, by.at, by.actor, notes), post_id=None)
    return replace_version(f"content.{to}", before, after, by, notes=notes)


def withdraw(content: Content, by: Caller) -> None:
    """Delete what makes the item public or due, in the caller's transaction, because it is unpublished or deleted."""
    if content.post_id:
        feed.remove(content.post_id, by)
    if content.status == "scheduled":
        due.unmark(content.id, by)
    if content.status == "published":
        _settle_reply(content, by)


def _settle_reply(content: Content, by: Caller) -> None:
    """Let the response to a review be posted, or deleted, at the review's surface."""
    if content.type == "review_response":
        by.transaction.enqueue_task(
            "post_review_reply", {"content_id": content.id, "review_id": content.review_id}
        )


def _rendered(content: Content) -> str | None:
    """The HTML of a blog post, whose text is Markdown. The texts of other types are plain.

    Raises: Conflict if it is too long.
    """
    if content.type != "blog_post":
        return None
    rendered = markdown.html(content.body or "")
    size = len(json.dumps(rendered, ensure_ascii=False).encode(errors="replace"))
    if size > MAX_HTML_BYTES:
        raise Conflict(
            f"As HTML, the text has {size // 1024} KiB. At most {MAX_HTML_BYTES // 1024} KiB can be published: "
            "shorten it, its tables first.",
            id=content.id,
            status=content.status,
        )
    return rendered
