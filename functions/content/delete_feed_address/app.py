"""DELETE /v1/content/feed-address: end the feed's public address."""

from eal.domain.content.feed import address
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/content/feed-address",
    summary="Delete the feed's public address",
    operation_id="deleteContentFeedAddress",
    tag="content",
    # A change, whose path has no id.
    round_trips=3,
)
def delete(caller: Admin) -> None:
    """The address, if there is one, stops working at once; caches may show its feed for five minutes more. Keys can
    still read the feed.
    """
    address.delete(by=caller)
