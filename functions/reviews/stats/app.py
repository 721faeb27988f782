"""GET /v1/reviews/stats: get review statistics."""

from eal.domain.reviews import statistics
from eal.domain.reviews.wire import ReviewStatsQuery, ReviewStatsView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/reviews/stats",
    summary="Get review statistics",
    operation_id="getReviewStats",
    tag="reviews",
    grant="reviews",
)
def stats(query: ReviewStatsQuery, caller: Reader) -> ReviewStatsView:
    """Counts the reviews of each month and surface, with their mean rating. A review counts in the month (UTC) in which
    it was written; one that its surface no longer shows does not count.
    """
    since, until = query.months(caller.at)
    return ReviewStatsView.of_buckets(since, until, statistics.buckets_between(since, until, by=caller))
