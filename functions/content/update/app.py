"""PATCH /v1/content/{content_id}: update content."""

from eal.domain.content import revisions
from eal.domain.content.wire import ContentUpdate, ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/content/{content_id}",
    summary="Update content",
    operation_id="updateContent",
    tag="content",
    # A change, with a read of the settings, which the content policy needs.
    round_trips=4,
)
def update(content_id: str, body: ContentUpdate, caller: Writer) -> ContentView:
    """Updates the parts present in the body, as a new revision whose author is the API key or member. The content is a
    draft afterwards, because an approval is one of a text. If the AI failed to write it, a complete text makes it a
    draft.

    While the content is generating, scheduled, published or archived, the response is 409. It is also 409, with
    `details.id`, if other content has the slug.
    """
    return ContentView.of(revisions.update(content_id, body, by=caller))
