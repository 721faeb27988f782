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
    """Returns the address by which the feed can be read without a key, if there is one."""
    found = address.find(caller.tenant)
    token = address.token(caller.tenant, found) if found else None
    return FeedAddressView.of_address(url, found, token)
