"""POST /v1/content/{content_id}/cancel: cancel what the AI writes."""

from eal.domain.content import transitions
from eal.domain.content.wire import ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/content/{content_id}/cancel",
    summary="Cancel a generation",
    operation_id="cancelContent",
    tag="content",
)
def cancel(content_id: str, caller: Writer) -> ContentView:
    """Cancels what the AI writes; its result is dropped. Content that has a text is a draft with that text afterwards.
    Content without one has `failed`, and can be retried. Unless the status is `generating`, the response is 409.
    """
    return ContentView.of(transitions.cancel(content_id, by=caller))
