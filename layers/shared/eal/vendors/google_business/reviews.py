"""Google's reviews as facts of ours. The external id of a review is its resource name, which a reply needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core.characters import without_controls
from eal.domain.reviews.model import ReviewFacts, ReviewReply
from eal.domain.reviews.wire import MAX_TEXT_CHARACTERS
from eal.vendors import loose_json
from eal.vendors.google_business.client import is_review_name

if TYPE_CHECKING:
    from datetime import datetime

    from eal.domain.reviews.model import Review
    from eal.vendors.google_business.client import GoogleLocation
    from eal.vendors.loose_json import Body

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_MAX_AUTHOR_CHARACTERS = 200
_REJECTED = "REJECTED"


def facts(review: Body, location: GoogleLocation, now: datetime) -> ReviewFacts | None:
    """A listed review; None if it lacks an id or its times. Unknown stars are no rating."""
    name = f"{location.name}/reviews/{loose_json.text(review, 'reviewId') or ''}"
    reviewed_at = loose_json.moment(review, "createTime")
    edited_at = loose_json.moment(review, "updateTime")
    if (
        not is_review_name(name)
        or reviewed_at is None
        or edited_at is None
        or max(reviewed_at, edited_at) > now
    ):
        return None
    reviewer = loose_json.member(review, "reviewer")
    is_anonymous = reviewer.get("isAnonymous") is True
    return ReviewFacts(
        surface="google",
        external_id=name,
        rating=_STARS.get(loose_json.text(review, "starRating") or ""),
        text=_text(review, "comment", MAX_TEXT_CHARACTERS),
        author=None if is_anonymous else _line(reviewer, "displayName", _MAX_AUTHOR_CHARACTERS),
        reviewed_at=reviewed_at,
        edited_at=edited_at,
    )


def reply_now(review: Review, listed: Body) -> ReviewReply | None:
    """The stored review's reply, after what Google shows: one that was written there, or the rejection of ours.

    Google accepts a reply first and may reject it later, for what it takes as a violation of its policy.
    """
    reply, shown = review.reply, loose_json.member(listed, "reviewReply")
    if reply and reply.content_id:
        is_rejected = loose_json.text(shown, "reviewReplyState") == _REJECTED
        if reply.status == "posted" and is_rejected:
            return replace(reply, status="failed", reason="rejected")
        return reply
    text = _text(shown, "comment", MAX_TEXT_CHARACTERS)
    if text is None:
        return None
    return ReviewReply(text=text, status="posted", posted_at=loose_json.moment(shown, "updateTime"))


def _text(body: Body, name: str, max_characters: int) -> str | None:
    return without_controls(loose_json.text(body, name, max_characters) or "").strip() or None


def _line(body: Body, name: str, max_characters: int) -> str | None:
    return " ".join((_text(body, name, max_characters) or "").split()) or None
