"""POST /v1/content/{content_id}/transitions: move content to another status."""

from eal.domain.content import transitions
from eal.domain.content.wire import ContentTransition, ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/content/{content_id}/transitions",
    summary="Move content to another status",
    operation_id="transitionContent",
    tag="content",
)
def transition(content_id: str, body: ContentTransition, caller: Writer) -> ContentView:
    """The path is draft, in_review, approved, then published at once, or scheduled and published at `scheduled_at`.
    Published content can become unpublished, and that a draft or published again. Content in review becomes a draft
    again with `notes`; approved content does so without. Scheduled content can become approved or published. Failed,
    draft, approved, published and unpublished content can be archived. Archived content can become a draft if it has
    a text.

    A move that is not allowed is refused with 409; `details.allowed` lists the statuses that are. An approval is also
    refused with 409, with `details.findings`, if the content policy blocks the text. The response to a review with
    three stars or fewer needs the approval of a person: a member, or a key with the scope `admin`; others get 403.
    """
    return ContentView.of(transitions.transition(content_id, body, by=caller))
