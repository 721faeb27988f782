"""Publishing: what it changes besides the status, for a request and for the worker alike.

Publishing renders the text, puts a blog post into the feed, emits `content.published` with what was published, and lets
the answer to a review be posted, all in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from eal.domain.content.model import MAX_TRANSITIONS_KEPT, Transition
from eal.domain.content.store import replace_version

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.content.model import Content, ContentStatus


def schedule(before: Content, at: datetime, by: Caller, notes: str | None = None) -> Content:
    """The approved item, to be published at `at`. Its task waits for that time (`functions/workers/publish_content`).

    Raises: Conflict if the text cannot be published.
    """
    after = _moved(before, "scheduled", by, notes)
    return replace_version("content.scheduled", before, replace(after, scheduled_at=at), by, notes=notes)


def unschedule(before: Content, by: Caller, notes: str | None = None) -> Content:
    """The scheduled item, approved and without a time. A task that waits for that time does nothing."""
    after = _moved(before, "approved", by, notes)
    return replace_version("content.unscheduled", before, replace(after, scheduled_at=None), by, notes=notes)


def publish(before: Content, by: Caller, notes: str | None = None) -> Content:
    """The item, published with its present text: by its time, or by hand.

    Raises: Conflict if the text cannot be published.
    """
    after = replace(
        _moved(before, "published", by, notes), published_at=by.at, published_revision=before.revision
    )
    return replace_version("content.published", before, after, by, notes=notes)


def unpublish(
    before: Content, to: Literal["unpublished", "archived"], by: Caller, notes: str | None = None
) -> Content:
    """The published item, out of the feed."""
    return replace_version(f"content.{to}", before, _moved(before, to, by, notes), by, notes=notes)


def _moved(before: Content, to: ContentStatus, by: Caller, notes: str | None) -> Content:
    transition = Transition(before=before.status, after=to, at=by.at, by=by.actor, notes=notes)
    kept = (*before.transitions, transition)[-MAX_TRANSITIONS_KEPT:]
    return replace(before, status=to, transitions=kept)
