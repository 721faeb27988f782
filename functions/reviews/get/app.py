"""GET /v1/reviews/{review_id}: get a review."""

from eal.domain.content import store as contents
from eal.domain.content.responses.wire import ReviewDetailView
from eal.domain.reviews import store as reviews
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/reviews/{review_id}",
    summary="Get a review",
    operation_id="getReview",
    tag="reviews",
    grant="reviews",
    # Reads the responses to the review.
    round_trips=3,
)
def get(review_id: str, caller: Reader) -> ReviewDetailView:
    """Returns the review with what it said before its author changed it, the responses to it, and the reply that its
    surface shows. To respond to a review, create content of the type `review_response`.
    """
    review, versions = reviews.get_with_versions(review_id, by=caller)
    return ReviewDetailView.of_review(review, versions, contents.responses_to(review.id, caller.tenant))
