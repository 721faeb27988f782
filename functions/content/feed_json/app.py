"""GET /v1/content/feed.json: the published blog posts as JSON Feed."""

from eal.domain.content.feed import address, documents
from eal.domain.content.feed.wire import ContentFeedQuery
from eal.entry.http.api import Api
from eal.entry.http.request import Response
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/content/feed.json",
    summary="Get the feed as JSON Feed",
    operation_id="getContentJsonFeed",
    tag="content",
    grant="content",
    also=(304,),
    tenant_of_token=address.tenant_of,
    # Reads the posts, and the organization, whose name is the title.
    round_trips=3,
)
def get(query: ContentFeedQuery, url: str, caller: Reader) -> Response:
    """Returns the published blog posts, newest first, as JSON Feed 1.1. `content_html` is the text as HTML, without
    scripts, styles, frames and forms. A further page has its address in `next_url`.

    The feed can be read with a key, or without one by its public address (`POST /content/feed-address`). Send the ETag
    of your copy as `If-None-Match`.
    """
    feed = documents.read(query, url, by=caller)
    text = documents.as_json(feed)
    return Response(200, text, documents.headers(feed, text, documents.JSON_TYPE, by=caller))
