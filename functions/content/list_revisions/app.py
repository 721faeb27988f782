"""GET /v1/content/{content_id}/revisions: the revisions of content."""

from eal.domain.content import revisions
from eal.domain.content.wire import RevisionPage, RevisionQuery, RevisionSummary
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/content/{content_id}/revisions",
    summary="List revisions",
    operation_id="listContentRevisions",
    tag="content",
    grant="content",
    # Reads the content first, because unknown content is a 404.
    round_trips=3,
)
def list_revisions(content_id: str, query: RevisionQuery, caller: Reader) -> RevisionPage:
    """Lists the revisions of the content, newest first, each with its author and its difference to the one before. A
    page has at most 50.
    """
    page = revisions.search(content_id, query, by=caller)
    return RevisionPage(
        data=[RevisionSummary.of(revision) for revision in page.items], next_cursor=page.next_cursor
    )
