"""GET /v1/content/{content_id}/revisions/{number}: one revision of content."""

from eal.domain.content import revisions
from eal.domain.content.wire import RevisionView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/content/{content_id}/revisions/{number}",
    summary="Get a revision",
    operation_id="getContentRevision",
    tag="content",
    grant="content",
)
def get_revision(content_id: str, number: str, caller: Reader) -> RevisionView:
    """Returns a revision by its number, with its text and its difference to the one before, by word and as a unified
    diff. A revision never changes.
    """
    return RevisionView.of(revisions.get_compared(content_id, number, by=caller))
