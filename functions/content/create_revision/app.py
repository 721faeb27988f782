"""POST /v1/content/{content_id}/revisions: let the AI revise content."""

from eal.domain.content import revisions
from eal.domain.content.wire import ContentView, RevisionCreate
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/content/{content_id}/revisions",
    summary="Create a revision by AI",
    operation_id="createContentRevision",
    tag="content",
    # A change, with a read of the switch for AI.
    round_trips=4,
)
def create_revision(content_id: str, body: RevisionCreate, caller: Writer) -> Accepted[ContentView]:
    """Queues a revision that the AI writes from the newest text and the instructions. The status is `generating` until
    the content is a draft with the new revision, or `failed` with the old text.

    While the content is generating, scheduled, published or archived, the response is 409. It is also 409 if it has no
    text yet, or if the setting `ai.enabled` is false.
    """
    return Accepted(ContentView.of(revisions.request(content_id, body, by=caller)))
