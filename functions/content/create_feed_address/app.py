"""POST /v1/content/feed-address: create the feed's public address, or replace it."""

from eal.domain.content.feed import address
from eal.domain.content.feed.wire import FeedAddressView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin, Created

app = Api()
handler = app.handler


@app.post(
    "/v1/content/feed-address",
    summary="Create the feed's public address",
    operation_id="createContentFeedAddress",
    tag="content",
    # Reads the address that it replaces, and derives the key of its token once per process.
    round_trips=4,
)
def create(url: str, caller: Admin) -> Created[FeedAddressView]:
    """Creates the address by which a website or a feed reader gets the feed without a key. It replaces an earlier
    address, which stops working at once; caches may show its feed for five minutes more.
    """
    created = address.replace(by=caller)
    return Created(FeedAddressView.of_address(url, created, address.token(caller.tenant, created)))
