"""Request and response models for reviews."""

from __future__ import annotations

from collections import Counter as Amounts
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import Name, Wire, one_line, prose
from eal.domain.reviews.model import (
    Counter,
    ReplyStatus,
    ReviewFacts,
    ReviewStatus,
    Surface,
)

MAX_TEXT_CHARACTERS = 5000
MAX_MONTHS = 60
_DEFAULT_MONTHS = 12
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)

Rating = Annotated[int, Field(ge=1, le=5, strict=True)]
ExternalId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        description="The review's id at its surface. At Google, replies are only posted to reviews with their resource "
        "name as the id: `accounts/…/locations/…/reviews/…`.",
    ),
    AfterValidator(one_line),
]


class ReviewCreate(Wire):
    """A review as its surface shows it now: all of it."""

    model_config = _INPUT

    surface: Surface
    """Where the review was written."""
    external_id: ExternalId
    rating: Rating | None = None
    """The number of stars. Null if the review has none, such as a recommendation."""
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(prose)] | None = None
    """Text by the customer. Null if the review has only a rating."""
    author: Name | None = None
    """The author's name at the surface."""
    reviewed_at: Instant
    """When the review was written. Must not be in the future."""
    edited_at: Instant | None = None
    """When its author last changed the review. A request with an earlier time than the stored one is outdated and has
    no effect."""
    lead_id: Annotated[str, Field(max_length=100)] | None = None
    """An existing lead: the customer. Null leaves the stored one."""

    def facts(self) -> ReviewFacts:
        return ReviewFacts(
            surface=self.surface,
            external_id=self.external_id,
            rating=self.rating,
            text=self.text or None,
            author=self.author,
            reviewed_at=self.reviewed_at,
            edited_at=self.edited_at,
            lead_id=self.lead_id,
        )


class ReviewQuery(ListQuery):
    surface: Surface | None = None
    """Where the review was written."""
    status: ReviewStatus | None = None
    """`deleted`: the surface no longer shows the review."""
    rating: Annotated[int | None, Field(ge=1, le=5)] = None
    """The number of stars. Exact match."""
    lead_id: Annotated[str | None, Field(max_length=100)] = None
    """Only reviews of this lead."""


class ReviewReplyView(Wire):
    """The public reply to a review."""

    status: ReplyStatus
    """`pending` until the surface has it; `failed` if it could not be posted, for `reason`."""
    text: str
    """Text of the reply, whether or not the surface shows it."""
    content_id: str | None
    """The content item that the reply was written as. Null if it was written at the surface."""
    posted_at: Instant | None
    """When the reply was posted or, if it was written at the surface, last changed there. Null if it was not posted."""
    reason: str | None
    """Why the reply failed: `not_connected`, `unauthorized`, `not_found`, `refused`, `rejected`, `unavailable` or
    `surface_not_supported`. Null unless the status is `failed`."""


class ReviewView(Wire):
    """A review that a customer wrote, as its surface shows it."""

    id: str
    surface: Surface
    """Where the review was written."""
    external_id: str
    """The review's id at its surface."""
    status: ReviewStatus
    """`deleted`: the surface no longer shows the review."""
    rating: Annotated[int | None, Field(ge=1, le=5)]
    """The number of stars. Null if the review has none."""
    text: str | None
    """Text by the customer. Null if the review has only a rating."""
    author: str | None
    """The author's name at the surface. Null if it is anonymous or was not reported."""
    reviewed_at: Instant
    """When the review was written."""
    edited_at: Instant | None
    """When its author last changed the review. Null if unknown."""
    lead_id: str | None
    """The lead who is the customer. Null if unknown."""
    reply: ReviewReplyView | None
    """The public reply, if any. Replies written at the surface itself are known only for Google."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class ReviewPage(PageView[ReviewView]):
    pass


class EarlierVersionView(Wire):
    """A version of the review before its author changed it."""

    version: int
    """The version of the review at that time."""
    rating: int | None
    """The number of stars at that time. Null if the review had none."""
    text: str | None
    """Text by the customer. Null if the review had only a rating."""
    edited_at: Instant | None
    """The review's `edited_at` at that time."""
    replaced_at: Instant
    """When the API received the next version."""


