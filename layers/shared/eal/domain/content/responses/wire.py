"""The body of a response about a review with the responses to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import ClassVar, Self

from eal.core.clock import Instant
from eal.core.wire import Wire
from eal.domain.content.model import Content, ContentStatus
from eal.domain.reviews.model import EarlierVersion, Review
from eal.domain.reviews.wire import EarlierVersionView, ReviewView

MAX_RESPONSES = 20


class ReviewResponseView(Wire):
    """A content item of the type `review_response`, whose GET shows the rest of it."""

    id: str
    """The id of the content item."""
    status: ContentStatus
    """The status of the content item."""
    body: str | None
    """The text of the response. Null until it is written."""
    created_at: Instant
    updated_at: Instant


class ReviewDetailView(ReviewView):
    """A review with its earlier versions and the responses to it."""

    changes_by_itself: ClassVar[bool] = True

    earlier_versions: list[EarlierVersionView]
    """The earlier versions, newest first; at most the newest 20."""
    responses: list[ReviewResponseView]
    """The responses to the review, drafts included, newest first; at most the newest 20. The one that the surface shows
    is the `reply`."""

    @classmethod
    def of_review(
        cls, review: Review, versions: Sequence[EarlierVersion], responses: Iterable[Content]
    ) -> Self:
        return cls.model_validate(
            {
                **ReviewView.of(review).model_dump(),
                "earlier_versions": [EarlierVersionView.of(version) for version in versions],
                "responses": [
                    ReviewResponseView.of(response) for response in islice(responses, MAX_RESPONSES)
                ],
            },
            from_attributes=True,
        )
