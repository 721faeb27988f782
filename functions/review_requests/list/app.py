"""GET /v1/reviews/requests: list review requests."""

from eal.domain.outreach.review_requests import store as review_requests
from eal.domain.outreach.review_requests.wire import ReviewRequestPage, ReviewRequestQuery, ReviewRequestView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/reviews/requests",
    summary="List review requests",
    operation_id="listReviewRequests",
    tag="reviews",
    grant="reviews",
)
def list_requests(query: ReviewRequestQuery, caller: Reader) -> ReviewRequestPage:
    """Lists review requests, newest first. Filter by status, e-mail address, lead and job."""
    page = review_requests.search(query, by=caller)
    return ReviewRequestPage(
        data=[ReviewRequestView.of(request) for request in page.items], next_cursor=page.next_cursor
    )