Month = Annotated[str, Field(max_length=7, pattern=r"^[0-9]{4}-(?:0[1-9]|1[0-2])$")]


class ReviewStatsQuery(Wire):
    model_config = _INPUT

    since: Month | None = None
    """The first month, such as `2026-01`. Defaults to 11 months before `until`."""
    until: Month | None = None
    """The last month. Defaults to the current one."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.since and self.until and not 0 <= _months_between(self.since, self.until) < MAX_MONTHS:
            raise ValueError(
                f"'until' must not be before 'since', and at most {MAX_MONTHS} months are counted."
            )
        return self

    def months(self, now: datetime) -> tuple[str, str]:
        """The first and the last month."""
        until = self.until or max(f"{now:%Y-%m}", self.since or "")
        return self.since or _month_before(until, _DEFAULT_MONTHS - 1), until


def _months_between(first: str, last: str) -> int:
    return _number(last) - _number(first)


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def _month_before(month: str, months: int) -> str:
    year, number = divmod(max(_number(month) - months, 0), 12)
    return f"{year:04}-{number + 1:02}"


class RatingSummaryView(Wire):
    """Reviews, and the ratings of those that have one."""

    reviews: int
    """The number of reviews, with or without a rating. Those that their surface no longer shows are not counted."""
    rated: int
    """The number of reviews with a rating."""
    mean_rating: Annotated[float | None, Field(ge=1, le=5)]
    """The mean rating, rounded to two decimals. Null without a rating."""
    ratings: dict[str, int]
    """The number of reviews by rating, from `1` to `5`."""

    @classmethod
    def of_amounts(cls, amounts: Mapping[str, int]) -> Self:
        rated = amounts.get("rated", 0)
        return cls(
            reviews=amounts.get("reviews", 0),
            rated=rated,
            mean_rating=round(amounts["stars"] / rated, 2) if rated else None,
            ratings={str(stars): amounts.get(f"stars_{stars}", 0) for stars in range(1, 6)},
        )


class MonthOfSurfaceView(Wire):
    month: str
    """The month in UTC, such as `2026-04`."""
    surface: Surface
    """Where the reviews were written."""
    summary: RatingSummaryView
    """The reviews written at this surface in this month."""


class SurfaceSummaryView(Wire):
    surface: Surface
    """Where the reviews were written."""
    summary: RatingSummaryView
    """The reviews written at this surface in all these months."""


class ReviewStatsView(Wire):
    since: str
    """The first month."""
    until: str
    """The last month."""
    total: RatingSummaryView
    """The reviews of all surfaces and months together."""
    by_surface: list[SurfaceSummaryView]
    """The summary of each surface that has reviews in these months."""
    by_month: list[MonthOfSurfaceView]
    """The summary of each month and surface with reviews, oldest month first."""

    @classmethod
    def of_buckets(cls, since: str, until: str, buckets: Mapping[Counter, Mapping[str, int]]) -> Self:
        total: Amounts[str] = Amounts()
        by_surface: dict[Surface, Amounts[str]] = {}
        for counter, amounts in buckets.items():
            total.update(amounts)
            by_surface.setdefault(counter.surface, Amounts()).update(amounts)
        return cls(
            since=since,
            until=until,
            total=RatingSummaryView.of_amounts(total),
            by_surface=[
                SurfaceSummaryView(surface=surface, summary=RatingSummaryView.of_amounts(amounts))
                for surface, amounts in sorted(by_surface.items())
            ],
            by_month=[
                MonthOfSurfaceView(
                    month=counter.month,
                    surface=counter.surface,
                    summary=RatingSummaryView.of_amounts(amounts),
                )
                for counter, amounts in sorted(buckets.items())
            ],
        )
