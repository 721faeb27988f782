"""GET /v1/reviews/requests/{request_id}: get a review request."""

from eal.domain.outreach.review_requests.store import REVIEW_REQUESTS
from eal.domain.outreach.review_requests.wire import ReviewRequestView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/reviews/requests/{request_id}",
    summary="Get a review request",
    operation_id="getReviewRequest",
    tag="reviews",
    grant="reviews",
)
def get(request_id: str, caller: Reader) -> ReviewRequestView:
    """Returns the request: whether its e-mail was sent and opened, whether its link was followed, and when the customer
    may be asked again.
    """
    return ReviewRequestView.of(REVIEW_REQUESTS.get(caller.tenant, request_id))
