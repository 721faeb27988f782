"""POST /v1/reviews: ingest a review."""

from eal.domain.reviews import store as reviews
from eal.domain.reviews.wire import ReviewCreate, ReviewView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/reviews",
    summary="Ingest a review",
    operation_id="createReview",
    tag="reviews",
    # Reads the claim of the surface's id, because the review may exist.
    round_trips=3,
)
def create(body: ReviewCreate, caller: Writer) -> Created[ReviewView] | ReviewView:
    """Stores a review of a listing surface. `surface` and `external_id` identify it.

    If it exists, the body replaces what is stored of it, and the response is 200 with the review. A body that changes
    nothing has no effect. A change of text or rating makes a new version of the review; earlier versions are kept.
    """
    review, is_new = reviews.report(body, by=caller)
    view = ReviewView.of(review)
    return Created(view) if is_new else view
