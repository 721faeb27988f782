"""A review: what a customer wrote at a listing surface, how it changed since, and the reply to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from eal.core.clock import Instant

type Surface = Literal["google", "facebook", "yelp", "other"]
type ReviewStatus = Literal["received", "deleted"]
type ReplyStatus = Literal["pending", "posted", "failed"]
type Outcome = Literal["created", "updated", "unchanged"]
"""Outcome of ingesting a review."""

PERSONAL = frozenset({"external_id", "text", "author", "reply"})
"""Fields that are, or may contain, personal data: the audit log shows commitments to them. By its id, a review can be
found at its surface, with the name of its author."""


class Counter(NamedTuple):
    """A bucket of the statistics."""

    month: str
    surface: Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """A review as its surface shows it now: all of it, so None means that the surface has none.

    `rating` is from 1 to 5; some surfaces have reviews without one. `edited_at` is the time of the author's last
    change, if the surface tells it. `lead_id` is ours: None leaves the stored one.
    """

    surface: Surface
    external_id: str
    reviewed_at: Instant
    rating: int | None = None
    text: str | None = None
    author: str | None = None
    edited_at: Instant | None = None
    lead_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReply:
    """The public answer to a review. `content_id` is the content item that it was written as; None if it was written
    at the surface itself. `reason` explains `failed`.
    """

    text: str
    status: ReplyStatus
    content_id: str | None = None
    posted_at: Instant | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `deleted` reviews are no longer shown at their surface.
    """

    id: str
    surface: Surface
    external_id: str
    reviewed_at: Instant
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    status: ReviewStatus = "received"
    rating: int | None = None
    text: str | None = None
    author: str | None = None
    edited_at: Instant | None = None
    lead_id: str | None = None
    reply: ReviewReply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVersion:
    """A version of a review before its author changed it. `version` is that of the review at that time."""

    version: int
    replaced_at: Instant
    rating: int | None = None
    text: str | None = None
    edited_at: Instant | None = None


def merged(before: Review, facts: ReviewFacts) -> Review:
    """The stored review with the facts; `before` itself if they are older than what is stored, or the same."""
    if before.edited_at and facts.edited_at and facts.edited_at < before.edited_at:
        return before
    after = replace(
        before,
        status="received",
        rating=facts.rating,
        text=facts.text,
        author=facts.author,
        reviewed_at=facts.reviewed_at,
        edited_at=facts.edited_at or before.edited_at,
        lead_id=facts.lead_id or before.lead_id,
    )
    return before if after == before else after


def replaced_version(before: Review, after: Review) -> EarlierVersion | None:
    """The version of a review that a change replaces; None if rating and text stay the same."""
    if (before.rating, before.text) == (after.rating, after.text):
        return None
    return EarlierVersion(
        version=before.version,
        replaced_at=after.updated_at,
        rating=before.rating,
        text=before.text,
        edited_at=before.edited_at,
    )


def counts_of(review: Review | None) -> dict[Counter, Mapping[str, int]]:
    """The numbers that a review adds to the statistics: to the month in which it was written. One that its surface no
    longer shows adds nothing.
    """
    if review is None or review.status == "deleted":
        return {}
    counts = {"reviews": 1}
    if review.rating is not None:
        counts |= {"rated": 1, "stars": review.rating, f"stars_{review.rating}": 1}
    return {Counter(f"{review.reviewed_at:%Y-%m}", review.surface): counts}


def differences(before: Review | None, after: Review | None) -> dict[Counter, dict[str, int]]:
    """The amounts that a change adds to each bucket of the statistics, without zeros."""
    old, new = counts_of(before), counts_of(after)
    added: dict[Counter, dict[str, int]] = {}
    for counter in sorted({*old, *new}):
        had, has = old.get(counter, {}), new.get(counter, {})
        amounts = {name: has.get(name, 0) - had.get(name, 0) for name in sorted({*had, *has})}
        if changed := {name: amount for name, amount in amounts.items() if amount}:
            added[counter] = changed
    return added
