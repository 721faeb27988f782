"""GET /v1/reviews: list reviews."""

from eal.domain.reviews import store as reviews
from eal.domain.reviews.wire import ReviewPage, ReviewQuery, ReviewView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/reviews", summary="List reviews", operation_id="listReviews", tag="reviews", grant="reviews")
def list_reviews(query: ReviewQuery, caller: Reader) -> ReviewPage:
    """Lists reviews, the newest first by the time of their ingestion. Filter by surface, status, rating and lead."""
    page = reviews.search(query, by=caller)
    return ReviewPage(data=[ReviewView.of(review) for review in page.items], next_cursor=page.next_cursor)
