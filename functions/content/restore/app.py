"""POST /v1/content/{content_id}/restore: restore a revision of content."""

from eal.domain.content import revisions
from eal.domain.content.wire import ContentView, RevisionRestore
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/content/{content_id}/restore",
    summary="Restore a revision",
    operation_id="restoreContentRevision",
    tag="content",
    # A change, with reads of the revision and of the settings.
    round_trips=5,
)
def restore(content_id: str, body: RevisionRestore, caller: Writer) -> ContentView:
    """Makes the text of an earlier revision the newest, as a new revision. The content is a draft afterwards. If other
    content has the slug meanwhile, the slug gets a number.

    While the content is generating, scheduled, published or archived, the response is 409.
    """
    return ContentView.of(revisions.restore(content_id, body, by=caller))
