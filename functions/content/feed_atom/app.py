"""GET /v1/content/feed.atom: the published blog posts as Atom."""

from eal.domain.content.feed import address, documents
from eal.domain.content.feed.wire import ContentFeedQuery
from eal.entry.http.api import Api
from eal.entry.http.request import Response
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/content/feed.atom",
    summary="Get the feed as Atom",
    operation_id="getContentAtomFeed",
    tag="content",
    grant="content",
    also=(304,),
    tenant_of_token=address.tenant_of,
    # Reads the posts, and the organization, whose name is the title.
    round_trips=3,
)
def get(query: ContentFeedQuery, url: str, caller: Reader) -> Response:
    """Returns the same posts as `GET /content/feed.json`, as Atom (RFC 4287). A further page has its address in the
    link with the relation `next` (RFC 5005).
    """
    feed = documents.read(query, url, by=caller)
    text = documents.as_atom(feed)
    return Response(200, text, documents.headers(feed, text, documents.ATOM_TYPE, by=caller))
