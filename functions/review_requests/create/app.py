"""POST /v1/reviews/requests: create a review request."""

from eal.domain.outreach.review_requests import requesting
from eal.domain.outreach.review_requests.wire import ReviewRequestCreate, ReviewRequestView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/reviews/requests",
    summary="Create a review request",
    operation_id="createReviewRequest",
    tag="reviews",
    # Reads the settings, the suppressions and the claims of the customer; puts a due marker.
    round_trips=6,
)
def create(body: ReviewRequestCreate, caller: Writer) -> Accepted[ReviewRequestView]:
    """Queues one e-mail that asks a customer for a review after a job. Its link leads to the page for reviews in the
    settings. When it is sent, the event `review.requested` is sent too.

    Ask every customer: the words and the page are the same for all, and nothing in this API selects customers by what
    they are expected to write. The response is 409, with `details.next_possible_at`, if the address or the lead was
    asked in the last 90 days, and with `details.suppression_id` if the customer wants no such e-mail. It is also 409 if
    the settings lack `sender` or a page in `reviews`.
    """
    return Accepted(ReviewRequestView.of(requesting.request(body, by=caller)))
