"""GET /v1/content/feed-address: the feed's public address."""

from eal.domain.content.feed import address
from eal.domain.content.feed.wire import FeedAddressView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/content/feed-address",
    summary="Get the feed's public address",
    operation_id="getContentFeedAddress",
    tag="content",
    grant="content",
)
def get(url: str, caller: Reader) -> FeedAddressView:
    """Returns the address, or 404 if there is none."""
    found = address.get(by=caller)
    return FeedAddressView.at(url, found, address.token(caller.tenant, found))
